using System.Globalization;
using System.Security.Cryptography;

namespace ApiTokens.Build;

/// <summary>Creates the package of the module, publishes it to a folder, installs it from there and runs the demo with that copy.</summary>
internal static class Packaging
{
    private const int MaxPathLength = 140;
    private const int MaxPackageSize = 10_000_000;

    public static string Repository => Command.Out("repository");

    public static int Run()
    {
        if (PowerShellHost.Find() is not { } host
            || string.IsNullOrEmpty(host.TryGetOutput(
                "(Get-Module -ListAvailable Microsoft.PowerShell.PSResourceGet | Where-Object Version -ge '1.1').Version")))
        {
            Console.WriteLine("The package requires PowerShell 7 with PSResourceGet 1.1, on the PATH or as a tool of the manifest.");
            return 1;
        }

        Staging.Build();
        string package = Pack(host);
        Console.WriteLine(
            $"{Path.GetRelativePath(Command.Root, package)}: {Number(new FileInfo(package).Length)} bytes, SHA-256 {Hash(package)}");
        Console.WriteLine($"{Path.GetRelativePath(Command.Root, Sbom.Write(package, Staging.Module))}: bill of materials");
        string installed = Install(host, package);
        return RunDemo(host, installed);
    }

    private static string Pack(PowerShellHost host)
    {
        string version = ModuleManifest.Version;
        string longest = ModuleFiles.Of(Staging.Module).Select(file => $"ApiTokens/{version}/{file}").MaxBy(path => path.Length)!;
        Command.Require(
            longest.Length < MaxPathLength, $"The path '{longest}' has {longest.Length} characters. The limit is {MaxPathLength}.");

        string raw = Command.Out("package");
        RunScript(host, "-ModulePath", Staging.Module, "-Destination", raw);
        string package = Command.Out($"ApiTokens.{version}.nupkg");
        DeterministicZip.Rewrite(Path.Combine(raw, Path.GetFileName(package)), package);
        Directory.Delete(raw, recursive: true);
        long size = new FileInfo(package).Length;
        Command.Require(size < MaxPackageSize, $"The package has {Number(size)} bytes. The limit is {Number(MaxPackageSize)}.");
        return package;
    }

    private static string Install(PowerShellHost host, string package)
    {
        string modules = Command.Out("profile", "Modules");
        RunScript(host, "-NupkgPath", package, "-Repository", Repository, "-Destination", modules);
        string published = Path.Combine(Repository, Path.GetFileName(package));
        Command.Require(Hash(published) == Hash(package), $"{published} differs from the package that was published.");

        string installed = Path.Combine(modules, "ApiTokens", ModuleManifest.Version);
        string[] missing = [.. ModuleFiles.Of(Staging.Module).Where(file =>
            !File.Exists(Path.Combine(installed, file))
                || Hash(Path.Combine(installed, file)) != Hash(Path.Combine(Staging.Module, file)))];
        Command.Require(missing.Length == 0, $"These files are missing or differ from the staged module: {string.Join(", ", missing)}.");
        return installed;
    }

    private static int RunDemo(PowerShellHost host, string installed)
    {
        // A profile in which PowerShell finds no other modules.
        string profile = Command.Out("profile");
        foreach (string folder in (string[])["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"])
        {
            Environment.SetEnvironmentVariable(folder, profile);
        }

        Environment.SetEnvironmentVariable("PSModulePath", Path.Combine(profile, "Modules"));
        string? found = host.TryGetOutput("(Get-Module -ListAvailable ApiTokens).ModuleBase");
        Command.Require(found == installed, $"PowerShell finds the module ApiTokens in '{found}', not in '{installed}'.");
        Console.WriteLine($"Demo with the module installed in {Path.GetRelativePath(Command.Root, installed)}:");
        return host.RunFile(Path.Combine(Command.Root, "samples", "demo.ps1"), "-ModulePath", "ApiTokens");
    }

    private static void RunScript(PowerShellHost host, params string[] arguments)
    {
        string script = Path.Combine(Command.Root, "build", "package.ps1");
        Command.Require(host.RunFile(script, arguments) == 0, $"{Path.GetFileName(script)} {string.Join(' ', arguments)} failed.");
    }

    private static string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
