# Connections in PowerShell's formatting. The other tests of connections are in ApiTokens.PowerShell.Tests.

BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    $script:noVaults = -not (Test-VaultSupport)
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
    if (Test-VaultSupport) {
        $script:folder = Initialize-TestVault
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'A connection' {
    It 'shows no credential in a list or as JSON' {
        $connection = Get-ApiTokenService devo
        $secret = Get-PlainText ($sandbox.Services | Where-Object Service -EQ devo).Secret
        $connection | Format-List * -Force | Out-String -Width 500 | Should -Not -BeLike "*$secret*"
        $connection | ConvertTo-Json -Depth 5 | Should -Not -BeLike "*$secret*"
    }
}

Describe 'A credential in a vault' -Skip:$noVaults {
    BeforeAll {
        $script:gcore = $sandbox.Services | Where-Object Service -EQ gcore
        Set-Secret -Vault Store -Name admin -SecureStringSecret $gcore.Secret
        Set-Secret -Vault Store -Name login -Secret $gcore.Credential
        Set-Secret -Vault Store -Name table -Secret @{ a = 'text' }
    }

    It 'connects: <_>' -ForEach 'admin', 'login' {
        $connection = Connect-ApiTokenService Gcore -BaseUri $gcore.BaseUri -Vault Store -SecretName $_ -Name vault
        Get-ApiToken -Connection vault | Should -Not -BeNullOrEmpty
        $connection | Format-List * -Force | Out-String -Width 500 | Should -Not -BeLike "*$(Get-PlainText $gcore.Secret)*"
    }

    It 'connects each connection of a file' {
        $file = "$TestDrive/connections.psd1"
        "@{ Vault = 'Store'; Connections = @(
            @{ Name = 'one'; Service = 'Gcore'; BaseUri = '$($gcore.BaseUri)'; SecretName = 'admin' }
            @{ Name = 'two'; Service = 'Gcore'; BaseUri = '$($gcore.BaseUri)'; SecretName = 'login' }) }" | Set-Content -LiteralPath $file
        (Connect-ApiTokenService -Path $file).Name | Should -Be 'one', 'two'
    }

    It 'is not read: <Name>' -ForEach @{ Name = 'missing' }, @{ Name = 'table' } {
        { Connect-ApiTokenService Gcore -BaseUri $gcore.BaseUri -Vault Store -SecretName $Name } |
            Should -Throw -ErrorId 'SecretNotRead,*'
    }

    It 'is not read from a locked vault' {
        $null = New-Item -ItemType File -Path "$folder/locked"
        try {
            { Connect-ApiTokenService Gcore -BaseUri $gcore.BaseUri -Vault Test -SecretName admin } | Should -Throw -ErrorId 'VaultNotReady,*'
        }
        finally {
            Remove-Item -LiteralPath "$folder/locked"
        }
    }
}
