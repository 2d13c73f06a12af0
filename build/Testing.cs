using System.Globalization;
using System.Xml.Linq;

namespace ApiTokens.Build;

/// <summary>Runs xunit, then Pester where PowerShell and Pester are found, and counts.</summary>
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

        Counts counts = Xunit(results) + Pester(results);
        Console.WriteLine($"{counts.Passed} passed, {counts.Failed} failed, {counts.Skipped} skipped");
        return counts.Failed == 0 && counts.Passed > 0 ? 0 : 1;
    }

    private static Counts Xunit(string results)
    {
        int code = Command.TryRun(
            "dotnet", "test", "ApiTokens.slnx", "-c", Staging.Configuration, "--no-build", "--nologo", "--logger", "trx", "--results-directory", results);
        Counts counts = Directory.Exists(results)
            ? Directory.GetFiles(results, "*.trx").Select(ReadTrx).Aggregate(default(Counts), (sum, each) => sum + each)
            : default;

        // A run that broke off has fewer failures than it should: count it as one.
        return code != 0 && counts.Failed == 0 ? counts with { Failed = 1 } : counts;
    }

    private static Counts ReadTrx(string file)
    {
        XElement counters = XDocument.Load(file).Descendants().First(element => element.Name.LocalName == "Counters");
        int Number(string name) => int.Parse(counters.Attribute(name)!.Value, CultureInfo.InvariantCulture);
        return new Counts(Number("passed"), Number("failed") + Number("error") + Number("timeout") + Number("aborted"), Number("total") - Number("executed"));
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

        Directory.CreateDirectory(results);
        string file = Path.Combine(results, "pester.xml");
        int code = host.RunFile(Path.Combine(Command.Root, "tests", "Pester", "Invoke-PesterSuite.ps1"), "-ModulePath", Staging.Module, "-ResultPath", file);
        if (!File.Exists(file))
        {
            Console.WriteLine("Pester: the run broke off.");
            return new Counts(0, 1, 0);
        }

        XElement run = XDocument.Load(file).Root!;
        int Number(string name) => int.Parse(run.Attribute(name)!.Value, CultureInfo.InvariantCulture);
        int failed = Number("failures") + Number("errors");
        int skipped = Number("not-run") + Number("ignored") + Number("skipped") + Number("inconclusive");
        return new Counts(Number("total") - failed - skipped, code != 0 && failed == 0 ? 1 : failed, skipped);
    }

    private readonly record struct Counts(int Passed, int Failed, int Skipped)
    {
        public static Counts operator +(Counts left, Counts right) =>
            new(left.Passed + right.Passed, left.Failed + right.Failed, left.Skipped + right.Skipped);
    }
}
