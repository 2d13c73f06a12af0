using System.Reflection;
using System.Runtime.Loader;

namespace ApiTokens.Loader;

/// <summary>
/// The load context of the module's library and the packages that it uses. It keeps them apart from the assemblies of the
/// session and of other modules.
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
    /// Creates the context, once for the process. The cmdlets are in the default context; from then on the library that
    /// they ask for comes from this one. No other name is answered for: the session's own assemblies stay as they are.
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
        string own = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(own) && !HostHas(assemblyName) ? LoadFromAssemblyPath(own) : null;
    }

    private static Assembly? ResolveLibrary(AssemblyLoadContext context, AssemblyName wanted) =>
        string.Equals(wanted.Name, Library, StringComparison.OrdinalIgnoreCase) ? _context!.LoadFromAssemblyName(wanted) : null;

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
