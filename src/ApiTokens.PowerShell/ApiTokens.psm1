# On PowerShell 7 the module's assemblies go into a load context of their own. Windows PowerShell has none: there a
# resolver answers for the module's own folder. LoadFrom is several times faster here than Add-Type.
if ($PSVersionTable.PSEdition -eq 'Core') {
    $library = [System.IO.Path]::Combine($PSScriptRoot, 'lib', 'net')
    $null = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::Combine($library, 'ApiTokens.Loader.dll'))
    $assembly = [ApiTokens.Loader.ModuleLoadContext]::LoadModule([System.IO.Path]::Combine($library, 'ApiTokens.PowerShell.dll'))
}
else {
    $library = [System.IO.Path]::Combine($PSScriptRoot, 'lib', 'netfx')
    $assembly = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::Combine($library, 'ApiTokens.PowerShell.dll'))
    [ApiTokens.PowerShell.DesktopAssemblies]::Register()
}

$cmdlets = Import-Module -Assembly $assembly -PassThru

# PowerShell does not export the cmdlets of an assembly that was imported before (PowerShell/PowerShell#20710).
if ($cmdlets -and -not $ExecutionContext.SessionState.Module.ExportedCmdlets.Count) {
    $add = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', [System.Reflection.BindingFlags]'Instance, NonPublic')
    foreach ($cmdlet in $cmdlets.ExportedCmdlets.Values) {
        $null = $add.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
    }
}
