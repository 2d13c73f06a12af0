namespace ApiTokens.Build;

/// <summary>
/// What can be tested of the edition for Windows PowerShell: on Windows with .NET Framework itself, elsewhere with Mono
/// where it is found. docs/editions.md says what this shows and what not.
/// </summary>
internal static class DesktopTesting
{
    public const string CoreTests = "tests/ApiTokens.Core.NetFx.Tests";
    public const string Host = "tests/ApiTokens.Desktop.Host";

    /// <summary>Runs the tests of the core, then the staged module's lib/netfx in a program without binding redirects.</summary>
    public static Counts Run(string results)
    {
        if (!OperatingSystem.IsWindows() && Command.Ask("mono", "--version") is null)
        {
            Console.WriteLine(".NET Framework: left out, as this is not Windows and Mono was not found. On Debian, apt-get install mono-devel brings it.");
            return default;
        }

        string folder = Path.Combine(results, "netfx");
        int code = Command.TryRun("dotnet", "test", CoreTests, "-c", Staging.Configuration, "--nologo", "-v", "quiet", "--logger", "trx", "--results-directory", folder);
        return Counts.OfTrx(folder, code) + RunHost();
    }

    private static Counts RunHost()
    {
        Command.Run("dotnet", "build", Host, "-c", Staging.Configuration, "--nologo", "-v", "quiet");
        string program = Path.Combine(Command.Root, Host, "bin", Staging.Configuration, "net472", "ApiTokens.Desktop.Host.exe");
        string[] line = OperatingSystem.IsWindows() ? [program, Staging.Module] : ["mono", program, Staging.Module];
        bool works = Command.TryRun(line[0], line[1..]) == 0;

        // What works without the resolver does not show that the resolver works.
        bool needsResolver = Command.Ask(line[0], [.. line[1..], "without-resolver"]) is null;
        Console.WriteLine($".NET Framework: the module's own resolver {(works ? "finds its assemblies" : "FAILED")}, and {(needsResolver ? "nothing works without it" : "is NOT NEEDED, so this shows nothing")}");
        bool[] both = [works, needsResolver];
        return new Counts(both.Count(held => held), both.Count(held => !held), 0);
    }
}
