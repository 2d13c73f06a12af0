@{
    ModuleVersion = '1.0.0'
    GUID          = '3d6f3b0e-5a9c-4a53-9a1f-0a3bb0d9f6c1'
    Author        = 'The ApiTokens authors'
    Description   = 'A vault for tests: files in a folder, each written whole, and refusals on demand.'
    NestedModules = @('./TestVault.Extension')
    FunctionsToExport = @()
    PrivateData = @{ PSData = @{ Tags = @('SecretManagement') } }
}
