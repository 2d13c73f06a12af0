using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;

namespace ApiTokens.Sandbox;

/// <summary>The command line of the sandbox.</summary>
internal static class Program
{
    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "The address to listen on, loopback only; port 0 takes any free port.",
        DefaultValueFactory = _ => new SandboxOptions().Urls,
    };

    private static readonly Option<bool> AllowRemote = new("--allow-remote")
    {
        Description = "Let --urls name an address that other machines can reach. Who reaches it can do anything: use it in a closed network only.",
    };

    private static readonly Option<string?> Database = new("--database") { Description = "Keep the data in this file instead of in memory." };

    private static readonly Option<int> Tokens = new("--tokens") { Description = "Generate this many more tokens for each service in a new database." };

    private static readonly Option<int> Latency = new("--latency") { Description = "Let every request wait this many milliseconds." };

    private static readonly Option<int> Rate = new("--rate")
    {
        Description = "Answer this many requests a second for each service, and refuse more with 429; 0 sets no limit.",
    };

    private static readonly Option<int> GcoreTokenLimit = new("--gcore-token-limit")
    {
        Description = "How many live tokens a Gcore account may hold.",
        DefaultValueFactory = _ => new SandboxOptions().GcoreTokenLimit,
    };

    private static readonly Option<int?> Parent = new("--parent") { Description = "Exit when the process with this id ends." };

    private static async Task<int> Main(string[] arguments)
    {
        var command = new RootCommand("An HTTP server that behaves as Devo, WEGnology, Gcore and Application Users do.")
        {
            Urls, AllowRemote, Database, Tokens, Latency, Rate, GcoreTokenLimit, Parent,
        };
        foreach (Option<int> count in new[] { Tokens, Latency, Rate, GcoreTokenLimit })
        {
            count.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int>() < 0)
                {
                    result.AddError($"{count.Name} cannot be negative.");
                }
            });
        }

        // Registered before anything starts: the command line's own handlers come too late for a signal that arrives at once.
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        command.SetAction((parsed, _) => RunAsync(parsed, stop.Token));
        return await command.Parse(arguments).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, stop.Token);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        Task parentEnded = ParentProcess.WaitForExitAsync(arguments.GetValue(Parent), cancellationToken);
        var options = new SandboxOptions
        {
            Urls = arguments.GetValue(Urls)!,
            AllowRemote = arguments.GetValue(AllowRemote),
            DatabasePath = arguments.GetValue(Database),
            Tokens = arguments.GetValue(Tokens),
            Latency = TimeSpan.FromMilliseconds(arguments.GetValue(Latency)),
            Rate = arguments.GetValue(Rate),
            GcoreTokenLimit = arguments.GetValue(GcoreTokenLimit),
        };
        try
        {
            if (!parentEnded.IsCompleted)
            {
                if (options.AllowRemote && LoopbackAddress.Parse(options.Urls, allowRemote: true).Find(endpoint => !IPAddress.IsLoopback(endpoint.Address)) is { } remote)
                {
                    await Console.Error.WriteLineAsync(
                        $"WARNING: the sandbox listens on {remote}, where other machines reach it, without encryption, and anyone can let its requests fail or count them. Use no secret of a real service.");
                }

                await using SandboxServer server = await SandboxServer.StartAsync(options, cancellationToken);

                // The one place where secrets are shown.
                await Console.Out.WriteLineAsync(server.Description.ToJson());
                await parentEnded;
            }

            return 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 0; // Ctrl+C or SIGTERM.
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or Microsoft.Data.Sqlite.SqliteException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }
}
