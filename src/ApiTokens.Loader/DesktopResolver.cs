using System.Reflection;

namespace ApiTokens.Loader;

/// <summary>
/// Resolves assemblies on Windows PowerShell, which has neither binding redirects nor load contexts for modules. It resolves only
/// assemblies in the folder of the module, by simple name.
/// </summary>
public static class DesktopResolver
{
    private static readonly object Once = new();
    private static string? _folder;

    /// <summary>Registers the resolver once per process.</summary>
    /// <param name="folder">The full path of the folder with the module's assemblies.</param>
    public static void Register(string folder)
    {
        lock (Once)
        {
            if (_folder is null)
            {
                _folder = folder;
                AppDomain.CurrentDomain.AssemblyResolve += Resolve;
            }
        }
    }

    private static Assembly? Resolve(object sender, ResolveEventArgs args)
    {
        string name = new AssemblyName(args.Name).Name;
        string file = Path.Combine(_folder, name + ".dll");

        // A name with a separator would leave the folder.
        return name.IndexOfAny(['/', '\\', ':']) < 0 && File.Exists(file) ? Assembly.LoadFrom(file) : null;
    }
}
