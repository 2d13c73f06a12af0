using System.Reflection;

namespace ApiTokens.PowerShell;

/// <summary>
/// Windows PowerShell has no binding redirects and no load contexts: this answers, by simple name, for the assemblies in
/// the module's own folder, and for nothing else. The module's script registers it before anything needs them.
/// </summary>
public static class DesktopAssemblies
{
    private static readonly object Once = new();
    private static bool s_registered;

    /// <summary>Registers the resolver, once for the process.</summary>
    /// <returns>Whether it was registered before.</returns>
    public static bool Register()
    {
        lock (Once)
        {
            if (s_registered)
            {
                return true;
            }

            AppDomain.CurrentDomain.AssemblyResolve += Resolve;
            s_registered = true;
            return false;
        }
    }

    private static Assembly? Resolve(object sender, ResolveEventArgs args)
    {
        string folder = Path.GetDirectoryName(typeof(DesktopAssemblies).Assembly.Location);
        string file = Path.Combine(folder, new AssemblyName(args.Name).Name + ".dll");
        return File.Exists(file) ? Assembly.LoadFrom(file) : null;
    }
}
