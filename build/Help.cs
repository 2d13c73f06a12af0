namespace ApiTokens.Build;

/// <summary>
/// Creates the content of Get-Help. The help of cmdlets is generated from docs/cmdlets with PlatyPS and committed; help topics are
/// generated from docs/about.
/// </summary>
internal static class Help
{
    private const string File = "ApiTokens.PowerShell.dll-Help.xml";

    private static string Source => Path.Combine(Command.Root, "src", "ApiTokens.PowerShell", "en-US", File);

    /// <summary>Generates the help of the cmdlets, and stages it if a module is staged.</summary>
    public static int Run()
    {
        if (PowerShellHost.Find() is not { } host
            || string.IsNullOrEmpty(
                host.TryGetOutput("(Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS | Where-Object Version -ge '1.0.3').Version")))
        {
            Console.Error.WriteLine(
                "The help of the cmdlets requires PowerShell 7 and Microsoft.PowerShell.PlatyPS: Install-PSResource "
                    + "Microsoft.PowerShell.PlatyPS");
            return 1;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Source)!);
        int code = host.RunFile(
            Path.Combine(Command.Root, "build", "help.ps1"), "-Source", Path.Combine(Command.Root, "docs", "cmdlets"), "-Target", Source);
        if (code == 0 && Directory.Exists(Staging.Module))
        {
            Stage(Staging.Module);
        }

        Console.WriteLine($"Help: {(code == 0 ? Path.GetRelativePath(Command.Root, Source) : "see above")}");
        return code;
    }

    /// <summary>Copies the help to a module.</summary>
    public static void Stage(string module)
    {
        string folder = Path.Combine(module, "en-US");
        Directory.CreateDirectory(folder);
        System.IO.File.Copy(Source, Path.Combine(folder, File), overwrite: true);
        foreach (string topic in Directory.GetFiles(Path.Combine(Command.Root, "docs", "about"), "about_*.md"))
        {
            Text.Write(Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(topic)}.help.txt"), AboutTopic.Of(Text.Read(topic)));
        }
    }
}
