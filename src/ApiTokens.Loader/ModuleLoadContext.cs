using System.Reflection;
using System.Runtime.Loader;

namespace ApiTokens.Loader;

/// <summary>
/// The load context of the module's library and its packages. It isolates them from the assemblies of the session and of other
/// modules.
/// </summary>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private const string Library = "ApiTokens.Core";

    private static readonly object Once = new();
    private static readonly Dictionary<string, string> HostFiles = TrustedPlatformFiles();
    private static ModuleLoadContext? _context;

    private readonly string _folder;

    private ModuleLoadContext(string folder)
        : base("ApiTokens")
    {
        _folder = folder;
    }

    /// <summary>
    /// Creates the context once per process. The cmdlets are in the default context, which then loads the library from this context.
    /// No other assembly of the session is affected.
    /// </summary>
    /// <param name="folder">The full path of the folder with the library and its packages.</param>
    public static void Register(string folder)
    {
        lock (Once)
        {
            if (_context is null)
            {
                _context = new ModuleLoadContext(folder);
                Default.Resolving += ResolveLibrary;
            }
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string path = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(path) && !HostHas(assemblyName) ? LoadFromAssemblyPath(path) : null;
    }

    private static Assembly? ResolveLibrary(AssemblyLoadContext context, AssemblyName name) =>
        string.Equals(name.Name, Library, StringComparison.OrdinalIgnoreCase) ? _context!.LoadFromAssemblyName(name) : null;

    // The framework of the host is preferred if it is new enough, because its assemblies depend on each other.
    private static bool HostHas(AssemblyName name) =>
        HostFiles.TryGetValue(name.Name!, out string? file) && AssemblyName.GetAssemblyName(file).Version >= name.Version;

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
