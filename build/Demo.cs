namespace ApiTokens.Build;

/// <summary>Runs samples/demo.ps1 in PowerShell if it is found, otherwise in the hosted engine.</summary>
internal static class Demo
{
    public static int Run()
    {
        Staging.Build();
        string script = Path.Combine(Command.Root, "samples", "demo.ps1");
        if (PowerShellHost.Find() is { } host)
        {
            Console.WriteLine($"Demo: {host.Description}");
            return host.RunFile(script, "-ModulePath", Staging.Module);
        }

        Console.WriteLine(
            $"Demo: PowerShell {HostedEngine.Version}, the engine from NuGet. PowerShell 7 was not found on the PATH or as a "
                + "tool of the manifest.");
        return HostedEngine.RunFile(script, new Dictionary<string, object> { ["ModulePath"] = Staging.Module });
    }
}
