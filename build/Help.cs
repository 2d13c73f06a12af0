namespace ApiTokens.Build;

/// <summary>What Get-Help shows: of the cmdlets, made of docs/cmdlets with PlatyPS and kept in the sources; of topics, made of docs/about.</summary>
internal static class Help
{
    private const string File = "ApiTokens.PowerShell.dll-Help.xml";

    private static string Source => Path.Combine(Command.Root, "src", "ApiTokens.PowerShell", "en-US", File);

    /// <summary>Makes the help of the cmdlets anew, and stages it where a module is staged.</summary>
    public static int Run()
    {
        if (PowerShellHost.Find() is not { } host
            || string.IsNullOrEmpty(host.Ask("(Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS | Where-Object Version -ge '1.0.3').Version")))
        {
            Console.Error.WriteLine("The help of the cmdlets needs PowerShell 7 and Microsoft.PowerShell.PlatyPS: Install-PSResource Microsoft.PowerShell.PlatyPS");
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

    /// <summary>Puts the help into a module.</summary>
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
