# What people do by mistake, and what keeps it from doing harm.

BeforeDiscovery {
    $script:everything = @(
        @{ Command = 'Disable-ApiToken'; With = @{}; On = 'devo' }
        @{ Command = 'Enable-ApiToken'; With = @{}; On = 'devo' }
        @{ Command = 'Rename-ApiToken'; With = @{ NewName = 'all the same' }; On = 'devo' }
        @{ Command = 'Set-ApiToken'; With = @{ Description = 'all the same' }; On = 'wegnology' }
        @{ Command = 'Disable-ApiToken'; With = @{}; On = 'wegnology' }
    )
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:samples = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../samples")
    $script:sandbox = Start-ApiTokenSandbox -Tokens 40
    $script:other = Open-Runspace

    function Invoke-AtDefault {
        <# Runs a script where $ConfirmPreference is as by default, and nobody can be asked; gives its errors. #>
        param([Parameter(Mandatory)] [scriptblock] $Script, [hashtable] $Variable = @{})

        @(Invoke-InRunspace $other -Variable $Variable ([scriptblock]::Create("`$ConfirmPreference = 'High'; try { $Script } catch { `$_ } finally { `$ConfirmPreference = 'None' }"))).Where({ $_ -is [System.Management.Automation.ErrorRecord] })
    }

    function Connect-Again {
        <# A connection with a token of its own, under a name. #>
        [OutputType([object])]
        param([string] $Connection, [string] $Name)

        $administrator = @{
            'wegnology' = @{ Scope = 'All' }
            'gcore' = @{ Role = 'Administrators' }
            'application-users' = @{ User = 'admin'; ApplyToAll = 'Full' }
            'devo' = @{ User = 'admin@example.com'; Audience = 'credentials' }
        }[$Connection]
        $token = New-ApiToken -Connection $Connection -Name (New-UniqueName own) @administrator
        $access = $sandbox.Services | Where-Object Service -EQ $Connection
        $null = Connect-ApiTokenService $Connection $access.Account -Token $token.Secret -BaseUri $access.BaseUri -Name $Name -WarningAction Ignore
        $token
    }
}

AfterAll {
    $other.Dispose()
    $sandbox | Stop-ApiTokenSandbox
}

Describe '<Command> of every token of <On>' -ForEach $everything {
    It 'is asked for, where a single token would not be: nobody can be asked, and nothing is done' {
        $before = (Get-RequestCount).writes
        foreach ($script in { Get-ApiToken -Connection $on | & $command @with }, { Get-ApiToken * -Connection $on | & $command @with }, { Get-ApiToken -Name '*' -Connection '*' | & $command @with }) {
            $failure = Invoke-AtDefault $script @{ on = $On; command = $Command; with = $With }
            $failure | Should -HaveCount 1
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'ConfirmationNeeded,*'
            $failure[0].ErrorDetails.RecommendedAction | Should -BeLike '*-Confirm:$false*'
        }
        (Get-RequestCount).writes | Should -Be $before
    }

    It 'is not asked for where something narrows it, or a script has looked at each' {
        $variables = @{ on = $On; command = $Command; with = $With }
        Invoke-AtDefault { Get-ApiToken -Connection $on -Name 'no such*' | & $command @with } $variables | Should -BeNullOrEmpty
        Invoke-AtDefault { Get-ApiToken -Connection $on | Where-Object Name -EQ 'no such' | & $command @with } $variables | Should -BeNullOrEmpty
        Invoke-AtDefault { Get-ApiToken -Connection $on | ForEach-Object { if ($_.Name -eq 'token-1') { $_ | & $command @with -WhatIf } } } $variables | Should -BeNullOrEmpty
        Invoke-AtDefault { Get-ApiToken -Connection $on | & $command @with -WhatIf } $variables | Should -BeNullOrEmpty
    }
}

Describe 'Every token, and it is meant' {
    It 'goes with -Confirm:$false, and with -Force' {
        $before = (Get-RequestCount).writes
        Invoke-AtDefault { Get-ApiToken -Connection wegnology | Enable-ApiToken -Confirm:$false } | Should -BeNullOrEmpty
        (Get-RequestCount).writes | Should -BeGreaterThan ($before + 40)
        $own = Connect-Again wegnology again
        $failure = Invoke-AtDefault { Get-ApiToken -Connection devo -User nobody@example.com | Disable-ApiToken -Force; Get-ApiToken -Connection devo | Where-Object Name -Like 'token-*' | Disable-ApiToken -Force }
        $failure | Should -BeNullOrEmpty
        $own | Remove-ApiToken
        Disconnect-ApiTokenService again
    }

    It 'is asked for by Remove-ApiToken and Reset-ApiToken as for any token: impact High' {
        $before = (Get-RequestCount).writes
        foreach ($command in 'Remove-ApiToken', 'Reset-ApiToken') {
            @(Invoke-AtDefault { Get-ApiToken -Connection gcore | & $command } @{ command = $command }) | Should -Not -BeNullOrEmpty
        }
        @(Invoke-AtDefault { Remove-ApiToken -All -User jdoe -Connection '*' }) | Should -Not -BeNullOrEmpty
        (Get-RequestCount).writes | Should -Be $before
    }
}

Describe 'A credential that ends in the middle of a mass removal, on <_>' -ForEach 'wegnology', 'gcore', 'application-users' {
    It 'is one error that ends it, without a storm; reconnected, the journal finishes it and asks for nothing done' {
        $connection = $_
        $own = Connect-Again $connection middle
        $journal = Join-Path $TestDrive "middle-$connection.jsonl"
        $tokens = @(1..40 | ForEach-Object { Add-TestToken $connection "middle-$_" } | ForEach-Object { Get-ApiToken -Connection middle -Id $_.Id })
        $before = Get-RequestCount
        try {
            # The token is revoked by another connection when the fifteenth is on its way.
            $failure = @(Get-TerminatingFailure {
                $n = 0
                $tokens | ForEach-Object {
                    if (++$n -eq 15) {
                        # Once some are done: on a fast machine the fifteenth comes before the first has been answered.
                        for ($i = 0; $i -lt 500 -and -not @(Get-JournalLine $journal | Where-Object event -EQ 'end'); $i++) { Start-Sleep -Milliseconds 10 }
                        Remove-ApiToken $own.Id -Connection $connection
                    }

                    $_
                } |
                    Remove-ApiToken -JournalPath $journal -ThrottleLimit 4 -ErrorVariable +written
            })
            $failure | Should -HaveCount 1
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'AuthenticationError,*'
            $failure[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            Assert-Frozen $before -AtMost 22

            $done = @(Get-JournalLine $journal | Where-Object { $_.event -eq 'end' -and $_.outcome -eq 'done' }).id
            $done.Count | Should -BeGreaterThan 0
            $done.Count | Should -BeLessThan 40
            Disconnect-ApiTokenService middle
            $new = Connect-Again $connection middle
            $before = Get-RequestCount
            $failure = @(Get-Failure { $tokens | Remove-ApiToken -JournalPath $journal })
            $failure | Should -BeNullOrEmpty
            $asked = @(Get-RequestSince $before).Path -join "`n"
            $done | Where-Object { $asked -match "/$_(/|$)" } | Should -BeNullOrEmpty -Because 'they are done'
            @($tokens | Where-Object { (Get-ApiToken -Connection $connection -Id $_.Id -ErrorAction Ignore).Status -notin $null, 'Revoked' }) | Should -BeNullOrEmpty
            $new | Remove-ApiToken -Connection $connection
        }
        finally {
            Get-ApiTokenService middle -ErrorAction Ignore | Disconnect-ApiTokenService
        }
    }
}

Describe 'A sample with -WhatIf' {
    BeforeAll {
        $script:leak = Join-Path $TestDrive 'leak.txt'
        [System.IO.File]::WriteAllText($leak, (Get-PlainText (Add-TestToken gcore).Secret))
        $script:infos = @($sandbox.Services | ForEach-Object { @{ Service = $_.Service; Account = $_.Account; Token = $_.Secret; BaseUri = "$($_.BaseUri)"; Name = $_.Service } })
        $script:due = Join-Path $TestDrive 'due.jsonl'
    }

    It 'sends no write request and leaves no file: <Sample>' -ForEach @(
        @{ Sample = 'devo-tokens.ps1'; With = { @{ User = 'user@example.com' } } }
        @{ Sample = 'leak-response.ps1'; With = { @{ Path = $leak; JournalPath = "$TestDrive/leak.jsonl"; ModulePath = $moduleFolder } } }
        @{ Sample = 'offboard-user.ps1'; With = { @{ User = 'user@example.com'; JournalPath = "$TestDrive/off.jsonl"; ModulePath = $moduleFolder } } }
        @{ Sample = 'offboard-user.ps1'; With = { @{ User = 'user@example.com'; Action = 'Disable'; IncludeIssued = $true; ModulePath = $moduleFolder } } }
        @{ Sample = 'revoke-shard.ps1'; With = { @{ ConnectionInfo = $infos[1]; Name = 'token-*'; Shard = '1/2'; JournalPath = "$TestDrive/shard.jsonl"; ModulePath = $moduleFolder } } }
    ) {
        $before = (Get-RequestCount).writes
        $result = Invoke-InRunspace $other -Variable @{ file = (Join-Path $samples $Sample); arguments = (& $With) } { & $file @arguments -WhatIf }
        $errors = @($result | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] -and $_.FullyQualifiedErrorId -notmatch '^(OperationNotSupported|OffboardingIncomplete)' })
        $errors | Should -BeNullOrEmpty
        (Get-RequestCount).writes | Should -Be $before
        Get-ChildItem -LiteralPath $TestDrive -Filter *.jsonl | Where-Object Name -In 'leak.jsonl', 'off.jsonl', 'shard.jsonl' | Should -BeNullOrEmpty
    }

    It 'is offered by each that writes to a service, but for those that bring a sandbox of their own' {
        $writing = Get-ChildItem -LiteralPath $samples -Filter *.ps1 | Where-Object { (Get-Content -LiteralPath $_.FullName -Raw) -match '\b(New|Remove|Disable|Enable|Rename|Reset|Set)-ApiToken\b' }
        $writing.Count | Should -BeGreaterThan 4
        foreach ($file in $writing) {
            $text = Get-Content -LiteralPath $file.FullName -Raw
            ($text -match 'SupportsShouldProcess' -or $text -match 'Start-ApiTokenSandbox') | Should -BeTrue -Because $file.Name
        }
    }
}
