using System.Runtime.InteropServices;

namespace ApiTokens.PowerShell.Sandbox;

/// <summary>Finds the program dotnet. Only full paths are used: a program in the current folder could be anyone's.</summary>
internal static class DotnetHost
{
    /// <summary>Returns the full path of the program; null if it is not found.</summary>
    public static string? Find()
    {
        string name = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "dotnet.exe" : "dotnet";
        string? root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        string path = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;
        return new[] { root ?? string.Empty }.Concat(path.Split(Path.PathSeparator))
            .Select(folder => folder.Trim().Trim('"'))
            .Where(IsFullPath)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    // Path.IsPathFullyQualified is not in netstandard2.0. \\tools and C:tools depend on the current drive or folder.
    private static bool IsFullPath(string path) => path.IndexOfAny(Path.GetInvalidPathChars()) < 0 && Path.IsPathRooted(path)
        && (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
            || path.StartsWith(@"\\", StringComparison.Ordinal)
            || (path.Length > 2 && path[1] == ':' && (path[2] is '\\' or '/')));
}
