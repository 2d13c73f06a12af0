using System.Globalization;
using System.Text.Json;

namespace ApiTokens.Build;

/// <summary>Measures the line and branch coverage of the core, the cmdlets and the sandbox by the xunit suites.</summary>
internal static class Coverage
{
    private const string Settings = """
        <?xml version="1.0" encoding="utf-8"?>
        <RunSettings>
          <DataCollectionRunSettings>
            <DataCollectors>
              <DataCollector friendlyName="XPlat Code Coverage">
                <Configuration>
                  <Format>cobertura</Format>
                  <Include>[ApiTokens.Core]*,[ApiTokens.PowerShell]*,[ApiTokens.Sandbox]*</Include>
                  <ExcludeByAttribute>GeneratedCodeAttribute,CompilerGeneratedAttribute</ExcludeByAttribute>
                  <IncludeDirectory>$(Folders)</IncludeDirectory>
                  <SkipAutoProps>true</SkipAutoProps>
                </Configuration>
              </DataCollector>
            </DataCollectors>
          </DataCollectionRunSettings>
        </RunSettings>
        """;

    public static int Run()
    {
        // A release build has source paths relative to the repository, which the collector cannot find.
        Environment.SetEnvironmentVariable("Coverage", "true");
        Staging.Build();
        string folder = Command.Out("coverage");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);

        // The tests of the cmdlets use the staged module, the others use the assemblies in their output folder. The collector modifies
        // the measured assemblies on disk, so the suites run one after the other.
        string cmdlets = Path.Combine(Staging.Module, "lib", "net");
        string staged = $"{cmdlets},{Path.Combine(cmdlets, "dependencies")}";
        int code = Testing.Suites.Max(suite => Measure(suite, suite == Testing.Cmdlets ? staged : string.Empty, folder));
        Command.Run(
            "dotnet", ReportGenerator(), $"-reports:{Path.Combine(folder, "results", "**", "coverage.cobertura.xml")}",
            $"-targetdir:{folder}", "-reporttypes:Html;JsonSummary", "-verbosity:Warning", "-title:ApiTokens");
        Summarize(Path.Combine(folder, "Summary.json"));
        return code;
    }

    private static int Measure(string suite, string folders, string target)
    {
        string settings = Path.Combine(target, $"{suite}.runsettings");
        File.WriteAllText(settings, Settings.Replace("$(Folders)", folders, StringComparison.Ordinal));
        return Command.TryRun(
            "dotnet", "test", $"tests/{suite}", "-c", Staging.Configuration, "--no-build", "--nologo", "--collect", "XPlat Code Coverage",
            "--settings", settings, "--results-directory", Path.Combine(target, "results"));
    }

    private static void Summarize(string file)
    {
        using var summary = JsonDocument.Parse(File.ReadAllBytes(file));
        foreach (JsonElement assembly in summary.RootElement.GetProperty("coverage").GetProperty("assemblies").EnumerateArray())
        {
            Console.WriteLine(Line(assembly.GetProperty("name").GetString()!, assembly, "coverage", "branchcoverage"));
        }

        Console.WriteLine(Line("Coverage", summary.RootElement.GetProperty("summary"), "linecoverage", "branchcoverage"));
        Console.WriteLine($"Report: {Path.GetRelativePath(Command.Root, Path.Combine(Path.GetDirectoryName(file)!, "index.html"))}");
    }

    private static string Line(string name, JsonElement element, string lines, string branches) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {element.GetProperty(lines).GetDouble():F1} % of lines, {element.GetProperty(branches).GetDouble():F1} % of branches");

    private static string ReportGenerator()
    {
        return Directory.GetFiles(Command.PackageFolder("ReportGenerator"), "ReportGenerator.dll", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Last();
    }
}
