using System.Globalization;

namespace ApiTokens.Build;

/// <summary>The long run of what the tests do in short: generated attacks by the thousand, then minutes of mixed work that keeps failing.</summary>
internal static class Soaking
{
    public static int Run(string[] arguments)
    {
        int minutes = Number(arguments, 0, 10);
        int cases = Number(arguments, 1, 5000);
        Staging.Build();
        if (PowerShellHost.Find() is not { } host)
        {
            Console.Error.WriteLine("The soak needs PowerShell 7, and none was found.");
            return 1;
        }

        // For each service, and for the schedules.
        Environment.SetEnvironmentVariable("APITOKENS_CASES", cases.ToString(CultureInfo.InvariantCulture));
        int attacks = Command.TryRun(
            "dotnet", "test", "tests/ApiTokens.Core.Tests", "-c", Staging.Configuration, "--no-build", "--nologo",
            "--filter", "FullyQualifiedName~ApiTokens.Core.Tests.Hostile", "--logger", "console;verbosity=detailed");
        Environment.SetEnvironmentVariable("APITOKENS_CASES", null);
        int work = host.RunFile(
            Path.Combine(Command.Root, "tests", "Soak", "soak.ps1"),
            "-ModulePath", Staging.Module, "-Minutes", minutes.ToString(CultureInfo.InvariantCulture));
        return attacks == 0 ? work : attacks;
    }

    private static int Number(string[] arguments, int index, int usual) =>
        index >= arguments.Length ? usual
        : int.TryParse(arguments[index], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number
        : throw new CommandFailedException($"'{arguments[index]}' is no number: soak [minutes] [cases]");
}
