namespace ApiTokens.Build;

/// <summary>Compares the module with the alternatives and writes docs/benchmarks.md.</summary>
internal static class Benchmarks
{
    public static int Run(string[] arguments)
    {
        Staging.Build();
        return Measure(arguments switch
        {
            ["--quick"] => ["-Quick"],
            ["smoke"] => ["-Smoke"],
            ["tls"] => ["-TlsOnly"],
            ["import"] => ["-ImportOnly", "-Repetitions", "15"],
            _ => ["-Path", Path.Combine(Command.Root, "docs", "benchmarks.md"), .. arguments],
        });
    }

    /// <summary>Measures the staged module.</summary>
    public static int Measure(string[] arguments)
    {
        if (PowerShellHost.Find() is not { } host)
        {
            Console.WriteLine("The benchmarks require PowerShell 7 on the PATH or as a tool of the manifest.");
            return 1;
        }

        string project = Path.Combine(Command.Root, "benchmarks", "ApiTokens.Benchmarks");
        return host.RunFile(
            Path.Combine(Command.Root, "benchmarks", "bench.ps1"),
            [
                "-ModulePath", Staging.Module,
                "-BareClientPath", Path.Combine(project, "bin", Staging.Configuration, "net8.0", "ApiTokens.Benchmarks.dll"),
                .. arguments,
            ]);
    }
}
