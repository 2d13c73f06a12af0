using System.Reflection;

namespace ApiTokens.Loader;

/// <summary>
/// Windows PowerShell has neither binding redirects nor load contexts for modules. This answers, by simple name, for the
/// assemblies in the module's own folder, and for nothing else.
/// </summary>
public static class DesktopResolver
{
    private static readonly object Once = new();
    private static string? _folder;

    /// <summary>Registers the resolver, once for the process.</summary>
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
        string file = Path.Combine(_folder, new AssemblyName(args.Name).Name + ".dll");
        return File.Exists(file) ? Assembly.LoadFrom(file) : null;
    }
}
