namespace ApiTokens.Build;

/// <summary>The files of a staged module.</summary>
internal static class ModuleFiles
{
    /// <summary>Returns the relative paths with forward slashes, in ordinal order.</summary>
    public static IEnumerable<string> Of(string module) => Directory.EnumerateFiles(module, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(module, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);
}
