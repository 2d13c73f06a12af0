namespace ApiTokens.Build;

/// <summary>
/// Tests the edition for Windows PowerShell: on Windows with .NET Framework, on other platforms with Mono if it is installed.
/// docs/editions.md describes the limits of these tests.
/// </summary>
internal static class DesktopTesting
{
    public const string CoreTests = "tests/ApiTokens.Core.NetFx.Tests";
    public const string Host = "tests/ApiTokens.Desktop.Host";

    /// <summary>Runs the tests of the core, then the staged module's lib/netfx in a program without binding redirects.</summary>
    public static Counts Run(string results)
    {
        if (!OperatingSystem.IsWindows() && Command.TryGetOutput("mono", "--version") is null)
        {
            Console.WriteLine(
                ".NET Framework: skipped, because this is not Windows and Mono is not installed. On Debian: apt-get install mono-devel");
            return default;
        }

        string folder = Path.Combine(results, "netfx");
        int code = Command.TryRun(
            "dotnet", "test", CoreTests, "-c", Staging.Configuration, "--nologo", "-v", "quiet",
            "--logger", "trx", "--results-directory", folder);
        return Counts.OfTrx(folder, code) + RunHost();
    }

    private static Counts RunHost()
    {
        Command.Run("dotnet", "build", Host, "-c", Staging.Configuration, "--nologo", "-v", "quiet");
        string program = Path.Combine(Command.Root, Host, "bin", Staging.Configuration, "net472", "ApiTokens.Desktop.Host.exe");
        string[] line = OperatingSystem.IsWindows() ? [program, Staging.Module] : ["mono", program, Staging.Module];
        bool works = Command.TryRun(line[0], line[1..]) == 0;

        // If the program also works without the resolver, the test proves nothing.
        bool needsResolver = Command.TryGetOutput(line[0], [.. line[1..], "without-resolver"]) is null;
        Console.WriteLine($".NET Framework: the module's resolver {(works ? "finds its assemblies" : "FAILED")} and is "
            + (needsResolver ? "required." : "NOT REQUIRED, so this test proves nothing."));
        bool[] results = [works, needsResolver];
        return new Counts(results.Count(result => result), results.Count(result => !result), 0);
    }
}
