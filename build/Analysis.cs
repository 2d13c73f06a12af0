namespace ApiTokens.Build;

/// <summary>Reads without running: scripts and manifests with PSScriptAnalyzer, C# with dotnet format and by its lengths.</summary>
internal static class Analysis
{
    public static int Run()
    {
        Staging.Build();

        // Reported only, until the lines that are too long now are wrapped; then it belongs to the codes below.
        _ = SourceLimits.Run();
        int[] codes = [Scripts(), Format("ApiTokens.slnx"), Format("build/ApiTokens.Build.csproj"), Format(DesktopTesting.CoreTests), Format(DesktopTesting.Host)];
        return codes.All(code => code == 0) ? 0 : 1;
    }

    private static int Scripts()
    {
        if (PowerShellHost.Find() is not { } host)
        {
            Console.WriteLine("PSScriptAnalyzer: left out, as no PowerShell 7 was found, neither on the PATH nor as the manifest's tool.");
            return 0;
        }

        if (string.IsNullOrEmpty(host.Ask("(Get-Module -ListAvailable PSScriptAnalyzer | Where-Object Version -ge '1.22').Version")))
        {
            Console.WriteLine("PSScriptAnalyzer: left out, as it was not found. Install it with: Install-PSResource PSScriptAnalyzer");
            return 0;
        }

        // The manifest is read where what it names lies beside it.
        string[] sources = [".github", "build", "build.ps1", "benchmarks", "samples", "src", "tests", "PSScriptAnalyzerSettings.psd1"];
        return host.RunFile(
            Path.Combine(Command.Root, "build", "analyze.ps1"),
            ["-Settings", Path.Combine(Command.Root, "PSScriptAnalyzerSettings.psd1"), .. sources.Select(source => Path.Combine(Command.Root, source)), Staging.Module]);
    }

    private static int Format(string project)
    {
        int code = Command.TryRun("dotnet", "format", project, "--verify-no-changes", "--no-restore");
        Console.WriteLine($"dotnet format {project}: {(code == 0 ? "nothing to change" : "see above")}");
        return code;
    }
}
