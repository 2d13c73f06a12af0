# Export-ApiTokenReport with files of PowerShell's cmdlets: CSV, CLIXML and JSON. Its other tests are in
# ApiTokens.PowerShell.Tests.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
    $script:tokens = @(Get-ApiToken -Connection *)
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'The formats' {
    It 'write a CSV file whose rows identify their tokens' {
        $path = Join-Path $TestDrive 'back.csv'
        $issued = Add-TestToken wegnology -Name '=1+1 "quoted", too'
        $issued | Export-ApiTokenReport $path
        $row = Import-Csv -LiteralPath $path
        $row.Name | Should -Be "'=1+1 ""quoted"", too"
        $row | Remove-ApiToken -PassThru -WhatIf | Should -BeNullOrEmpty
        Get-ApiToken -Connection $row.Connection -Id $row.Id | Select-Object -ExpandProperty Name | Should -Be $issued.Name
        $row | Remove-ApiToken
        Get-Failure { Get-ApiToken -Connection wegnology -Id $row.Id } | Should -Not -BeNullOrEmpty
    }
}

Describe 'The input' {
    It 'accepts tokens from <Way>' -ForEach @(
        @{ Way = 'Export-Clixml'; Through = { param($Value) $Value | Export-Clixml "$TestDrive/through.xml"; Import-Clixml "$TestDrive/through.xml" } }
        @{ Way = 'ConvertTo-Json'; Through = { param($Value) $Value | ConvertTo-Json -Depth 4 | ConvertFrom-Json } }
        @{ Way = 'an earlier report'; Through = { param($Value) $Value | Export-ApiTokenReport "$TestDrive/through.csv"; Import-Csv "$TestDrive/through.csv" } }
    ) {
        $tokens | Export-ApiTokenReport "$TestDrive/direct.json"
        & $Through $tokens | Export-ApiTokenReport "$TestDrive/through.json"
        $direct = (Get-Content "$TestDrive/direct.json" -Raw | ConvertFrom-Json).tokens
        $through = (Get-Content "$TestDrive/through.json" -Raw | ConvertFrom-Json).tokens
        $through | Should -HaveCount $direct.Count
        foreach ($property in 'service', 'account', 'connection', 'id', 'name', 'status', 'owner', 'permissions') {
            @($through.$property) | Should -Be @($direct.$property) -Because $property
        }
        foreach ($property in 'createdAt', 'expiresAt') {
            @($through.$property | ForEach-Object { "$_" }) | Should -Be @($direct.$property | ForEach-Object { "$_" }) -Because $property
        }
    }

    It 'reads a date in the culture in which Export-Csv wrote it' {
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            [pscustomobject]@{ Service = 'Gcore'; Id = '1'; ExpiresAt = [datetimeoffset]::new(2026, 2, 3, 10, 0, 0, [timespan]::Zero) } | Export-Csv "$TestDrive/german.csv"
            Get-Content -LiteralPath "$TestDrive/german.csv" -Raw | Should -Match '"03\.02\.2026'
            Import-Csv "$TestDrive/german.csv" | Export-ApiTokenReport "$TestDrive/german.md"
        }
        finally {
            [cultureinfo]::CurrentCulture = $culture
        }

        Get-Content -LiteralPath "$TestDrive/german.md" -Raw | Should -Match '2026-02-03'
    }
}
