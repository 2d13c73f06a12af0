namespace ApiTokens.Build;

/// <summary>Tells the story of the README: with PowerShell where it is found, else in C#.</summary>
internal static class Demo
{
    public static int Run()
    {
        Staging.Build();
        if (PowerShellHost.Find() is { } host)
        {
            return host.RunFile(Path.Combine(Command.Root, "samples", "demo.ps1"), "-ModulePath", Staging.Module);
        }

        Console.WriteLine("No PowerShell 7 was found, neither on the PATH nor as the manifest's tool. The same story in C#:");
        return Command.TryRun("dotnet", "run", "--project", "samples/ApiTokens.Tour", "-c", Staging.Configuration, "--no-build");
    }
}
