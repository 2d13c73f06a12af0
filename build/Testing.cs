using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace ApiTokens.Build;

/// <summary>
/// Runs the xunit suites and the simulations, then the vendors' clients, the tests on .NET Framework, Pester and the benchmarks if their
/// requirements are installed.
/// </summary>
internal static class Testing
{
    public const string Cmdlets = "ApiTokens.PowerShell.Tests";

    /// <summary>The xunit suites, which run on every machine.</summary>
    public static readonly string[] Suites = ["ApiTokens.Core.Tests", Cmdlets, "ApiTokens.SampleService.Tests", "ApiTokens.Sandbox.Tests"];

    public static int Run(string[] arguments)
    {
        Staging.Build();
        string results = Command.Out("test-results");
        if (Directory.Exists(results))
        {
            Directory.Delete(results, recursive: true);
        }

        Counts counts = Xunit(results) + Simulating.Test() + VendorTesting.Run(results) + DesktopTesting.Run(results) + Pester(results)
            + Bench();
        Console.WriteLine($"{counts.Passed} passed, {counts.Failed} failed, {counts.Skipped} skipped");
        return counts.Failed == 0 && counts.Passed > 0 ? 0 : 1;
    }

    private static Counts Xunit(string results)
    {
        // Each suite uses about one processor, because most of its tests run one after the other.
        int[] codes = Task.WhenAll(Lanes().Select(lane => Task.Run(() => lane.Select(suite => Command.TryRun(
            "dotnet", "test", $"tests/{suite}", "-c", Staging.Configuration, "--no-build", "--nologo",
            "--logger", $"trx;LogFileName={suite}.trx", "--results-directory", results)).Max()))).GetAwaiter().GetResult();
        foreach (string reason in Counts.SkipReasons(results))
        {
            Console.WriteLine($"Skipped: {reason}");
        }

        return Counts.OfTrx(results, codes.Max());
    }

    // The suite of the cmdlets takes about as long as the others together.
    private static IEnumerable<IEnumerable<string>> Lanes() =>
        Environment.ProcessorCount > 1 ? Suites.GroupBy(suite => suite == Cmdlets) : [Suites];

    // A short run of the benchmarks, to detect failures. Its figures are not meaningful.
    private static Counts Bench()
    {
        if (PowerShellHost.Find() is null)
        {
            Console.WriteLine("Benchmarks: skipped. PowerShell 7 was not found.");
            return default;
        }

        bool works = Benchmarks.Measure(["-Smoke"]) == 0;
        Console.WriteLine($"Benchmarks: {(works ? "ran" : "FAILED")}");
        return new Counts(works ? 1 : 0, works ? 0 : 1, 0);
    }

    private static Counts Pester(string results)
    {
        if (PowerShellHost.Find() is not { } host)
        {
            Console.WriteLine(
                "Pester: skipped. PowerShell 7 was not found on the PATH, and could not be restored as a tool of the manifest. See "
                    + "https://aka.ms/install-powershell.");
            return default;
        }

        if (string.IsNullOrEmpty(host.TryGetOutput("(Get-Module -ListAvailable Pester | Where-Object Version -ge '5.0').Version")))
        {
            UsePesterPackage();
        }

        // Most tests spend most of their time waiting for a server, so two processes run them in parallel.
        Directory.CreateDirectory(results);
        int parts = Math.Min(2, Environment.ProcessorCount);
        Task<Counts>[] running =
            [.. Enumerable.Range(1, parts).Select(part => Task.Run(() => PesterPart(host, results, $"{part}/{parts}")))];
        return Task.WhenAll(running).GetAwaiter().GetResult().Aggregate(default(Counts), (sum, counts) => sum + counts);
    }

    // The package from NuGet has the module in a folder with another name.
    private static void UsePesterPackage()
    {
        string package = Command.PackageFolder("Pester");
        string modules = Command.Out("modules");
        foreach (string source in Directory.EnumerateFiles(package, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(modules, "Pester", Path.GetRelativePath(package, source));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target, overwrite: true);
        }

        string? path = Environment.GetEnvironmentVariable("PSModulePath");
        Environment.SetEnvironmentVariable(
            "PSModulePath", string.IsNullOrEmpty(path) ? modules : modules + Path.PathSeparator + path);
    }

    private static Counts PesterPart(PowerShellHost host, string results, string part)
    {
        string file = Path.Combine(results, $"pester-{part[0]}.xml");
        int code = host.RunFile(
            Path.Combine(Command.Root, "tests", "Pester",
                "Invoke-PesterSuite.ps1"), "-ModulePath", Staging.Module, "-ResultPath", file, "-Part", part);
        if (!File.Exists(file))
        {
            Console.WriteLine($"Pester: part {part} did not complete.");
            return new Counts(0, 1, 0);
        }

        XElement run;
        try
        {
            run = XDocument.Load(file).Root!;
        }
        catch (XmlException)
        {
            // Pester stops writing at a message with characters that XML does not allow.
            Console.WriteLine($"Pester: the results of part {part} are incomplete.");
            return new Counts(0, 1, 0);
        }

        int Number(string name) => int.Parse(run.Attribute(name)!.Value, CultureInfo.InvariantCulture);
        int failed = Number("failures") + Number("errors");
        int skipped = Number("not-run") + Number("ignored") + Number("skipped") + Number("inconclusive");
        return new Counts(Number("total") - failed - skipped, code != 0 && failed == 0 ? 1 : failed, skipped);
    }
}
