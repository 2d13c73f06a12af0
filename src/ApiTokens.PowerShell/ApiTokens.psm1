# On PowerShell 7 the module's assemblies go into a load context of their own. Windows PowerShell has none: there a
# resolver answers for the module's own folder. LoadFrom is several times faster here than Add-Type.
if ($PSVersionTable.PSEdition -eq 'Core') {
    $library = [System.IO.Path]::Combine($PSScriptRoot, 'lib', 'net')
    $null = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::Combine($library, 'ApiTokens.Loader.dll'))
    $again = [ApiTokens.Loader.ModuleLoadContext]::IsLoaded($library)
    $assembly = [ApiTokens.Loader.ModuleLoadContext]::LoadModule([System.IO.Path]::Combine($library, 'ApiTokens.PowerShell.dll'))
}
else {
    $library = [System.IO.Path]::Combine($PSScriptRoot, 'lib', 'netfx')
    $assembly = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::Combine($library, 'ApiTokens.PowerShell.dll'))
    $again = [ApiTokens.PowerShell.DesktopAssemblies]::Register()
}

# The types are given as such, since no types file could find them by name. The views use the methods that this adds.
Update-TypeData -TypeData ($assembly.GetType('ApiTokens.PowerShell.Display.TypeExtensions')::Create()) -Force

$cmdlets = Import-Module -Assembly $assembly -PassThru

# PowerShell does not export the cmdlets and aliases of an assembly that was imported before (PowerShell/PowerShell#20710).
# Asking the module for its exports takes a third of the import, so it is asked only then.
$module = $ExecutionContext.SessionState.Module
if ($again -and $cmdlets -and -not $module.ExportedCmdlets.Count) {
    $private = [System.Reflection.BindingFlags]'Instance, NonPublic'
    $addCmdlet = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', $private)
    foreach ($cmdlet in $cmdlets.ExportedCmdlets.Values) {
        $null = $addCmdlet.Invoke($module, @(, $cmdlet))
    }

    $addAlias = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedAlias', $private)
    foreach ($alias in $cmdlets.ExportedAliases.Values) {
        $null = $addAlias.Invoke($module, @(, $alias))
    }
}
