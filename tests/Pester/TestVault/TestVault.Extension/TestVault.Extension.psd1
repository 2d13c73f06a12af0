@{
    ModuleVersion     = '1.0.0'
    GUID              = 'b9a7f6c3-1b0d-4f1d-8d6f-6d2f6f0a9f55'
    Author            = 'The ApiTokens authors'
    RootModule        = 'TestVault.Extension.psm1'
    FunctionsToExport = @('Get-Secret', 'Get-SecretInfo', 'Set-Secret', 'Set-SecretInfo', 'Remove-Secret', 'Test-SecretVault')
}
