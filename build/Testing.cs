using System.Globalization;
using System.Xml.Linq;

namespace ApiTokens.Build;

/// <summary>Runs xunit, on .NET Framework too where it or Mono is found, then Pester where PowerShell and Pester are found, and counts.</summary>
internal static class Testing
{
    public static int Run(string[] arguments)
    {
        Staging.Build();
        string results = Command.Out("test-results");
        if (Directory.Exists(results))
        {
            Directory.Delete(results, recursive: true);
        }

        Counts counts = Xunit(results) + DesktopTesting.Run(results) + Pester(results);
        Console.WriteLine($"{counts.Passed} passed, {counts.Failed} failed, {counts.Skipped} skipped");
        return counts.Failed == 0 && counts.Passed > 0 ? 0 : 1;
    }

    private static Counts Xunit(string results)
    {
        int code = Command.TryRun(
            "dotnet", "test", "ApiTokens.slnx", "-c", Staging.Configuration, "--no-build", "--nologo", "--logger", "trx", "--results-directory", results);
        return Counts.OfTrx(results, code);
    }

    private static Counts Pester(string results)
    {
        if (PowerShellHost.Find() is not { } host)
        {
            Console.WriteLine("Pester: left out, as no PowerShell 7 was found, neither on the PATH nor as the manifest's tool.");
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
