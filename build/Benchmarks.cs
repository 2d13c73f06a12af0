namespace ApiTokens.Build;

/// <summary>Measures the module against the alternatives and writes docs/benchmarks.md.</summary>
internal static class Benchmarks
{
    public static int Run(string[] arguments)
    {
        Staging.Build();
        return Measure(arguments switch
        {
            ["quick"] => ["-Quick"],
            ["import"] => ["-ImportOnly", "-Repetitions", "15"],
            _ => ["-Path", Path.Combine(Command.Root, "docs", "benchmarks.md"), .. arguments],
        });
    }

    /// <summary>Measures what is staged.</summary>
    public static int Measure(string[] arguments)
    {
        if (PowerShellHost.Find() is not { } host)
        {
            Console.WriteLine("The benchmarks need PowerShell 7, on the PATH or as the manifest's tool.");
            return 1;
        }

        return host.RunFile(
            Path.Combine(Command.Root, "benchmarks", "bench.ps1"),
            [
                "-ModulePath", Staging.Module,
                "-BareClientPath", Path.Combine(Command.Root, "benchmarks", "ApiTokens.Benchmarks", "bin", Staging.Configuration, "net8.0", "ApiTokens.Benchmarks.dll"),
                .. arguments,
            ]);
    }
}
