namespace ApiTokens.Build;

/// <summary>
/// Static analysis: scripts and manifests with PSScriptAnalyzer, C# with dotnet format and the limits of lines and files.
/// </summary>
internal static class Analysis
{
    public static int Run()
    {
        Staging.Build();

        int[] codes =
        [
            SourceLimits.Run(),
            Scripts(),
            Format("ApiTokens.slnx"),
            Format("build/ApiTokens.Build.csproj"),
            Format(DesktopTesting.CoreTests),
            Format(DesktopTesting.Host),
        ];
        return codes.All(code => code == 0) ? 0 : 1;
    }

    private static int Scripts()
    {
        if (PowerShellHost.Find() is not { } host)
        {
            Console.WriteLine("PSScriptAnalyzer: skipped. PowerShell 7 was not found on the PATH or as a tool of the manifest.");
            return 0;
        }

        if (string.IsNullOrEmpty(
            host.TryGetOutput("(Get-Module -ListAvailable PSScriptAnalyzer | Where-Object Version -ge '1.22').Version")))
        {
            Console.WriteLine(
                "PSScriptAnalyzer: skipped, because it is not installed. Install it with: Install-PSResource PSScriptAnalyzer");
            return 0;
        }

        // The manifest is analyzed in the staged module, which contains the files that it refers to.
        string[] sources = [".github", "build", "build.ps1", "benchmarks", "samples", "src", "tests", "PSScriptAnalyzerSettings.psd1"];
        return host.RunFile(
            Path.Combine(Command.Root, "build", "analyze.ps1"),
            [
                "-Settings", Path.Combine(Command.Root, "PSScriptAnalyzerSettings.psd1"),
                .. sources.Select(source => Path.Combine(Command.Root, source)),
                Staging.Module,
            ]);
    }

    private static int Format(string project)
    {
        int code = Command.TryRun("dotnet", "format", project, "--verify-no-changes", "--no-restore");
        Console.WriteLine($"dotnet format {project}: {(code == 0 ? "nothing to change" : "see above")}");
        return code;
    }
}
