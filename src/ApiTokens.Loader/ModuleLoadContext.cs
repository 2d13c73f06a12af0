using System.Reflection;
using System.Runtime.Loader;

namespace ApiTokens.Loader;

/// <summary>
/// The module's own place for assemblies: what it brings does not meet what the session or other modules have loaded.
/// </summary>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private static readonly Dictionary<string, string> HostFiles = TrustedPlatformFiles();

    private readonly string _folder;

    private ModuleLoadContext(string folder)
        : base("ApiTokens")
    {
        _folder = folder;
    }

    /// <summary>Whether the module of a folder was loaded before.</summary>
    /// <param name="folder">The full path of the folder.</param>
    /// <returns>True if it was.</returns>
    public static bool IsLoaded(string folder) => Find(folder) is not null;

    /// <summary>Loads the module's assembly, the same one at every call.</summary>
    /// <param name="path">The full path of the assembly.</param>
    /// <returns>The assembly.</returns>
    public static Assembly LoadModule(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        return (Find(folder) ?? new ModuleLoadContext(folder)).LoadFromAssemblyPath(path);
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string own = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(own) && !HostHas(assemblyName) ? LoadFromAssemblyPath(own) : null;
    }

    private static ModuleLoadContext? Find(string folder) => All.OfType<ModuleLoadContext>().FirstOrDefault(known => known._folder == folder);

    // The host's framework goes first where it is new enough, as its parts belong together.
    private static bool HostHas(AssemblyName wanted) =>
        HostFiles.TryGetValue(wanted.Name!, out string? file) && AssemblyName.GetAssemblyName(file).Version >= wanted.Version;

    private static Dictionary<string, string> TrustedPlatformFiles()
    {
        string files = AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? string.Empty;
        var byName = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string file in files.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            byName.TryAdd(Path.GetFileNameWithoutExtension(file), file);
        }

        return byName;
    }
}
