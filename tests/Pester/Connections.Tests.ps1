# Connections in PowerShell's formatting. The other tests of connections are in ApiTokens.PowerShell.Tests.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
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
