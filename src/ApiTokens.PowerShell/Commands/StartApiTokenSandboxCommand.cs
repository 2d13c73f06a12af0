using System.Globalization;
using System.Management.Automation;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Sandbox;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Starts a server on this machine that emulates all four services, and connects to them. It ends with this process.</summary>
[Cmdlet(VerbsLifecycle.Start, "ApiTokenSandbox")]
[OutputType(typeof(ApiTokenSandbox))]
public sealed class StartApiTokenSandboxCommand : ApiTokenCmdlet
{
    /// <summary>The file that stores the tokens. Without it, they are lost when the sandbox ends.</summary>
    [Parameter(HelpMessage = "Specifies a file that keeps the tokens for the next start.")]
    public string? DatabasePath { get; set; }

    /// <summary>The number of tokens to create in each service.</summary>
    [Parameter(HelpMessage = "Specifies the number of tokens to create in each service.")]
    [ValidateRange(0, 10_000_000)]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public int Tokens { get; set; }

    /// <summary>The latency of each response, in milliseconds.</summary>
    [Parameter(HelpMessage = "Specifies a delay for each response in milliseconds, to simulate a remote service.")]
    [ValidateRange(0, 60_000)]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public int Latency { get; set; }

    /// <summary>The maximum number of requests per second of each account; 0 for no limit.</summary>
    [Parameter(HelpMessage = "Specifies the number of requests per second that each account can send.")]
    [ValidateRange(0, 1_000_000)]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public int Rate { get; set; }

    /// <summary>
    /// The maximum number of tokens of the Gcore account; by default 100 more than -Tokens. The connection gets the same limit.
    /// </summary>
    [Parameter(HelpMessage = "Specifies how many tokens the Gcore account may have, such as 50.")]
    [ValidateRange(1, 1_000_000)]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public int GcoreTokenLimit { get; set; }

    /// <summary>The port; by default a free port.</summary>
    [Parameter(HelpMessage = "Specifies the port.")]
    [ValidateRange(0, 65_535)]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public int Port { get; set; }

    /// <summary>Does not connect to the services.</summary>
    [Parameter(HelpMessage = "Does not connect to the services of the sandbox.")]
    public SwitchParameter SkipConnect { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            var process = SandboxProcess.Start(Arguments(), Stop, out SandboxReady ready);
            var sandbox = new ApiTokenSandbox(process, ready);
            ApiTokenSandbox.Current.Add(sandbox);
            if (!SkipConnect)
            {
                Connect(ready);
            }

            WriteObject(sandbox);
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, null);
        }
    }

    private List<string> Arguments()
    {
        List<string> arguments =
        [
            "--urls", $"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}",
            "--tokens", Tokens.ToString(CultureInfo.InvariantCulture),
            "--latency", Latency.ToString(CultureInfo.InvariantCulture),
        ];
        if (Rate > 0)
        {
            arguments.AddRange(["--rate", Rate.ToString(CultureInfo.InvariantCulture)]);
        }

        if (GcoreTokenLimit > 0)
        {
            arguments.AddRange(["--gcore-token-limit", GcoreTokenLimit.ToString(CultureInfo.InvariantCulture)]);
        }

        if (DatabasePath is not null)
        {
            arguments.AddRange(["--database", GetUnresolvedProviderPathFromPSPath(DatabasePath)]);
        }

        return arguments;
    }

    private void Connect(SandboxReady ready)
    {
        foreach (KeyValuePair<string, SandboxReadyService> service in ready.Services)
        {
            Connections.Add(Wait(cancellationToken => TokenConnection.ConnectAsync(
                new ConnectionRequest
                {
                    Service = service.Key,
                    Account = service.Value.Account,
                    BaseUri = service.Value.BaseUri,
                    Secret = SecretText.ToSecureString(service.Value.Secret),
                    TokenLimit = GcoreTokenLimit > 0 && ServiceCatalog.Find(service.Key).Capabilities.TokenLimit is not null
                        ? GcoreTokenLimit : null,
                },
                cancellationToken)));
        }
    }
}
