using System.Diagnostics;
using System.Globalization;

namespace ApiTokens.Build;

/// <summary>Runs the simulator, which runs the core against models of the services and repeats any run from its seed.</summary>
internal static class Simulating
{
    // Each process has one thread for simulations.
    private static readonly string Processes = Math.Clamp(Environment.ProcessorCount, 1, 8).ToString(CultureInfo.InvariantCulture);

    /// <summary>Runs the short simulations of the test run, with the same seeds each time unless APITOKENS_SEED is set.</summary>
    public static Counts Test() =>
        Run("--seed", Environment.GetEnvironmentVariable("APITOKENS_SEED") ?? "1", "--count", "20000");

    /// <summary>Runs simulations with new seeds for some minutes.</summary>
    public static Counts Soak(int minutes)
    {
        string seed = Environment.GetEnvironmentVariable("APITOKENS_SEED")
            ?? (DateTimeOffset.UtcNow.ToUnixTimeSeconds() * 1000).ToString(CultureInfo.InvariantCulture);
        Console.WriteLine($"Simulations from seed {seed}");
        return Run("--seed", seed, "--time", $"{minutes.ToString(CultureInfo.InvariantCulture)}m");
    }

    private static Counts Run(params string[] arguments)
    {
        string program = Path.Combine(
            Command.Root, "tests", "ApiTokens.Simulation", "bin", Staging.Configuration, "net10.0", "ApiTokens.Simulation.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments, "--processes", Processes])
        {
            WorkingDirectory = Command.Root,
            RedirectStandardOutput = true,
        })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Console.Write(output);
        return Counts.OfProgram(output, process.ExitCode);
    }
}
