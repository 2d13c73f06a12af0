using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;

namespace ApiTokens.Sandbox;

/// <summary>The command line of the sandbox.</summary>
internal static class Program
{
    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "The address to listen on, loopback only. Port 0 selects a free port.",
        DefaultValueFactory = _ => new SandboxOptions().Urls,
    };

    private static readonly Option<bool> AllowRemote = new("--allow-remote")
    {
        Description =
            "Allow addresses in --urls that other machines can reach. They have full access: use this only in an isolated network.",
    };

    private static readonly Option<bool> Https = new("--https")
    {
        Description = "Use HTTPS, with HTTP/1.1 and HTTP/2. The certificate is created for the run, and its public part is written to a "
            + "temporary file, which the line of JSON names: on Linux, a client trusts it with SSL_CERT_FILE.",
    };

    private static readonly Option<string?> Database = new("--database")
    {
        Description = "Store the data in this file instead of in memory. Secrets that Devo shows again are encrypted with the key in a "
            + "file with the same name and '.key', which only its owner can read.",
    };

    private static readonly Option<int> Tokens =
        new("--tokens") { Description = "The number of additional tokens to generate for each service in a new database." };

    private static readonly Option<int> Latency = new("--latency") { Description = "The latency of every request, in milliseconds." };

    private static readonly Option<int> Rate = new("--rate")
    {
        Description = "The maximum number of requests per second of each service. Others are rejected with 429. 0 sets no limit.",
    };

    private static readonly Option<RateWindow> RateWindow = new("--rate-window")
    {
        Description = "How --rate counts requests: in a token bucket (bucket, the default), in consecutive seconds (fixed), or "
            + "in the second before each request (sliding).",
    };

    private static readonly Option<RateHeaders> RateHeaders = new("--rate-headers")
    {
        Description = "The headers with which every response tells --rate: none (the default), RateLimit of the IETF draft (ietf), or "
            + "X-RateLimit (x).",
    };

    private static readonly Option<int?> GcoreTokenLimit = new("--gcore-token-limit")
    {
        Description = "The maximum number of live tokens of the Gcore account; by default 100 more than --tokens.",
    };

    private static readonly Option<int?> Parent = new("--parent") { Description = "Exit when the process with this id ends." };

    private static async Task<int> Main(string[] arguments)
    {
        var command = new RootCommand("An HTTP server that emulates Devo, WEGnology, Gcore and Application Users.")
        {
            Urls, AllowRemote, Https, Database, Tokens, Latency, Rate, RateWindow, RateHeaders, GcoreTokenLimit, Parent,
        };
        foreach (Option count in new Option[] { Tokens, Latency, Rate, GcoreTokenLimit })
        {
            count.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int?>() < 0)
                {
                    result.AddError($"{count.Name} cannot be negative.");
                }
            });
        }

        // Registered before anything starts, because the handlers of the command line library would miss an early signal.
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        command.SetAction((parsed, _) => RunAsync(parsed, stop.Token));
        return await command.Parse(arguments).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, stop.Token);

        // A terminal sends Ctrl+C to all of its processes. It is meant for the parent, which may go on.
        void Interrupt(PosixSignalContext signal)
        {
            signal.Cancel = true;
            if (!arguments.Contains(Parent.Name))
            {
                stop.Cancel();
            }
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static IPEndPoint? RemoteEndpoint(SandboxOptions options) =>
        LoopbackAddress.Parse(options.Urls, allowRemote: true, options.Https).Find(endpoint => !IPAddress.IsLoopback(endpoint.Address));

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        Task parentEnded = ParentProcess.WaitForExitAsync(arguments.GetValue(Parent), cancellationToken);
        var options = new SandboxOptions
        {
            Urls = arguments.GetValue(Urls)!,
            AllowRemote = arguments.GetValue(AllowRemote),
            Https = arguments.GetValue(Https),
            DatabasePath = arguments.GetValue(Database),
            Tokens = arguments.GetValue(Tokens),
            Latency = TimeSpan.FromMilliseconds(arguments.GetValue(Latency)),
            Rate = arguments.GetValue(Rate),
            RateWindow = arguments.GetValue(RateWindow),
            RateHeaders = arguments.GetValue(RateHeaders),
            GcoreTokenLimit = arguments.GetValue(GcoreTokenLimit),
        };
        try
        {
            if (!parentEnded.IsCompleted)
            {
                if (options.AllowRemote && RemoteEndpoint(options) is { } remote)
                {
                    await Console.Error.WriteLineAsync(
                        $"WARNING: the sandbox listens on {remote}. Other machines can reach it"
                            + $"{(options.Https ? string.Empty : ", without encryption")}. Do not use secrets of a real service.");
                }

                await using SandboxServer server = await SandboxServer.StartAsync(options, cancellationToken);

                // The only place where secrets are shown.
                await Console.Out.WriteLineAsync(server.Description.ToJson());
                await parentEnded;
            }

            return 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 0; // Ctrl+C or SIGTERM
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or Microsoft.Data.Sqlite.SqliteException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }
}
