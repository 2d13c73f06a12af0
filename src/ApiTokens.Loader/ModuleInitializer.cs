using System.Management.Automation;

namespace ApiTokens.Loader;

/// <summary>Runs when Windows PowerShell imports the module, before it reads the cmdlets.</summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    /// <inheritdoc/>
    public void OnImport() => DesktopResolver.Register(Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location));
}
