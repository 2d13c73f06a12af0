using System.Management.Automation;

namespace ApiTokens.Loader;

/// <summary>Runs when PowerShell imports the module, before it looks at the cmdlets.</summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    /// <inheritdoc/>
    public void OnImport()
    {
        string folder = Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location)!;
#if NETFRAMEWORK
        DesktopResolver.Register(folder);
#else
        ModuleLoadContext.Register(Path.Combine(folder, "dependencies"));
#endif
    }
}
