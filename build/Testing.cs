using System.Globalization;
using System.Xml.Linq;

namespace ApiTokens.Build;

/// <summary>Runs xunit, the cmdlets in the hosted engine among it, then .NET Framework, Pester and the benchmarks where what they need is found.</summary>
internal static class Testing
{
    public const string Cmdlets = "ApiTokens.PowerShell.Tests";

    /// <summary>The suites of xunit that run everywhere.</summary>
    public static readonly string[] Suites = ["ApiTokens.Core.Tests", Cmdlets, "ApiTokens.SampleService.Tests", "ApiTokens.Sandbox.Tests"];

    public static int Run(string[] arguments)
    {
        Staging.Build();
        string results = Command.Out("test-results");
        if (Directory.Exists(results))
        {
            Directory.Delete(results, recursive: true);
        }

        Counts counts = Xunit(results) + DesktopTesting.Run(results) + Pester(results) + Bench();
        Console.WriteLine($"{counts.Passed} passed, {counts.Failed} failed, {counts.Skipped} skipped");
        return counts.Failed == 0 && counts.Passed > 0 ? 0 : 1;
    }

    private static Counts Xunit(string results)
    {
        // One after the other: each has the whole machine, as it does when a developer runs it alone.
        int[] codes = [.. Suites.Select(suite => Command.TryRun(
            "dotnet", "test", $"tests/{suite}", "-c", Staging.Configuration, "--no-build", "--nologo", "--logger", "trx", "--results-directory", results))];
        foreach (string reason in Counts.SkipReasons(results))
        {
            Console.WriteLine($"Skipped: {reason}");
        }

        return Counts.OfTrx(results, codes.Max());
    }

    // The benchmarks in seconds, so that they cannot break unseen; their figures mean nothing.
    private static Counts Bench()
    {
        if (PowerShellHost.Find() is null)
        {
            Console.WriteLine("Benchmarks: left out, as no PowerShell 7 was found.");
            return default;
        }

        bool works = Benchmarks.Measure(["-Quick"]) == 0;
        Console.WriteLine($"Benchmarks: {(works ? "ran" : "FAILED")}");
        return new Counts(works ? 1 : 0, works ? 0 : 1, 0);
    }

    private static Counts Pester(string results)
    {
        if (PowerShellHost.Find() is not { } host)
        {
            Console.WriteLine("Pester: left out, as no PowerShell 7 was found on the PATH or as the manifest's tool. https://aka.ms/install-powershell brings it.");
            return default;
        }

        if (string.IsNullOrEmpty(host.Ask("(Get-Module -ListAvailable Pester | Where-Object Version -ge '5.0').Version")))
        {
            Console.WriteLine("Pester: left out, as Pester 5 was not found. Install it with: Install-PSResource Pester");
            return default;
        }

        // Most tests wait for a server most of the time: two processes share them.
        Directory.CreateDirectory(results);
        int parts = Math.Min(2, Environment.ProcessorCount);
        Task<Counts>[] running = [.. Enumerable.Range(1, parts).Select(part => Task.Run(() => PesterPart(host, results, $"{part}/{parts}")))];
        return Task.WhenAll(running).GetAwaiter().GetResult().Aggregate(default(Counts), (sum, each) => sum + each);
    }

    private static Counts PesterPart(PowerShellHost host, string results, string part)
    {
        string file = Path.Combine(results, $"pester-{part[0]}.xml");
        int code = host.RunFile(
            Path.Combine(Command.Root, "tests", "Pester", "Invoke-PesterSuite.ps1"), "-ModulePath", Staging.Module, "-ResultPath", file, "-Part", part);
        if (!File.Exists(file))
        {
            Console.WriteLine($"Pester: part {part} broke off.");
            return new Counts(0, 1, 0);
        }

        XElement run = XDocument.Load(file).Root!;
        int Number(string name) => int.Parse(run.Attribute(name)!.Value, CultureInfo.InvariantCulture);
        int failed = Number("failures") + Number("errors");
        int skipped = Number("not-run") + Number("ignored") + Number("skipped") + Number("inconclusive");
        return new Counts(Number("total") - failed - skipped, code != 0 && failed == 0 ? 1 : failed, skipped);
    }
}
