using System.Globalization;

namespace ApiTokens.Build;

/// <summary>
/// Runs the soak test: thousands of generated attacks, minutes of simulations, then minutes of mixed operations with injected faults.
/// </summary>
internal static class Soaking
{
    public static int Run(string[] arguments)
    {
        int minutes = Number(arguments, 0, 10);
        int cases = Number(arguments, 1, 5000);
        Staging.Build();
        if (PowerShellHost.Find() is not { } host)
        {
            Console.Error.WriteLine("The soak test requires PowerShell 7, which was not found.");
            return 1;
        }

        // The number of cases per service and for the schedules.
        Environment.SetEnvironmentVariable("APITOKENS_CASES", cases.ToString(CultureInfo.InvariantCulture));
        int attacks = Command.TryRun(
            "dotnet", "test", "tests/ApiTokens.Core.Tests", "-c", Staging.Configuration, "--no-build", "--nologo",
            "--filter", "FullyQualifiedName~ApiTokens.Core.Tests.Hostile", "--logger", "console;verbosity=detailed");
        Environment.SetEnvironmentVariable("APITOKENS_CASES", null);
        bool simulated = Simulating.Soak(minutes).Failed == 0;
        int work = host.RunFile(
            Path.Combine(Command.Root, "tests", "Soak", "soak.ps1"),
            "-ModulePath", Staging.Module, "-Minutes", minutes.ToString(CultureInfo.InvariantCulture));
        return attacks != 0 ? attacks : simulated ? work : 1;
    }

    private static int Number(string[] arguments, int index, int defaultValue) =>
        index >= arguments.Length ? defaultValue
        : int.TryParse(arguments[index], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number
        : throw new CommandFailedException($"'{arguments[index]}' is not a positive number. Usage: soak [minutes] [cases]");
}
