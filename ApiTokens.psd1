@{
    RootModule             = if ($PSEdition -eq 'Core') { 'lib/net/ApiTokens.PowerShell.dll' } else { 'lib/netfx/ApiTokens.PowerShell.dll' }
    # Windows PowerShell: the resolver first, then the types that the types file names. PowerShell 7 needs neither.
    NestedModules          = @(if ($PSEdition -ne 'Core') { 'lib/netfx/ApiTokens.Loader.dll' })
    RequiredAssemblies     = @(if ($PSEdition -ne 'Core') { 'lib/netfx/ApiTokens.Loader.dll', 'lib/netfx/ApiTokens.PowerShell.dll' })
    ModuleVersion          = '0.1.0'
    GUID                   = '6f0c6a3e-5b0e-4d0a-9c55-9a0a4f5e7b21'
    Author                 = 'The ApiTokens authors'
    CompanyName            = 'ApiTokens'
    Copyright              = '(c) The ApiTokens authors. MIT License.'
    Description            = 'Create, list, enable, disable, rename, reset and revoke the API tokens of several services (Devo, WEGnology and Losant, Gcore, application users) with one vocabulary.'
    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions   = @('Desktop', 'Core')
    TypesToProcess         = @('ApiTokens.Types.ps1xml')
    FormatsToProcess       = @('ApiTokens.Format.ps1xml')
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @('Revoke-ApiToken')
    CmdletsToExport        = @(
        'Compare-ApiToken'
        'Connect-ApiTokenService'
        'Disable-ApiToken'
        'Disconnect-ApiTokenService'
        'Enable-ApiToken'
        'Export-ApiTokenReport'
        'Find-ApiToken'
        'Get-ApiToken'
        'Get-ApiTokenJournal'
        'Get-ApiTokenPermission'
        'Get-ApiTokenSandbox'
        'Get-ApiTokenService'
        'Get-ApiTokenUser'
        'New-ApiToken'
        'Remove-ApiToken'
        'Rename-ApiToken'
        'Reset-ApiToken'
        'Save-ApiTokenSecret'
        'Set-ApiToken', 'Set-ApiTokenService'
        'Start-ApiTokenSandbox'
        'Stop-ApiTokenSandbox'
        'Test-ApiToken'
        'Use-ApiToken'
    )
    PrivateData            = @{
        PSData = @{
            Tags         = @('ApiToken', 'Token', 'Secret', 'Credential', 'Rotation', 'Revocation', 'Devo', 'WEGnology', 'Losant', 'Gcore', 'PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            ProjectUri   = 'https://apitokens.example'
            LicenseUri   = 'https://apitokens.example/blob/main/LICENSE'
        }
    }
}
