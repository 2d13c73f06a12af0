using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ApiTokens.Simulation;

/// <summary>Splits simulations over processes, because each process has one thread for them.</summary>
internal static partial class ProcessGroup
{
    // Far enough apart for runs that are limited by time.
    private const ulong SeedsOfProcess = 1_000_000_000;

    public static int Run(Options options)
    {
        int each = options.Count == int.MaxValue ? int.MaxValue : (options.Count + options.Processes - 1) / options.Processes;
        Task<(int Code, string Output)>[] children =
        [
            .. Enumerable.Range(0, options.Processes).Select(index =>
            {
                ulong distance = options.Time is null && each < int.MaxValue ? (ulong)each : SeedsOfProcess;
                int count = options.Count == int.MaxValue ? each : Math.Min(each, options.Count - (each * index));
                return Start(options, options.Seed + (distance * (ulong)index), count);
            }),
        ];
        int passed = 0;
        int failed = 0;
        long operations = 0;
        int code = 0;
        foreach (Task<(int Code, string Output)> child in children)
        {
            (int childCode, string output) = child.GetAwaiter().GetResult();
            Console.Write(output);
            Match counts = Summary().Match(output);
            passed += counts.Success ? Number(counts, 1) : 0;
            failed += counts.Success ? Number(counts, 2) : 1;
            operations += Operations().Match(output) is { Success: true } match
                ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
            code = Math.Max(code, childCode);
        }

        Console.WriteLine($"{operations} operations");
        Console.WriteLine($"{passed} passed, {failed} failed, 0 skipped");
        return code;
    }

    private static async Task<(int Code, string Output)> Start(Options options, ulong seed, int count)
    {
        string[] time = options.Time is { } limit ? ["--time", $"{(int)limit.TotalSeconds}s"] : [];
        string[] operations = options.Operations < long.MaxValue ? ["--operations", $"{options.Operations / options.Processes}"] : [];
        string[] only = options.Only.Length > 0 ? ["--only", options.Only] : [];
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
        };
        bool isHost = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        string[] program = isHost ? [typeof(ProcessGroup).Assembly.Location] : [];
        foreach (string argument in (string[])[.. program, "--seed", $"{seed}", "--count", $"{count}", .. time, .. operations, .. only])
        {
            start.ArgumentList.Add(argument);
        }

        using Process child = Process.Start(start)!;
        string output = await child.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await child.WaitForExitAsync().ConfigureAwait(false);
        return (child.ExitCode, output);
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) passed, (\d+) failed, \d+ skipped\s*\z")]
    private static partial Regex Summary();

    [GeneratedRegex(@"^(\d+) operations, ", RegexOptions.Multiline)]
    private static partial Regex Operations();
}
