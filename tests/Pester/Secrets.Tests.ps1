# Known secrets, whole or in part, appear nowhere but where they are asked for.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox

    # Parts as short as this count: services echo some of a wrong secret in their errors.
    $script:part = 8

    function Find-Secret {
        <# Those of the secrets of which some part stands in a text. #>
        [OutputType([string])]
        param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Text, [Parameter(Mandatory)] [string[]] $Secret)

        foreach ($value in $Secret) {
            for ($i = 0; $i + $part -le $value.Length; $i++) {
                if ($Text.Contains($value.Substring($i, $part), [StringComparison]::Ordinal)) {
                    $value
                    break
                }
            }
        }
    }

    function Get-Shown {
        <# All the ways in which an object, or an error, is turned into text. #>
        [OutputType([string])]
        param([Parameter(Mandatory)] $Value)

        @(
            $Value | Out-String -Width 4000
            $Value | Format-List -Property * -Force | Out-String -Width 4000
            $Value | Format-Table -Property * -AutoSize | Out-String -Width 4000
            $Value | Format-Custom -Depth 4 | Out-String -Width 4000
            $Value | ForEach-Object { "$_" }
            if ($Value -is [System.Management.Automation.ErrorRecord]) {
                $Value.Exception.ToString()
                $Value.ErrorDetails | Format-List -Property * | Out-String -Width 4000
                Get-Error -InputObject $Value | Out-String -Width 4000
                for ($inner = $Value.Exception; $inner; $inner = $inner.InnerException) {
                    $inner | Format-List -Property * -Force | Out-String -Width 4000
                }
            }
            else {
                $Value | ConvertTo-Json -Depth 5
                $Value | ConvertTo-Csv
                $Value | ConvertTo-Html
                [System.Management.Automation.PSSerializer]::Serialize($Value.PSObject.Copy(), 1) -replace '(?s)<SS .*?</SS>'
            }
        ) -join "`n"
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'The search' {
    It 'finds a planted secret, whole or in part' {
        Find-Secret 'nothing of it' -Secret 'abcdefghijkl' | Should -BeNullOrEmpty
        Find-Secret 'the secret abcdefghijkl' -Secret 'abcdefghijkl' | Should -Be 'abcdefghijkl'
        Find-Secret 'starts with cdefghij...' -Secret 'abcdefghijkl' | Should -Be 'abcdefghijkl'
    }

    It 'finds what -AsPlainText shows' {
        $token = Add-TestToken gcore -With @{ AsPlainText = $true }
        Find-Secret (Get-Shown $token) -Secret $token.Secret | Should -Be $token.Secret
    }
}

Describe 'An issued token on <_>' -ForEach 'devo', 'wegnology', 'gcore', 'application-users' {
    It 'shows its secret in no form' {
        $token = Add-TestToken $_
        Find-Secret (Get-Shown $token) -Secret (Get-PlainText $token.Secret) | Should -BeNullOrEmpty
    }

    It 'has it as SecureString, or as text with -AsPlainText' {
        $token = Add-TestToken $_ -With @{ AsPlainText = $true }
        $token.Secret | Should -BeOfType [string]
        Test-Secret $token -Secret (ConvertTo-Secret $token.Secret) | Should -BeTrue
        (Add-TestToken $_).Secret | Should -BeOfType [securestring]
    }
}

Describe 'A whole session, with all streams and a transcript' {
    It 'shows no secret' {
        $folder = Join-Path $TestDrive 'session'
        New-Item -ItemType Directory -Path $folder | Out-Null
        $child = Invoke-ChildPowerShell @"
`$ConfirmPreference = 'None'
Import-Module '$moduleFolder'
`$loud = @{ Verbose = `$true; Debug = `$true; InformationAction = 'Continue'; WarningAction = 'Continue'; ErrorAction = 'Continue' }
`$issued = [System.Collections.Generic.List[object]]::new()
Start-Transcript -LiteralPath '$folder/transcript.txt' | Out-Null
& {
    `$sandbox = Start-ApiTokenSandbox @loud
    `$sandbox
    foreach (`$service in `$sandbox.Services) {
        Connect-ApiTokenService `$service.Service `$service.Account -Token `$service.Secret -BaseUri `$service.BaseUri @loud
        if (`$service.Credential) { Connect-ApiTokenService `$service.Service -Credential `$service.Credential -BaseUri `$service.BaseUri -Name login @loud }
    }
    `$with = @{
        'devo' = @{ User = 'user@example.com'; Audience = 'apiv2' }
        'wegnology' = @{ Scope = 'All' }
        'gcore' = @{ Role = 'Engineers' }
        'application-users' = @{ User = 'jdoe' }
    }
    foreach (`$name in `$with.Keys) {
        `$more = `$with[`$name]
        New-ApiToken -Connection `$name -Name shown @more -WhatIf @loud
        New-ApiToken -Connection `$name -Name shown @more -JournalPath '$folder/new.journal' @loud | Tee-Object -Variable token
        `$issued.Add(`$token)
        Reset-ApiToken `$token -WhatIf @loud
        Reset-ApiToken `$token -JournalPath '$folder/reset.journal' @loud | Tee-Object -Variable token
        `$issued.Add(`$token)
        Rename-ApiToken `$token -NewName other -PassThru @loud
        Get-ApiToken -Connection `$name -Id `$token.Id @loud | Format-List *
        Get-ApiToken -Connection `$name -Id `$token.Id -IncludeSecret @loud | Format-List *
        Remove-ApiToken `$token -WhatIf @loud
        Remove-ApiToken `$token -PassThru @loud
        Remove-ApiToken `$token @loud
        `$wrong = `$token.Secret
        Connect-ApiTokenService (Get-ApiTokenService `$name).Service (Get-ApiTokenService `$name).Account -Token `$wrong -BaseUri (Get-ApiTokenService `$name).BaseUri -Name dead -SkipCheck @loud
        try { Get-ApiToken -Connection dead @loud } catch { `$_; Get-Error }
        try { New-ApiToken -Connection dead -Name never @more @loud } catch { `$_; Get-Error }
    }
    `$script:services = `$sandbox.Services
} *>&1 | Out-String -Stream -Width 4000 | Tee-Object -FilePath '$folder/streams.txt' | Out-Host
Stop-Transcript | Out-Null
`$secrets = @(`$issued.Secret) + @(`$services.Secret) + @(`$services.Credential | Where-Object { `$_ } | ForEach-Object Password)
@{ Secrets = @(`$secrets | ConvertFrom-SecureString -AsPlainText) } | ConvertTo-Json -Compress
"@
        $child.Secrets.Count | Should -Be 14 -Because 'there are two for each service, four administrators'' and two passwords'
        $files = Get-ChildItem -LiteralPath $folder -File
        $files.Name | Sort-Object | Should -Be 'new.journal', 'reset.journal', 'streams.txt', 'transcript.txt'
        foreach ($file in $files) {
            $text = Get-Content -LiteralPath $file -Raw
            $text | Should -Not -BeNullOrEmpty
            Find-Secret $text -Secret $child.Secrets | Should -BeNullOrEmpty -Because $file.Name
        }

        $text = Get-Content -LiteralPath (Join-Path $folder 'transcript.txt') -Raw
        $text | Should -Match 'What if: Performing the operation "Remove API token"'
        $text | Should -Match "(?i)refused"
        Find-Secret ($text + $child.Secrets[3]) -Secret $child.Secrets | Should -Contain $child.Secrets[3]
    }
}

Describe 'An error about a wrong credential' {
    It 'does not show it, on <Connection>' -ForEach @(
        @{ Connection = 'devo'; Wrong = '0123456789abcdef0123456789abcdef' }
        @{ Connection = 'wegnology'; Wrong = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI1NzVlZDcwYyJ9.c2lnbmF0dXJlLW9mLW5vdGhpbmc' }
        @{ Connection = 'gcore'; Wrong = '7002_9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0' }
        @{ Connection = 'gcore'; Wrong = '9999$9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0' }
        @{ Connection = 'gcore'; Wrong = 'no-known-form-at-all-but-long-enough' }
        @{ Connection = 'application-users'; Wrong = 'abcdefghijklmnopqrstuvwxyz0123456789abcd' }
    ) {
        $access = $sandbox.Services | Where-Object Service -EQ $Connection
        $token = ConvertTo-Secret $Wrong
        $failure = Get-TerminatingFailure { Connect-ApiTokenService $Connection $access.Account -Token $token -BaseUri $access.BaseUri -Name wrong }
        $failure | Should -Not -BeNullOrEmpty
        Find-Secret (Get-Shown $failure) -Secret $Wrong | Should -BeNullOrEmpty
    }

    It 'does not show a wrong password, on <_>' -ForEach 'wegnology', 'gcore' {
        $access = $sandbox.Services | Where-Object Service -EQ $_
        $wrong = 'correct horse battery staple'
        $credential = [pscredential]::new('admin@example.com', (ConvertTo-Secret $wrong))
        $failure = Get-TerminatingFailure { Connect-ApiTokenService $_ -Credential $credential -BaseUri $access.BaseUri -Name wrong }
        $failure | Should -Not -BeNullOrEmpty
        Find-Secret (Get-Shown $failure) -Secret $wrong | Should -BeNullOrEmpty
    }

    It 'does not show one that stands in a hashtable or has forbidden characters' {
        $wrong = "secret-with`nbreak-0123456789"
        $failure = Get-TerminatingFailure { Connect-ApiTokenService -ConnectionInfo @{ Service = 'Gcore'; Token = $wrong; BaseUri = 'http://127.0.0.1:1' } }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidToken,*'
        Find-Secret (Get-Shown $failure) -Secret 'secret-with', 'break-0123456789' | Should -BeNullOrEmpty
    }

    It 'does not show the password in an address' {
        $token = ConvertTo-Secret 'x123456789'
        $address = 'https://me:hunter2hunter2@api.example.com'
        $failure = Get-TerminatingFailure { Connect-ApiTokenService Gcore -Token $token -BaseUri $address }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidBaseUri,*'
        Find-Secret (Get-Shown $failure) -Secret 'hunter2hunter2' | Should -BeNullOrEmpty
    }
}

Describe 'The sandbox''s log' {
    It 'has no secret' {
        $tokens = 'devo', 'wegnology', 'gcore', 'application-users' | ForEach-Object { Add-TestToken $_ }
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeTrue }
        $log = (Invoke-WebRequest -Uri "$($sandbox.BaseUri)sandbox/requests/log?last=1000").Content
        $log | Should -Match 'whoami'
        Find-Secret $log -Secret ($tokens.Secret | ForEach-Object { Get-PlainText $_ }) | Should -BeNullOrEmpty
    }
}

Describe 'A secret typed where an id or a name belongs' {
    It 'is not repeated by <Name>' -ForEach @(
        @{ Name = 'Get-ApiToken -Id'; Try = { Get-ApiToken -Id $typed -Connection $token.Connection } }
        @{ Name = 'Get-ApiToken -Name'; Try = { Get-ApiToken -Name $typed -Connection $token.Connection } }
        @{ Name = 'Remove-ApiToken'; Try = { Remove-ApiToken $typed -Connection $token.Connection -Confirm:$false } }
        @{ Name = 'Reset-ApiToken'; Try = { Reset-ApiToken $typed -Connection $token.Connection -Confirm:$false } }
    ) {
        foreach ($token in 'devo', 'wegnology', 'gcore' | ForEach-Object { Add-TestToken $_ }) {
            $typed = Get-PlainText $token.Secret
            $failures = @(Get-Failure $Try)
            $failures | Should -HaveCount 1
            Find-Secret (Get-Shown $failures[0]) -Secret $typed | Should -BeNullOrEmpty
        }
    }
}
