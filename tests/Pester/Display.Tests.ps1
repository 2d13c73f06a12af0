# Views and files that need a complete PowerShell: colours in a process, Export-Clixml and jobs. The other tests of views and
# serialization are in ApiTokens.PowerShell.Tests.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
    $script:tokens = @(Get-ApiToken -Connection *)

    function Get-Line {
        <# Formats objects for a host with 120 columns, without empty lines. #>
        [OutputType([string])]
        param([Parameter(Mandatory)] $Value)

        ($Value | Out-String -Width 120) -split '\r?\n' | Where-Object { $_.Trim() }
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'A table of tokens' {
    It 'shows no colours if NO_COLOR is set' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
        $child = Invoke-ChildPowerShell -Environment @{ NO_COLOR = '1' } -Script @"
Import-Module '$moduleFolder'
`$token = '$([System.Management.Automation.PSSerializer]::Serialize($tokens[0], 2).Replace("'", "''"))'
`$shown = [System.Management.Automation.PSSerializer]::Deserialize(`$token) | Format-Table | Out-String -Width 120
@{ Rendering = "`$(`$PSStyle.OutputRendering)"; Escapes = `$shown.Contains([char]27) } | ConvertTo-Json -Compress
"@
        Remove-Item env:NO_COLOR
        $child.Rendering | Should -Be 'PlainText'
        $child.Escapes | Should -BeFalse
    }
}

Describe 'The wide table of tokens' {
    It 'shows owner, issuer and last use' {
        $lines = ($tokens | Format-Table -View Wide | Out-String -Width 220) -split '\r?\n' | Where-Object { $_.Trim() }
        $lines[0] -split '\s+' | Where-Object { $_ } | Should -Be @(
            'Name', 'Status', 'Expires', 'LastUsedAt', 'Owner', 'Issuer', 'IssuerKind', 'Description', 'Permissions', 'Connection', 'Id')
        foreach ($token in $tokens) {
            $lines | Where-Object { $_.Contains($token.Id) -and $_.Contains("$($token.IssuerKind)") } | Should -Not -BeNullOrEmpty
        }
    }
}

Describe 'A token with its secret as plain text' {
    BeforeAll {
        $script:plain = New-ApiToken -Connection gcore -Name 'with plain text' -Role Engineers -ExpiresIn 1d -AsPlainText
    }

    It 'has it in JSON, CSV, Clixml and the list' {
        $plain.Secret | Should -BeOfType [string]
        ($plain | ConvertTo-Json | ConvertFrom-Json).Secret | Should -BeExactly $plain.Secret
        ($plain | ConvertTo-Csv | ConvertFrom-Csv).Secret | Should -BeExactly $plain.Secret
        $back = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($plain, 2))
        $back.Secret | Should -BeExactly $plain.Secret
        $back.PSObject.TypeNames[0] | Should -Be 'ApiTokens.PowerShell.PlainTextToken'
        (($plain | Format-List | Out-String -Width 80) -split '\r?\n' | ForEach-Object { $_.Trim() }) -join '' | Should -BeLike "*Secret*$($plain.Secret)*"
    }

    It 'is shown as a list, with the whole secret, on a console of 80 columns' {
        (($plain | Out-String -Width 80) -split '\r?\n' | ForEach-Object { $_.Trim() }) -join '' | Should -BeLike "*Secret*$($plain.Secret)*"
    }

    It 'can be piped to another cmdlet' {
        $plain | Remove-ApiToken -PassThru | ForEach-Object Status | Should -Be 'Revoked'
    }
}

Describe 'A token with its secret as a SecureString' {
    BeforeAll {
        $script:issued = New-ApiToken -Connection gcore -Name 'with a SecureString' -Role Engineers -ExpiresIn 1d
    }

    It 'has no object in JSON or CSV that looks like the secret' {
        $issued | ConvertTo-Json | ConvertFrom-Json | ForEach-Object { $_.PSObject.Properties.Name } | Should -Not -Contain 'Secret'
        $issued | ConvertTo-Csv | ConvertFrom-Csv | ForEach-Object { $_.PSObject.Properties.Name } | Should -Not -Contain 'Secret'
        $issued | ConvertTo-Json | ConvertFrom-Json | ForEach-Object Id | Should -Be $issued.Id
    }

    It 'gives the secret to everything that names the property' {
        $issued.Secret | Should -BeOfType [securestring]
        ($issued, $issued).Secret | Should -HaveCount 2
        $issued | Select-Object -ExpandProperty Secret | Should -BeOfType [securestring]
        $issued | ForEach-Object Secret | Should -BeOfType [securestring]
        ($issued | Select-Object Id, Secret).Secret | Should -BeOfType [securestring]
        ($issued | Get-Member -Force -Name Secret).Definition | Should -BeLike '*SecureString Secret{get=Get;}*'
    }

    It 'can be piped to another cmdlet' {
        $issued | Remove-ApiToken -PassThru | ForEach-Object Status | Should -Be 'Revoked'
    }
}

Describe 'The flat table of tokens' {
    It 'shows the tokens of all connections in one table' {
        $lines = ($tokens | Sort-Object ExpiresAt | Format-Table -View Flat | Out-String -Width 80) -split '\r?\n' | Where-Object { $_.Trim() }
        $lines | Should -HaveCount ($tokens.Count + 2)
        $lines[0] -split '\s+' | Where-Object { $_ } | Should -Be @('Name', 'Status', 'Expires', 'Connection', 'Id')
    }
}

Describe 'A token after <Way>' -ForEach @(
    @{ Way = 'Export-Clixml'; Through = { param($Value) $Value | Export-Clixml "$TestDrive/token.xml"; Import-Clixml "$TestDrive/token.xml" } }
    @{ Way = 'a job'; Through = { Start-Job { $args[0] } -ArgumentList (, $args[0]) | Receive-Job -Wait -AutoRemoveJob } }
) {
    It 'has the same properties' {
        $back = @(& $Through $tokens)
        $back | Should -HaveCount $tokens.Count
        for ($i = 0; $i -lt $tokens.Count; $i++) {
            $back[$i].PSObject.TypeNames[0] | Should -Be 'ApiTokens.ApiToken'
            foreach ($property in 'Id', 'Name', 'Connection', 'Service', 'Account', 'Status', 'Owner', 'CreatedAt', 'ExpiresAt', 'LastUsedAt', 'Lifetime') {
                $back[$i].$property | Should -Be $tokens[$i].$property -Because $property
            }
            $back[$i].Scope -join ' ' | Should -Be ($tokens[$i].Scope -join ' ')
            $back[$i].Audience -join ' ' | Should -Be ($tokens[$i].Audience -join ' ')
            foreach ($key in $tokens[$i].Access.Keys) {
                $back[$i].Access[$key] | Should -Be $tokens[$i].Access[$key]
            }
        }
        $now = [datetimeoffset]::UtcNow
        @($back | Where-Object { $_.ExpiresAt -lt $now }).Id | Should -Be @($tokens | Where-Object { $_.ExpiresAt -lt $now }).Id
        (Get-Line $back) | Should -Be (Get-Line $tokens)
    }

    It 'can be removed' {
        $issued = @(Add-TestToken wegnology) + (Add-TestToken devo)
        & $Through $issued | Remove-ApiToken
        $issued | ForEach-Object { Test-Secret $_ | Should -BeFalse }
    }

    It 'keeps its secret as a SecureString' {
        $issued = Add-TestToken gcore
        $back = & $Through $issued
        $back.PSObject.TypeNames[0] | Should -Be 'ApiTokens.IssuedToken'
        $back.Secret | Should -BeOfType [securestring]
        Get-PlainText $back.Secret | Should -Be (Get-PlainText $issued.Secret)
    }

    It 'has the same findings' {
        $finding = $tokens | Test-ApiToken | Where-Object Token | Select-Object -First 1
        $back = & $Through $finding
        $back.PSObject.TypeNames[0] | Should -Be 'ApiTokens.Audit.TokenFinding'
        foreach ($property in 'RuleId', 'Severity', 'Id', 'Message', 'RecommendedAction') {
            $back.$property | Should -Be $finding.$property
        }
    }
}

Describe 'A file from Export-Clixml' {
    It 'contains no secret as text' {
        $issued = $testServices.Connection | ForEach-Object { Add-TestToken $_ }
        $path = Join-Path $TestDrive 'issued.xml'
        $issued | Export-Clixml $path
        $text = Get-Content -LiteralPath $path -Raw
        # CLIXML escapes "_x" as "_x005F_x".
        $decoded = [System.Xml.XmlConvert]::DecodeName($text)
        foreach ($token in $issued) {
            $secret = Get-PlainText $token.Secret
            $text.Contains($secret) | Should -BeFalse
            $decoded.Contains($secret) | Should -BeFalse
            $decoded.Contains($token.Id) | Should -BeTrue
        }
    }
}
