# The runbooks in samples/, run unchanged against a sandbox.

BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    $script:noVaults = -not (Test-VaultSupport)
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:samples = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../samples")
    $script:sandbox = Start-ApiTokenSandbox

    function Get-ConnectionInfo {
        <# Returns the services of the sandbox as connection assets with their own names. #>
        [OutputType([hashtable])]
        param()

        $sandbox.Services | ForEach-Object {
            @{ Service = $_.Service; Account = $_.Account; Token = $_.Secret; BaseUri = "$($_.BaseUri)"; Name = "runbook-$($_.Service)" }
        }
    }

    function Invoke-Runbook {
        <# Runs a runbook; returns its output and its errors separately. #>
        param([Parameter(Mandatory)] [string] $Name, [hashtable] $With = @{})

        $ErrorActionPreference = 'Continue'
        $output, $errors = (& (Join-Path $samples $Name) @With -ModulePath $moduleFolder 2>&1).Where({ $_ -isnot [System.Management.Automation.ErrorRecord] }, 'Split')
        [pscustomobject]@{ Output = @($output); Errors = @($errors) }
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'expiry-notice.ps1' {
    It 'lists tokens that expire soon or have expired on all connections, soonest first, and changes nothing' {
        $before = Get-RequestCount
        $run = Invoke-Runbook expiry-notice.ps1
        $run.Errors | Should -BeNullOrEmpty
        $run.Output.Where({ $_.State -eq 'Expiring' }).Connection | Sort-Object | Should -Be ($testServices.Connection | Sort-Object)
        $run.Output.Where({ $_.State -eq 'Expired' }).Name | Should -Contain 'old collector'
        $run.Output.ExpiresAt | Should -Be ($run.Output.ExpiresAt | Sort-Object)
        (Get-RequestCount).writes | Should -Be $before.writes
    }

    It 'connects on its own, as an automation job does' {
        $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
        $runspace.Open()
        try {
            $text = Invoke-InRunspace $runspace -Variable @{ file = "$samples/expiry-notice.ps1"; infos = @(Get-ConnectionInfo); module = $moduleFolder } {
                & $file -ConnectionInfo $infos -Within 14d -As Text -ModulePath $module
            }
            $text | Should -BeLike '*API tokens expire within 14d*runbook-devo: nightly aggregation*'
        }
        finally {
            $runspace.Dispose()
        }
    }

    It 'reports a missing connection instead of an empty list' {
        $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
        $runspace.Open()
        try {
            $result = Invoke-InRunspace $runspace -Variable @{ file = "$samples/expiry-notice.ps1"; module = $moduleFolder } { & $file -As Text -ModulePath $module }
            $result[0] | Should -BeLike '*Could not be checked: *no connections*'
            $result[1].FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound*'
        }
        finally {
            $runspace.Dispose()
        }
    }

    It 'writes the body of a mail in which names are escaped' {
        $token = Add-TestToken gcore -Name '<b>|a* [x](http://e.com)' -With @{ ExpiresIn = '2d' }
        $text = (Invoke-Runbook expiry-notice.ps1 @{ As = 'Markdown' }).Output
        $text | Should -HaveCount 1
        $row = $text[0] -split "`n" | Where-Object { $_.Contains("| $($token.Id) |") }
        $row | Should -HaveCount 1
        $row | Should -Not -Match '<b>|\[x\]\('
        [regex]::Matches($row, '(?<!\\)\|').Count | Should -Be 7
    }

    It 'reports connections that failed in the text and as errors' {
        Add-Fault @{ service = 'gcore'; kind = 'status'; status = 403; count = 1 }
        $run = Invoke-Runbook expiry-notice.ps1 @{ As = 'Markdown' }
        $run.Errors.FullyQualifiedErrorId | Should -BeLike 'PermissionDenied,*'
        $run.Output[0] | Should -BeLike '*Could not be checked*'
    }
}

Describe 'offboard-user.ps1' {
    BeforeAll {
        $script:leaver = @{ User = 'leaver@example.com', 'leaver'; Confirm = $false }
        $script:mine = @(
            New-ApiToken -Connection devo -Name mine -User leaver@example.com -Audience apiv2 -Scope 'table://my.app.** level://admin'
            New-ApiToken -Connection application-users -Name mine -User leaver -ApplyToAll Read
        )
        $script:other = Add-TestToken devo
        $script:application = ($sandbox.Services | Where-Object Service -EQ wegnology)
        Connect-ApiTokenService Wegnology 'application/575ec8687ae143cd83dc4a97' -Token $application.Secret -BaseUri $application.BaseUri -Name wegnology-application -WarningAction Ignore -ErrorAction SilentlyContinue | Out-Null
    }

    It 'with -WhatIf, lists the tokens and sends no write request' {
        $before = Get-RequestCount
        $run = Invoke-Runbook offboard-user.ps1 ($leaver + @{ WhatIf = $true })
        $run.Errors | Should -BeNullOrEmpty
        $run.Output.Outcome | Select-Object -Unique | Should -Be 'WhatIf'
        $mine.Id | ForEach-Object { $run.Output.Id | Should -Contain $_ }
        (Get-RequestCount).writes | Should -Be $before.writes
    }

    It 'disables tokens if the service supports it, and reports the others' {
        $run = Invoke-Runbook offboard-user.ps1 ($leaver + @{ Action = 'Disable' })
        ($run.Output | Where-Object Id -EQ $mine[0].Id).Outcome | Should -Be 'Disabled'
        ($run.Output | Where-Object Id -EQ $mine[1].Id).Outcome | Should -Be 'Failed'
        ($run.Output | Where-Object Id -EQ $mine[1].Id).Detail | Should -BeLike '*cannot disable*'
        $run.Errors[-1].FullyQualifiedErrorId | Should -BeLike 'OffboardingIncomplete*'
        Test-Secret $mine[0] | Should -BeFalse
        Test-Secret $mine[1] | Should -BeTrue
    }

    It 'removes only the leaver''s tokens on all services, with a journal, and reports each one' {
        $journal = Join-Path $TestDrive 'offboard.jsonl'
        $expected = @(Get-ApiToken -Connection * | Where-Object { $_.Owner -in $leaver.User -or ($_.Service -eq 'Wegnology' -and $_.Issuer -in $leaver.User) })
        $run = Invoke-Runbook offboard-user.ps1 ($leaver + @{ JournalPath = $journal })
        $run.Errors | Should -BeNullOrEmpty
        $run.Output.Outcome | Select-Object -Unique | Should -Be 'Removed'
        $run.Output.Id | Sort-Object | Should -Be ($expected.Id | Sort-Object)
        $expected.Service | Select-Object -Unique | Should -HaveCount 4
        Get-ApiToken -Connection * | Where-Object { $_.Owner -in $leaver.User } | Should -BeNullOrEmpty
        Test-Secret $other | Should -BeTrue
        @(Get-JournalLine $journal | Where-Object outcome -EQ 'done') | Should -HaveCount $expected.Count
    }

    It 'lists tokens that the leaver issued for others, and removes them only on request' {
        $run = Invoke-Runbook offboard-user.ps1 @{ User = 'admin@example.com'; Connection = 'devo'; WhatIf = $true }
        $run.Output.Where({ $_.Id -eq $other.Id }).Outcome | Should -Be 'IssuedByLeaver'
        $run = Invoke-Runbook offboard-user.ps1 @{ User = 'admin@example.com'; Connection = 'devo'; WhatIf = $true; IncludeIssued = $true }
        $run.Output.Where({ $_.Id -eq $other.Id }).Outcome | Should -Be 'WhatIf'
    }
}

Describe 'leak-response.ps1' {
    BeforeAll {
        $script:leaked = 'devo', 'wegnology', 'gcore', 'application-users' | ForEach-Object { Add-TestToken $_ }
        $script:bystander = Add-TestToken gcore
        $script:stranger = '00112233445566778899aabbccddeeff'
        $script:file = Join-Path $TestDrive 'gitleaks.json'
        @($leaked.ForEach({ @{ RuleID = 'generic'; Secret = Get-PlainText $_.Secret } }) + @{ RuleID = 'generic'; Secret = $stranger }) | ConvertTo-Json | Set-Content $file
    }

    It 'with -WhatIf, lists the tokens and revokes none' {
        $before = Get-RequestCount
        $run = Invoke-Runbook leak-response.ps1 @{ Path = $file; Probe = $true; WhatIf = $true }
        $run.Output.Outcome | Group-Object -NoElement | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Count)" } | Should -Be 'NotAttributed 1', 'WhatIf 4'
        (Get-RequestCount).writes | Should -Be $before.writes
    }

    It 'revokes leaked tokens, reports secrets that it could not attribute, writes a journal, and shows no secret' {
        $journal = Join-Path $TestDrive 'leak.jsonl'
        $run = Invoke-Runbook leak-response.ps1 @{ Path = $file; Probe = $true; JournalPath = $journal; Confirm = $false }
        $run.Output.Where({ $_.Outcome -eq 'Revoked' }).Id | Sort-Object | Should -Be ($leaked.Id | Sort-Object)
        $run.Output.Where({ $_.Outcome -eq 'NotAttributed' }).Source | Should -BeLike 'gitleaks.json:*'
        $run.Errors.FullyQualifiedErrorId | Should -BeLike 'LeakResponseIncomplete*'
        $leaked.ForEach({ Test-Secret $_ }) | Should -Not -Contain $true
        Test-Secret $bystander | Should -BeTrue
        $all = (Get-Content $journal -Raw) + ($run.Output | Format-List * | Out-String -Width 5000) + ($run.Errors | Format-List * -Force | Out-String -Width 5000)
        $leaked.ForEach({ Get-PlainText $_.Secret }) + $stranger | Where-Object { $all.Contains($_) } | Should -BeNullOrEmpty
    }

    It 'run again with its journal, reports what the journal revoked, where the secret contains the id of its token' {
        $journal = Join-Path $TestDrive 'again.jsonl'
        $tokens = 'wegnology', 'gcore' | ForEach-Object { Add-TestToken $_ }
        $null = Invoke-Runbook leak-response.ps1 @{ Secret = $tokens.Secret; Probe = $true; JournalPath = $journal; Confirm = $false }
        $run = Invoke-Runbook leak-response.ps1 @{ Secret = $tokens.Secret; Probe = $true; JournalPath = $journal; Confirm = $false }
        $run.Errors | Should -BeNullOrEmpty
        $run.Output.Id | Sort-Object | Should -Be ($tokens.Id | Sort-Object)
        $run.Output.Outcome | Should -Be 'AlreadyGone', 'AlreadyGone'
        $run.Output.Detail | Should -BeLike 'Revoked at 20*by this journal.'
    }

    It 'accepts secrets, and finds revoked tokens that the service still lists' {
        $gcore = $leaked | Where-Object Service -EQ 'Gcore'
        $run = Invoke-Runbook leak-response.ps1 @{ Secret = $gcore.Secret; Confirm = $false }
        $run.Output.Outcome | Should -BeIn 'AlreadyGone', 'NotAttributed'
        $run.Output | Should -HaveCount 1
    }

    It 'does not report a token as revoked if the service rejects the connection' {
        $tokens = 1..3 | ForEach-Object { Add-TestToken gcore }
        Add-Fault @{ service = 'gcore'; method = 'DELETE'; kind = 'status'; status = 401; count = 100 }
        try {
            $run = Invoke-Runbook leak-response.ps1 @{ Secret = $tokens.Secret; Confirm = $false }
            $run.Output.Outcome | Should -Be 'Failed', 'Failed', 'Failed'
            $run = Invoke-Runbook offboard-user.ps1 @{ User = $tokens[0].Owner; Connection = 'gcore'; Confirm = $false }
            $run.Output.Outcome | Select-Object -Unique | Should -Be 'Failed'
        }
        finally {
            Clear-Fault
        }
    }

    It 'does not revoke the credential of its own connection, and counts it as a failure' {
        $run = Invoke-Runbook leak-response.ps1 @{ Secret = ($sandbox.Services | Where-Object Service -EQ gcore).Secret; Confirm = $false; WarningAction = 'Ignore' }
        $run.Output.Outcome | Should -Be 'Failed'
        $run.Errors[-1].FullyQualifiedErrorId | Should -BeLike 'LeakResponseIncomplete*'
        Get-ApiToken -Connection gcore | Should -Not -BeNullOrEmpty
    }
}

Describe 'The help of <Name>' -ForEach @(Get-ChildItem -LiteralPath "$PSScriptRoot/../../samples" -Filter *.ps1 | ForEach-Object { @{ Name = $_.Name; Path = $_.FullName } }) {
    It 'is shown by Get-Help' {
        (Get-Help $Path).Synopsis | Should -Not -BeLike '*.ps1*'
        (Get-Help $Path).examples | Should -Not -BeNullOrEmpty
    }
}

Describe 'rotate-into-vault.ps1' -Skip:$noVaults {
    BeforeAll {
        $script:vaultFolder = Initialize-TestVault
        $script:nightly = @{ Vault = 'Test'; JournalPath = Join-Path $TestDrive 'rotation.jsonl'; GracePeriod = '0:0:2'; Confirm = $false }
        $script:expiring = 'wegnology', 'gcore' | ForEach-Object { Add-TestToken $_ -With @{ Vault = 'Test'; ExpiresIn = '10d' } }
        Add-TestToken gcore -Name 'long enough' -With @{ ExpiresIn = '100d' }
    }

    It 'with -WhatIf, shows its actions and changes nothing' {
        $before = (Get-RequestCount).writes
        $null = Invoke-Runbook rotate-into-vault.ps1 ($nightly + @{ WhatIf = $true })
        (Get-RequestCount).writes | Should -Be $before
        $nightly.JournalPath | Should -Not -Exist
    }

    It 'rotates tokens that expire soon on the first night, and retires them on a later one' {
        $first = Invoke-Runbook rotate-into-vault.ps1 $nightly
        $first.Errors | Should -BeNullOrEmpty
        $first.Output.Outcome | Should -Not -Contain 'Retired'
        $first.Output.Name | Should -Not -Contain 'long enough'
        foreach ($old in $expiring) {
            $new = @($first.Output | Where-Object { $_.Connection -eq $old.Connection -and $_.Name -eq $old.Name })
            $new | Should -HaveCount 1
            $new[0].Id | Should -Not -Be $old.Id
            Test-Secret $new[0] -Secret (Get-Secret -Vault Test -Name "$($old.Service)/$($old.Account)/$($old.Name)") | Should -BeTrue
            (Get-ApiToken -Connection $old.Connection -Id $old.Id).Status | Should -Be 'Active'
        }

        # Run again before anything is due: no token is rotated twice.
        $again = Invoke-Runbook rotate-into-vault.ps1 ($nightly + @{ Within = '9d' })
        $again.Errors | Should -BeNullOrEmpty
        $again.Output.Id | Where-Object { $_ -in $first.Output.Id -or $_ -in $expiring.Id } | Should -BeNullOrEmpty

        Start-Sleep -Seconds 2
        $second = Invoke-Runbook rotate-into-vault.ps1 ($nightly + @{ Within = '9d' })
        $second.Errors | Should -BeNullOrEmpty
        $second.Output.Id | Should -Contain $expiring[0].Id
        $second.Output.Id | Should -Contain $expiring[1].Id
    }

    It 'returns a secret that the vault refused, as NotSaved' {
        $old = Add-TestToken gcore -With @{ Vault = 'Test'; ExpiresIn = '5d' }
        Set-Content -LiteralPath "$vaultFolder/refuse" -Value '*' -NoNewline
        try {
            $run = Invoke-Runbook rotate-into-vault.ps1 @{
                Vault = 'Test'; JournalPath = Join-Path $TestDrive 'refused.jsonl'; Within = '6d'; Connection = 'gcore'; Confirm = $false
            }
        }
        finally {
            Remove-Item -LiteralPath "$vaultFolder/refuse"
        }

        $new = @($run.Output | Where-Object Name -EQ $old.Name)
        $new.Outcome | Should -Be 'NotSaved'
        $new.Secret | Should -BeOfType [securestring]
        Test-Secret $new[0] -Secret $new.Secret | Should -BeTrue
        (Get-ApiToken -Connection gcore -Id $old.Id).Status | Should -Be 'Active'
        $run.Errors[-1].FullyQualifiedErrorId | Should -BeLike 'RotationIncomplete*'
        ($run.Output | Format-List | Out-String) + ($run.Output | ConvertTo-Csv | Out-String) | Should -Not -BeLike "*$(Get-PlainText $new.Secret)*"
    }

    It 'fails and issues nothing if the vault does not exist' {
        $before = (Get-RequestCount).writes
        $run = Invoke-Runbook rotate-into-vault.ps1 @{ Vault = 'NoSuchVault'; JournalPath = Join-Path $TestDrive 'other.jsonl'; Confirm = $false }
        $run.Errors[-1].FullyQualifiedErrorId | Should -BeLike 'RotationIncomplete*'
        (Get-RequestCount).writes | Should -Be $before
    }
}
