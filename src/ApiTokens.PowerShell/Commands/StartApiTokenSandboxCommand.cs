using System.Globalization;
using System.Management.Automation;
using ApiTokens.PowerShell.Sandbox;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Starts a server on this machine that behaves as all four services, and connects to them. It ends with this process.</summary>
[Cmdlet(VerbsLifecycle.Start, "ApiTokenSandbox")]
[OutputType(typeof(ApiTokenSandbox))]
public sealed class StartApiTokenSandboxCommand : ApiTokenCmdlet
{
    /// <summary>Keeps the sandbox's tokens in this file; without it they go with the sandbox.</summary>
    [Parameter]
    public string? DatabasePath { get; set; }

    /// <summary>Fills each service with this many tokens.</summary>
    [Parameter]
    [ValidateRange(0, 10_000_000)]
    public int Tokens { get; set; }

    /// <summary>How long each answer takes, in milliseconds, as a distant service would.</summary>
    [Parameter]
    [ValidateRange(0, 60_000)]
    public int Latency { get; set; }

    /// <summary>How many requests a second each account may send; 0 for no limit.</summary>
    [Parameter]
    [ValidateRange(0, 1_000_000)]
    public int Rate { get; set; }

    /// <summary>The port; a free one by default.</summary>
    [Parameter]
    [ValidateRange(0, 65_535)]
    public int Port { get; set; }

    /// <summary>Does not connect to its services.</summary>
    [Parameter]
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
                },
                cancellationToken)));
        }
    }
}
