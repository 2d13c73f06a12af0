# A process that is killed during a revocation, and the run that resumes with its journal.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox -Tokens 2000 -Latency 15
    $script:throttle = 16
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'Removing 2,000 tokens in a process that is killed' {
    BeforeAll {
        $script:tokens = @(Get-ApiToken -Connection wegnology -Name 'token-*')
        $script:journal = Join-Path $TestDrive 'revocation.jsonl'
        $list = Join-Path $TestDrive 'tokens.csv'
        $tokens | Select-Object -Property Service, Account, Id, Name | Export-Csv -LiteralPath $list
        $service = $sandbox.Services | Where-Object Service -EQ 'wegnology'
        $file = Join-Path $TestDrive 'revoke.ps1'
        Set-Content -LiteralPath $file -Value @"
Import-Module '$moduleFolder'
`$secret = [System.Net.NetworkCredential]::new('', `$env:REVOKE_SECRET).SecurePassword
`$null = Connect-ApiTokenService Wegnology -Token `$secret -BaseUri '$($service.BaseUri)' -WarningAction Ignore
Import-Csv -LiteralPath '$list' |
    Remove-ApiToken -JournalPath '$journal' -ThrottleLimit $throttle -Confirm:`$false -InformationVariable information
`$information.MessageData | ConvertTo-Json -Compress
"@
        $program, [string[]] $arguments = Get-PowerShellCommand
        $script:start = @{
            FilePath = $program
            ArgumentList = @($arguments; '-NoProfile'; '-NonInteractive'; '-File'; "`"$file`"").Where({ $_ })
            RedirectStandardOutput = Join-Path $TestDrive 'output.txt'
            RedirectStandardError = Join-Path $TestDrive 'errors.txt'
            PassThru = $true
        }
        $env:REVOKE_SECRET = Get-PlainText $service.Secret
        $script:before = Get-RequestCount
        $script:process = Start-Process @start
        $deadline = [datetime]::UtcNow.AddSeconds(60)
        do {
            Start-Sleep -Milliseconds 20
            $script:ends = if (Test-Path $journal) { @(Get-JournalLine $journal | Where-Object event -EQ 'end').Count } else { 0 }
        } while ($ends -lt 400 -and -not $process.HasExited -and [datetime]::UtcNow -lt $deadline)

        $script:refusal = @(Get-Failure { $tokens[0] | Remove-ApiToken -JournalPath $journal })
        Stop-Process -Id $process.Id -Force
        $process.WaitForExit()
        Start-Sleep -Milliseconds 500
        $script:afterKill = @(Get-JournalLine $journal)
        $script:deletesAtKill = @(Get-RequestSince $before | Where-Object method -EQ 'DELETE')
    }

    AfterAll {
        Remove-Item env:REVOKE_SECRET -ErrorAction Ignore
        if (-not $process.HasExited) {
            $process.Kill()
        }
    }

    It 'is not finished when it is killed' {
        Get-Content -LiteralPath $start.RedirectStandardError | Should -BeNullOrEmpty
        @($afterKill | Where-Object event -EQ 'end').Count | Should -BeGreaterOrEqual 400
        @($afterKill | Where-Object event -EQ 'end').Count | Should -BeLessThan 2000
        @(Get-ApiToken -Connection wegnology -Name 'token-*').Count | Should -BeGreaterThan 0
    }

    It 'locks its journal while it runs' {
        $refusal | Should -HaveCount 1
        $refusal[0].FullyQualifiedErrorId | Should -BeLike 'JournalNotOpened,*'
    }

    It 'records each request before it is sent' {
        $started = [System.Collections.Generic.HashSet[string]]::new([string[]] @($afterKill | Where-Object event -EQ 'start').id)
        $deletesAtKill.Count | Should -BeGreaterThan 0
        $deletesAtKill | Where-Object { -not $started.Contains($_.path.Split('/')[-1]) } | Should -BeNullOrEmpty
        $ended = @($afterKill | Where-Object event -EQ 'end').Count
        $started.Count - $ended | Should -BeLessOrEqual $throttle -Because 'no more requests were in flight'
    }

    It 'is completed by the same command with the same journal, which repeats only requests that were in flight' {
        $second = Start-Process @start
        $second.WaitForExit()
        Get-Content -LiteralPath $start.RedirectStandardError | Should -BeNullOrEmpty
        $summary = Get-Content -LiteralPath $start.RedirectStandardOutput -Raw | ConvertFrom-Json
        Get-ApiToken -Connection wegnology -Name 'token-*' | Should -BeNullOrEmpty

        $inFlight = @(Compare-Object @($afterKill | Where-Object event -EQ 'start').id @($afterKill | Where-Object event -EQ 'end').id).InputObject
        $deletes = @(Get-RequestSince $before | Where-Object method -EQ 'DELETE')
        $byToken = $deletes | Group-Object { $_.path.Split('/')[-1] }
        $byToken | Should -HaveCount 2000
        $byToken | Where-Object Count -GT 2 | Should -BeNullOrEmpty
        $twice = @($byToken | Where-Object Count -EQ 2)
        $twice.Count | Should -BeLessOrEqual $throttle
        $twice.Name | Where-Object { $_ -notin $inFlight } | Should -BeNullOrEmpty

        $summary.Failed | Should -Be 0
        $summary.Done + $summary.Skipped | Should -Be 2000
        $summary.Skipped | Should -BeGreaterOrEqual @($afterKill | Where-Object event -EQ 'end').Count
        $done = @(Get-JournalLine $journal | Where-Object { $_.event -eq 'end' -and $_.outcome -eq 'done' })
        $done.id | Sort-Object | Should -Be ($tokens.Id | Sort-Object) -Because 'the journal contains every token once'
    }
}
