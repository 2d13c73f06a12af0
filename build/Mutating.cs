namespace ApiTokens.Build;

/// <summary>
/// Runs mutation tests of the operations, the journal, the rate limiter and the retry policy. All of them take an hour or more, so a run
/// can be limited to some files.
/// </summary>
internal static class Mutating
{
    public static int Run(string[] arguments)
    {
        string project = Path.Combine(Command.Root, "tests", "ApiTokens.Core.Tests");
        Command.Run("dotnet", "tool", "restore");

        // Starting a test process can take minutes on a busy machine.
        Environment.SetEnvironmentVariable("VSTEST_CONNECTION_TIMEOUT", "900");
        return Command.TryRun(
            "dotnet",
            [
                "stryker", "--skip-version-check", "--config-file", Path.Combine(project, "stryker-config.json"),
                "--output", Command.Out("mutation"), .. arguments.SelectMany(file => (string[])["--mutate", $"**/{file}"]),
            ],
            project);
    }
}
