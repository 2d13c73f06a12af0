# Test-ApiToken with tokens from files. Its other tests are in tests/ApiTokens.PowerShell.Tests.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'Test-ApiToken' {
    It 'returns the same findings for tokens from <_>, without a request' -ForEach 'Clixml', 'Json' {
        $tokens = Get-ApiToken -Connection *
        $expected = $tokens | Test-ApiToken | ForEach-Object ToString
        $before = Get-RequestCount
        $file = Join-Path $TestDrive 'tokens'
        $back = switch ($_) {
            'Clixml' {
                $tokens | Export-Clixml $file
                Import-Clixml $file
            }
            'Json' { $tokens | ConvertTo-Json -Depth 4 | ConvertFrom-Json }
        }
        $back | Test-ApiToken | ForEach-Object ToString | Should -Be $expected
        (Get-RequestCount).total | Should -Be $before.total
    }

    It 'reads the dates in rows of a CSV file' {
        $tokens = Get-ApiToken -Connection *
        $file = Join-Path $TestDrive 'tokens.csv'
        $tokens | Export-Csv $file
        $rules = 'Expired', 'ExpiringSoon', 'NeverExpires', 'Unused'
        Import-Csv $file | Test-ApiToken -Rule $rules | ForEach-Object Id | Should -Be ($tokens | Test-ApiToken -Rule $rules | ForEach-Object Id)
    }
}
