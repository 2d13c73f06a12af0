namespace ApiTokens.Build;

/// <summary>The files of a staged module.</summary>
internal static class ModuleFiles
{
    /// <summary>Their places in the module, with forward slashes, in an order that is the same everywhere.</summary>
    public static IEnumerable<string> Of(string module) => Directory.EnumerateFiles(module, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(module, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);
}
