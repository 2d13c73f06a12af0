# Export-ApiTokenReport: what it takes from the pipeline, the four formats, and the file.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
    $script:tokens = @(Get-ApiToken -Connection *)

    function New-Finding {
        <# A finding about a token, as any program could make one. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It changes nothing.')]
        param([Parameter(Mandatory, ValueFromPipeline)] $Token, [string] $RuleId = 'NeverExpires', [string] $Severity = 'Warning')

        process {
            [pscustomobject]@{
                RuleId = $RuleId; Severity = $Severity; Service = $Token.Service; Account = $Token.Account; Connection = $Token.Connection
                Id = $Token.Id; Name = $Token.Name; Message = "The token $Token was looked at."; RecommendedAction = 'Look again.'; Token = $Token
            }
        }
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'The formats' {
    It 'writes <Extension>' -ForEach @(
        @{ Extension = 'html'; Start = '<!doctype html>' }
        @{ Extension = 'csv'; Start = '"Service","Account"' }
        @{ Extension = 'json'; Start = '{' }
        @{ Extension = 'md'; Start = '# API tokens' }
    ) {
        $path = Join-Path $TestDrive "report.$Extension"
        $tokens + ($tokens | New-Finding) | Export-ApiTokenReport $path | Should -BeNullOrEmpty
        $text = Get-Content -LiteralPath $path -Raw
        $text | Should -Match "^$([regex]::Escape($Start))"
        foreach ($token in $tokens) {
            $text | Should -Match ([regex]::Escape($token.Id))
        }
    }

    It 'names those there are when the extension is none of them, and reads nothing' {
        $failure = Get-TerminatingFailure { $tokens | Export-ApiTokenReport (Join-Path $TestDrive 'report.xlsx') }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidPath,*'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*.html, .csv, .json, .md*'
    }

    It 'gives a CSV file whose rows lead back to their tokens' {
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

    It 'gives JSON with the tokens, the findings and moments of UTC' {
        $path = Join-Path $TestDrive 'report.json'
        $token = $tokens | Where-Object ExpiresAt | Select-Object -First 1
        $token, ($token | New-Finding -Severity Error) | Export-ApiTokenReport $path -Title 'Jo''s'
        $report = Get-Content -LiteralPath $path -Raw | ConvertFrom-Json
        $report.title | Should -Be 'Jo''s'
        $report.tokens | Should -HaveCount 1
        ([datetime] $report.tokens[0].expiresAt).ToUniversalTime() | Should -Be $token.ExpiresAt.UtcDateTime
        $report.findings[0].severity | Should -Be 'Error'
    }
}

Describe 'The input' {
    It 'takes the token of a finding, and each token once' {
        $path = Join-Path $TestDrive 'once.json'
        $tokens[0], $tokens[0], ($tokens[0] | New-Finding), ($tokens[1] | New-Finding) | Export-ApiTokenReport $path
        (Get-Content -LiteralPath $path -Raw | ConvertFrom-Json).tokens.id | Sort-Object | Should -Be ($tokens[0].Id, $tokens[1].Id | Sort-Object)
    }

    It 'takes what came out of <Way>' -ForEach @(
        @{ Way = 'Export-Clixml'; Through = { param($Value) $Value | Export-Clixml "$TestDrive/through.xml"; Import-Clixml "$TestDrive/through.xml" } }
        @{ Way = 'what remoting does'; Through = { param($Value) [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($Value, 1)) } }
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

    It 'reads a moment in the culture that Export-Csv wrote it in' {
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

    It 'makes a report of nothing that says so' {
        $path = Join-Path $TestDrive 'nothing.md'
        @() | Export-ApiTokenReport $path
        Get-Content -LiteralPath $path -Raw | Should -Match 'No tokens were given'
        Export-ApiTokenReport $path
        $null | Export-ApiTokenReport $path
    }

    It 'refuses what is neither, and goes on' {
        $path = Join-Path $TestDrive 'mixed.json'
        $failure = @(Get-Failure { 'text', $tokens[0], (Get-Date), ($tokens[0] | New-Finding -Severity Awful) | Export-ApiTokenReport $path })
        $failure.FullyQualifiedErrorId | Should -Be (@('InvalidInputObject,ApiTokens.PowerShell.Commands.ExportApiTokenReportCommand') * 3)
        (Get-Content -LiteralPath $path -Raw | ConvertFrom-Json).tokens.id | Should -Be $tokens[0].Id
    }

    It 'drops the secret of a token that was just issued' {
        $issued = Add-TestToken gcore -With @{ AsPlainText = $true }
        foreach ($extension in 'html', 'csv', 'json', 'md') {
            $path = Join-Path $TestDrive "secret.$extension"
            $issued, ($issued | Select-Object *) | Export-ApiTokenReport $path
            $text = Get-Content -LiteralPath $path -Raw
            $text.Contains($issued.Name) | Should -BeTrue
            $text.Contains($issued.Secret) | Should -BeFalse
        }
    }
}

Describe 'The file' {
    It 'is replaced, but not with -NoClobber, and comes back with -PassThru' {
        $path = Join-Path $TestDrive 'again.md'
        Set-Content -LiteralPath $path -Value before
        (Get-TerminatingFailure { $tokens | Export-ApiTokenReport $path -NoClobber }).FullyQualifiedErrorId | Should -BeLike 'ReportExists,*'
        Get-Content -LiteralPath $path | Should -Be before
        $file = $tokens | Export-ApiTokenReport $path -PassThru
        $file | Should -BeOfType [System.IO.FileInfo]
        $file.FullName | Should -Be (Get-Item -LiteralPath $path).FullName
        Get-Content -LiteralPath $path -TotalCount 1 | Should -Be '# API tokens'
    }

    It 'is not touched with -WhatIf' {
        $path = Join-Path $TestDrive 'whatif.html'
        $tokens | Export-ApiTokenReport $path -WhatIf
        $path | Should -Not -Exist
    }

    It 'is not touched when the pipeline fails before its end' {
        $path = Join-Path $TestDrive 'kept.md'
        Set-Content -LiteralPath $path -Value before
        { & { $tokens; throw 'no more' } | Export-ApiTokenReport $path } | Should -Throw 'no more'
        Get-Content -LiteralPath $path | Should -Be before
        Get-ChildItem -LiteralPath $TestDrive -Filter '*.tmp' -Force | Should -BeNullOrEmpty
    }

    It 'is found from the current location, whatever characters it has' {
        Push-Location $TestDrive
        try {
            ($tokens | Export-ApiTokenReport 'a [1] b.csv' -PassThru).FullName | Should -Be (Join-Path (Get-Item -LiteralPath $TestDrive).FullName 'a [1] b.csv')
        }
        finally {
            Pop-Location
        }

        (Get-TerminatingFailure { Export-ApiTokenReport (Join-Path $TestDrive 'missing/a.csv') }).FullyQualifiedErrorId | Should -BeLike 'ReportFolderNotFound,*'
    }
}
