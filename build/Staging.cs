namespace ApiTokens.Build;

/// <summary>Builds everything and lays the module out in out/ApiTokens, as it is imported and shipped.</summary>
internal static class Staging
{
    public const string Configuration = "Release";

    public static string Module => Command.Out("ApiTokens");

    public static int Build()
    {
        Command.Run("dotnet", "build", "ApiTokens.slnx", "-c", Configuration, "--nologo", "-v", "quiet");
        if (Directory.Exists(Module))
        {
            Directory.Delete(Module, recursive: true);
        }

        Gather("netstandard2.1", "net");
        SeparateDependencies();
        Gather("net472", "netfx");
        Publish("src/ApiTokens.Sandbox", null, Path.Combine(Module, "sandbox"));
        Copy($"src/ApiTokens.Loader/bin/{Configuration}/net8.0/ApiTokens.Loader.dll", "lib/net/ApiTokens.Loader.dll");
        Copy($"src/ApiTokens.Loader/bin/{Configuration}/net472/ApiTokens.Loader.dll", "lib/netfx/ApiTokens.Loader.dll");
        Copy("src/ApiTokens.PowerShell/ApiTokens.Types.ps1xml", "ApiTokens.Types.ps1xml");
        Copy("src/ApiTokens.PowerShell/ApiTokens.Format.ps1xml", "ApiTokens.Format.ps1xml");
        Copy("ApiTokens.psd1", "ApiTokens.psd1");
        Copy("LICENSE", "LICENSE");
        Help.Stage(Module);
        Notices.Write(Module);

        ModuleManifest.Complete(Module);
        Console.WriteLine($"Staged {Path.GetRelativePath(Command.Root, Module)}");
        return 0;
    }

    private static void Gather(string framework, string folder)
    {
        string target = Path.Combine(Module, "lib", folder);
        Publish("src/ApiTokens.Module", framework, target);
        foreach (string file in Directory.GetFiles(target).Where(file =>
            Path.GetExtension(file) != ".dll" || Path.GetFileName(file) == "ApiTokens.Module.dll"))
        {
            File.Delete(file);
        }
    }

    // On PowerShell 7 only the cmdlets' assembly lies in the folder from which the session loads it. The runtime looks for
    // what it needs beside it, and must not find it there: the load context takes it from the folder below.
    private static void SeparateDependencies()
    {
        string folder = Path.Combine(Module, "lib", "net");
        string dependencies = Directory.CreateDirectory(Path.Combine(folder, "dependencies")).FullName;
        foreach (string file in Directory.GetFiles(folder, "*.dll").Where(file => Path.GetFileName(file) != "ApiTokens.PowerShell.dll"))
        {
            File.Move(file, Path.Combine(dependencies, Path.GetFileName(file)));
        }
    }

    private static void Publish(string project, string? framework, string target)
    {
        string[] chosen = framework is null ? [] : ["-f", framework];
        Command.Run("dotnet", ["publish", project, "-c", Configuration, .. chosen, "-o", target, "--no-build", "--nologo", "-v", "quiet"]);
    }

    private static void Copy(string from, string to) =>
        File.Copy(Path.Combine(Command.Root, from), Path.Combine(Module, to.Replace('/', Path.DirectorySeparatorChar)), overwrite: true);
}
