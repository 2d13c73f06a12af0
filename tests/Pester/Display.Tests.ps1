# How the module's objects are shown, and that they come back from files, jobs and remoting as what they were.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
    $script:tokens = @(Get-ApiToken -Connection *)

    function Get-Line {
        <# What a host of 120 columns shows of objects, without empty lines. #>
        [OutputType([string])]
        param([Parameter(Mandatory)] $Value, [string] $View)

        $text = switch ($View) {
            'list' { $Value | Format-List | Out-String -Width 120 }
            'table' { $Value | Format-Table | Out-String -Width 120 }
            default { $Value | Out-String -Width 120 }
        }
        $text -split '\r?\n' | Where-Object { $_.Trim() }
    }

    function Get-TokenOf {
        <# A copy of a token as a file would give it, with other properties. #>
        param([Parameter(Mandatory)] [hashtable] $With)

        $xml = [System.Management.Automation.PSSerializer]::Serialize($tokens[0], 2)
        $copy = [System.Management.Automation.PSSerializer]::Deserialize($xml) | Select-Object *
        $With.GetEnumerator() | ForEach-Object { $copy.($_.Key) = $_.Value }
        $copy.PSObject.TypeNames.Insert(0, 'Deserialized.ApiTokens.ApiToken')
        $copy
    }

    function Get-Expiry {
        param([Parameter(Mandatory)] [AllowNull()] $ExpiresAt, [string] $Status = 'Active')

        (Get-TokenOf @{ ExpiresAt = $ExpiresAt; Status = $Status }).ShowExpiry($ExecutionContext)
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'A table of tokens' {
    It 'fits 120 columns and shows each id whole' {
        $lines = Get-Line $tokens
        $lines | ForEach-Object { $_.TrimEnd().Length | Should -BeLessOrEqual 120 }
        $lines[0] -split '\s+' | Where-Object { $_ } | Should -Be 'Name', 'Status', 'Expires', 'Service', 'Account', 'Permissions', 'Id'
        foreach ($token in $tokens) {
            ($lines -match [regex]::Escape($token.Id)).Count | Should -BeGreaterThan 0
        }
    }

    It 'says when they expire as <Text>' -ForEach @(
        @{ Text = 'in 5 d'; Hours = 121 }
        @{ Text = 'in 23 h'; Hours = 23.9 }
        @{ Text = 'in 9 min'; Hours = 0.16 }
        @{ Text = '3 h ago'; Hours = -3.1 }
        @{ Text = '400 d ago'; Hours = -9601 }
        @{ Text = 'never'; Hours = $null }
    ) {
        $moment = if ($null -ne $Hours) { [datetimeoffset]::UtcNow.AddHours($Hours) }
        (Get-Expiry $moment) -replace '\e\[[\d;]*m' | Should -Be $Text
    }

    It 'shows expired ones in red and near ones in yellow' {
        Get-Expiry ([datetimeoffset]::UtcNow.AddHours(-1)) | Should -Be "$($PSStyle.Foreground.Red)1 h ago$($PSStyle.Reset)"
        Get-Expiry ([datetimeoffset]::UtcNow.AddDays(3.1)) | Should -Be "$($PSStyle.Foreground.Yellow)in 3 d$($PSStyle.Reset)"
        Get-Expiry ([datetimeoffset]::UtcNow.AddDays(8.1)) | Should -Be 'in 8 d'
        Get-Expiry ([datetimeoffset]::UtcNow.AddHours(-1)) -Status Revoked | Should -Be '1 h ago'
    }

    It 'shows none where NO_COLOR forbids them' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
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

    It 'shows no control that a name has' {
        $token = Get-TokenOf @{ Name = "a$([char]27)[2Jb$([char]0x202E)c" }
        $shown = Get-Line $token
        $shown -join '' | Should -Match ([regex]::Escape('a[U+001B][2Jb[U+202E]c'))
    }
}

Describe 'Other views' {
    It 'list a token with its permissions and moments' {
        $token = $tokens | Where-Object { $_.Access -and $_.ExpiresAt } | Select-Object -First 1
        $lines = Get-Line $token list
        $lines -match '^Permissions\s+: \S' | Should -HaveCount 1
        $lines -match '^ExpiresAt\s+: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d \((in|\d).*\)' | Should -HaveCount 1
    }

    It 'show a secret as System.Security.SecureString' {
        $issued = Add-TestToken gcore
        foreach ($view in 'table', 'list') {
            $lines = Get-Line $issued $view
            $lines -join "`n" | Should -Match 'System\.Security\.SecureString'
            $lines | ForEach-Object { $_.TrimEnd().Length | Should -BeLessOrEqual 120 }
        }
    }

    It 'fit 120 columns: <Of>' -ForEach @(
        @{ Of = 'connections'; Script = { Get-ApiTokenService } }
        @{ Of = 'findings'; Script = { Get-ApiToken -Connection * | Test-ApiToken } }
        @{ Of = 'permissions'; Script = { Get-ApiTokenPermission -Connection wegnology } }
        @{ Of = 'the sandbox'; Script = { Get-ApiTokenSandbox } }
        @{ Of = 'its services'; Script = { (Get-ApiTokenSandbox).Services } }
    ) {
        $lines = Get-Line (& $Script) table
        $lines.Count | Should -BeGreaterThan 2
        $lines | ForEach-Object { $_.TrimEnd().Length | Should -BeLessOrEqual 120 }
    }
}

Describe 'A token that went through <Way>' -ForEach @(
    @{ Way = 'Export-Clixml'; Through = { param($Value) $Value | Export-Clixml "$TestDrive/token.xml"; Import-Clixml "$TestDrive/token.xml" } }
    @{ Way = 'what remoting does'; Through = { param($Value) [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($Value, 1)) } }
    @{ Way = 'a job'; Through = { Start-Job { $args[0] } -ArgumentList (, $args[0]) | Receive-Job -Wait -AutoRemoveJob } }
) {
    It 'is a token as before' {
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

    It 'has its secret, as PowerShell keeps a SecureString' {
        $issued = Add-TestToken gcore
        $back = & $Through $issued
        $back.PSObject.TypeNames[0] | Should -Be 'ApiTokens.IssuedToken'
        $back.Secret | Should -BeOfType [securestring]
        Get-PlainText $back.Secret | Should -Be (Get-PlainText $issued.Secret)
    }

    It 'is a finding as before' {
        $finding = $tokens | Test-ApiToken | Where-Object Token | Select-Object -First 1
        $back = & $Through $finding
        $back.PSObject.TypeNames[0] | Should -Be 'ApiTokens.Lifecycle.Findings.TokenFinding'
        foreach ($property in 'RuleId', 'Severity', 'Id', 'Message', 'RecommendedAction') {
            $back.$property | Should -Be $finding.$property
        }
    }
}

Describe 'A file of Export-Clixml' {
    It 'has no secret as text' {
        $issued = $testServices.Connection | ForEach-Object { Add-TestToken $_ }
        $path = Join-Path $TestDrive 'issued.xml'
        $issued | Export-Clixml $path
        $text = Get-Content -LiteralPath $path -Raw
        # In such a file, "_x" stands as "_x005F_x".
        $decoded = [System.Xml.XmlConvert]::DecodeName($text)
        foreach ($token in $issued) {
            $secret = Get-PlainText $token.Secret
            $text.Contains($secret) | Should -BeFalse
            $decoded.Contains($secret) | Should -BeFalse
            $decoded.Contains($token.Id) | Should -BeTrue
        }
    }
}
