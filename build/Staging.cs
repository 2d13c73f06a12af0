using System.Text.RegularExpressions;

namespace ApiTokens.Build;

/// <summary>Builds all projects and stages the module in out/ApiTokens, as it is imported and shipped.</summary>
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
        StageDocuments();
        Notices.Write(Module);

        ModuleManifest.Complete(Module);
        Console.WriteLine($"Staged {Path.GetRelativePath(Command.Root, Module)}");
        return 0;
    }

    // The related links of the help name documents by their path in the module.
    private static void StageDocuments()
    {
        string[] documents = [.. Directory.GetFiles(Path.Combine(Command.Root, "docs", "cmdlets"), "*.md")
            .SelectMany(file => Regex.Matches(Text.Read(file), @"\]\(\.\./(\w+\.md)\)").Select(match => match.Groups[1].Value))
            .Distinct()];
        Directory.CreateDirectory(Path.Combine(Module, "docs"));
        foreach (string document in documents)
        {
            Copy($"docs/{document}", $"docs/{document}");
        }
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

    // On PowerShell 7, the folder of the cmdlets' assembly must not contain its dependencies, because the runtime would load them from
    // there into the default context. The module's load context loads them from the subfolder.
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
        string[] option = framework is null ? [] : ["-f", framework];
        Command.Run("dotnet", ["publish", project, "-c", Configuration, .. option, "-o", target, "--no-build", "--nologo", "-v", "quiet"]);
    }

    private static void Copy(string from, string to) =>
        File.Copy(Path.Combine(Command.Root, from), Path.Combine(Module, to.Replace('/', Path.DirectorySeparatorChar)), overwrite: true);
}
