# -JournalPath: what was done, and what is left to do. It resumes a run, and it is the audit record.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox -Tokens 300
    $script:unused = @(Get-ApiToken -Connection wegnology -Name 'token-*' -Status Active)
    $script:gone = 'ffffffffffffffffffffffff'

    function Get-Unused {
        <# Active tokens that no other test has taken. #>
        param([Parameter(Mandatory)] [int] $Count)

        $taken, $left = $unused.Where({ $true }, 'Split', $Count)
        $script:unused = @($left)
        $taken
    }

    function New-JournalPath {
        <# The path of a journal that is not there yet. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It changes nothing.')]
        param()

        Join-Path $TestDrive "$(New-UniqueName journal).jsonl"
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'The lines of a journal' {
    AfterEach {
        Clear-Fault
    }

    It 'tell the operation and the accounts first, then each start and end with all that is known' {
        $path = New-JournalPath
        $tokens = Get-Unused 5
        $from = [DateTimeOffset]::UtcNow
        $tokens | Remove-ApiToken -Connection wegnology -JournalPath $path
        $lines = @(Get-JournalLine $path)
        $lines | Should -HaveCount 11
        $lines[0].event | Should -BeExactly 'journal'
        $lines[0].operation | Should -BeExactly 'Remove'
        $lines[0].accounts | Should -Be 'Wegnology user'
        foreach ($token in $tokens) {
            $start, $end = @($lines | Where-Object id -EQ $token.Id)
            $start.event | Should -BeExactly 'start'
            $start.outcome | Should -BeNullOrEmpty
            $end.event | Should -BeExactly 'end'
            $end.outcome | Should -BeExactly 'done'
            $end.errorId | Should -BeNullOrEmpty
            foreach ($line in $start, $end) {
                $line.operation | Should -BeExactly 'Remove'
                $line.connection | Should -BeExactly 'wegnology'
                $line.service | Should -BeExactly 'Wegnology'
                $line.account | Should -BeExactly 'user'
                $line.name | Should -BeExactly $token.Name
                $time = [DateTimeOffset]$line.time
                $time | Should -BeGreaterOrEqual $from
                $time | Should -BeLessOrEqual ([DateTimeOffset]::UtcNow)
            }
        }

        Get-Content -LiteralPath $path | Should -Match '^\{"time":"[^"]+(\+00:00|Z)",' -Because 'the times are UTC'
    }

    It 'tell of a failure its error id' {
        $path = New-JournalPath
        $failure = @(Get-Failure { Remove-ApiToken $gone -Connection wegnology -JournalPath $path })
        $failure | Should -HaveCount 1
        $end = Get-JournalLine $path | Where-Object event -EQ 'end'
        $end.id | Should -BeExactly $gone
        $end.outcome | Should -BeExactly 'failed'
        $end.errorId | Should -BeExactly 'ObjectNotFound'
    }

    It 'tell the correlation id where the service gives one' {
        $path = New-JournalPath
        Get-ApiToken -Connection devo -Name 'token-*' | Select-Object -First 2 | Remove-ApiToken -JournalPath $path
        $ends = @(Get-JournalLine $path | Where-Object event -EQ 'end')
        $ends | Should -HaveCount 2
        $ends.correlationId | Should -Match '^[0-9a-f-]{36}$'
        $ends[0].correlationId | Should -Not -Be $ends[1].correlationId
    }

    It 'tell of an issued token when it was issued and when its secret was delivered' {
        $path = New-JournalPath
        $issued = New-ApiToken -Connection gcore -Name (New-UniqueName) -Role Users -JournalPath $path
        $lines = @(Get-JournalLine $path | Select-Object -Skip 1)
        $lines.event | Should -Be 'start', 'issued', 'delivered', 'end'
        $lines[1, 2].issuedId | Should -Be $issued.Id, $issued.Id
        $lines.name | Should -Be (, $issued.Name * 4)
    }

    It 'start before the request does, and end after its answer' {
        $path = New-JournalPath
        $token = Get-Unused 1
        Add-Fault @{ kind = 'delay'; service = 'wegnology'; method = 'DELETE'; delayMs = 30000 }
        $runspace = Open-Runspace
        $shell = [powershell]::Create($runspace)
        try {
            $runspace.SessionStateProxy.SetVariable('token', $token)
            $runspace.SessionStateProxy.SetVariable('path', $path)
            $running = $shell.AddScript('$token | Remove-ApiToken -JournalPath $path').BeginInvoke()
            while (-not (Get-Fault).fired -and -not $running.IsCompleted) {
                Start-Sleep -Milliseconds 10
            }

            (Get-JournalLine $path | Where-Object id -EQ $token.Id).event | Should -Be 'start'

            # Stopped with the request under way: a bounded wait, and the journal says that nothing is known.
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed | Should -BeLessThan ([timespan]'0:0:20')
            $lines = @(Get-JournalLine $path | Where-Object id -EQ $token.Id)
            $lines.event | Should -Be 'start', 'end'
            $lines[1].outcome | Should -BeExactly 'unknown'
        }
        finally {
            $shell.Dispose()
            $runspace.Dispose()
        }

        Clear-Fault
        $token | Remove-ApiToken -JournalPath $path -InformationVariable information
        (Get-Summary $information).Failed | Should -Be 0
        Get-ApiToken -Connection wegnology | Where-Object Id -EQ $token.Id | Should -BeNullOrEmpty
    }

    It 'hold no secret, neither the connection''s nor an issued one' {
        $new = New-JournalPath
        $reset = New-JournalPath
        $issued = @(
            1..3 | ForEach-Object { [pscustomobject]@{ Name = New-UniqueName; Scope = 'ReadOnly' } } | New-ApiToken -Connection wegnology -JournalPath $new
            1..3 | ForEach-Object { [pscustomobject]@{ Name = New-UniqueName; Role = 'Users' } } | New-ApiToken -Connection gcore -JournalPath (New-JournalPath)
        )
        $successors = @($issued | Reset-ApiToken -JournalPath $reset)
        $failure = @(Get-Failure { Reset-ApiToken $gone -Connection wegnology -JournalPath $reset })
        $failure | Should -HaveCount 1
        $text = Get-ChildItem -LiteralPath $TestDrive -Filter *.jsonl | Get-Content -Raw | Out-String
        foreach ($token in $issued + $successors) {
            $text.Contains($token.Id) | Should -BeTrue -Because 'this search finds what is there'
            $secret = Get-PlainText $token.Secret
            $secret.Length | Should -BeGreaterThan 20
            $text.Contains($secret) | Should -BeFalse
            $text.Contains($secret.Substring($secret.Length - 12)) | Should -BeFalse
        }

        foreach ($service in $sandbox.Services) {
            $text.Contains((Get-PlainText $service.Secret)) | Should -BeFalse
        }
    }
}

Describe 'The same command with the same journal' {
    AfterEach {
        Clear-Fault
    }

    It 'leaves out what is done: no request for it, and the summary counts it' {
        $path = New-JournalPath
        $tokens = Get-Unused 20
        $tokens[0..9] | Remove-ApiToken -JournalPath $path
        $before = Get-RequestCount
        $tokens | Remove-ApiToken -JournalPath $path -InformationVariable information
        $requests = @(Get-RequestSince $before)
        $requests | Should -HaveCount 10
        $requests.path | ForEach-Object { $_.Split('/')[-1] } | Sort-Object | Should -Be ($tokens[10..19].Id | Sort-Object)
        $summary = Get-Summary $information
        $summary.Skipped | Should -Be 10
        $summary.Done | Should -Be 10
        $summary.Failed | Should -Be 0
        "$summary" | Should -Match '\b10 done\b.*\b10 skipped\b'
    }

    It 'does nothing at all a third time, for <_>' -ForEach 'Remove-ApiToken', 'Disable-ApiToken', 'Enable-ApiToken', 'Reset-ApiToken' {
        $path = New-JournalPath
        $tokens = Get-Unused 4
        $tokens | & $_ -JournalPath $path | Out-Null
        $before = Get-RequestCount
        $tokens | & $_ -JournalPath $path -InformationVariable information | Should -BeNullOrEmpty
        Get-RequestSince $before | Should -BeNullOrEmpty
        (Get-Summary $information).Skipped | Should -Be 4
    }

    It 'tries again what failed' {
        $path = New-JournalPath
        $tokens = Get-Unused 6
        Add-Fault @{ kind = 'status'; status = 403; path = "*/$($tokens[2].Id)" }
        $failure = @(Get-Failure { $tokens | Remove-ApiToken -JournalPath $path })
        $failure | Should -HaveCount 1
        $failure[0].TargetObject.Id | Should -BeExactly $tokens[2].Id
        $before = Get-RequestCount
        $tokens | Remove-ApiToken -JournalPath $path -InformationVariable information
        (Get-RequestSince $before).path | Should -BeLike "*/$($tokens[2].Id)"
        $summary = Get-Summary $information
        $summary.Done, $summary.Skipped, $summary.Failed | Should -Be 1, 5, 0
        $ends = @(Get-JournalLine $path | Where-Object { $_.event -eq 'end' -and $_.id -eq $tokens[2].Id })
        $ends.outcome | Should -Be 'failed', 'done'
    }

    It 'asks the service where a run ended without an outcome, and leaves alone what was done' {
        $path = New-JournalPath
        $tokens = Get-Unused 3
        $tokens | Remove-ApiToken -JournalPath $path
        $text = Get-Content -LiteralPath $path
        $text | Where-Object { -not ($_.Contains('"event":"end"') -and $_.Contains($tokens[1].Id)) } | Set-Content -LiteralPath $path
        $before = Get-RequestCount
        $tokens | Remove-ApiToken -JournalPath $path -InformationVariable information
        $requests = @(Get-RequestSince $before)
        $requests.method | Should -Be 'GET'
        $requests.path | Should -BeLike "*/$($tokens[1].Id)"
        (Get-Summary $information).Skipped | Should -Be 3
    }

    It 'asks again where the first question was not answered' {
        $path = New-JournalPath
        $tokens = Get-Unused 1
        $tokens | Remove-ApiToken -JournalPath $path
        Get-Content -LiteralPath $path | Select-Object -SkipLast 1 | Set-Content -LiteralPath $path
        Add-Fault @{ kind = 'status'; status = 403; method = 'GET'; path = "*/$($tokens[0].Id)" }
        @(Get-Failure { $tokens | Remove-ApiToken -JournalPath $path }).FullyQualifiedErrorId | Should -BeLike 'PermissionDenied,*'
        $tokens | Remove-ApiToken -JournalPath $path -InformationVariable information -ErrorVariable failure
        $failure | Should -BeNullOrEmpty -Because 'the token is gone, and by our own doing'
        (Get-Summary $information).Skipped | Should -Be 1
    }

    It 'goes on where a stopped run has left off' {
        $path = New-JournalPath
        $tokens = Get-Unused 40
        $before = Get-RequestCount
        $tokens | Remove-ApiToken -PassThru -JournalPath $path -ThrottleLimit 4 | Select-Object -First 5 | Should -HaveCount 5
        @(Get-JournalLine $path | Where-Object { $_.outcome -eq 'done' }).Count | Should -BeLessThan 40
        $tokens | Remove-ApiToken -JournalPath $path -InformationVariable information
        $summary = Get-Summary $information
        $summary.Failed | Should -Be 0
        $summary.Done + $summary.Skipped | Should -Be 40
        Get-ApiToken -Connection wegnology | Where-Object Id -In $tokens.Id | Should -BeNullOrEmpty
        $deletes = @(Get-RequestSince $before | Where-Object method -EQ 'DELETE')
        $deletes.path | Sort-Object -Unique | Should -HaveCount 40
        $deletes.Count | Should -BeLessOrEqual 44
    }

    It 'works in spite of a last line that was torn at character <_>' -ForEach 1, 8, 40, 150 {
        $path = New-JournalPath
        $tokens = Get-Unused 3
        $tokens | Remove-ApiToken -JournalPath $path
        $text = [System.IO.File]::ReadAllText($path)
        $lastLine = $text.LastIndexOf("`n", $text.Length - 2) + 1
        [System.IO.File]::WriteAllText($path, $text.Substring(0, $lastLine + $_))
        $tokens | Remove-ApiToken -JournalPath $path -InformationVariable information
        $summary = Get-Summary $information
        $summary.Done, $summary.Skipped, $summary.Failed | Should -Be 0, 3, 0
        Get-Content -LiteralPath $path | ForEach-Object { { $_ | ConvertFrom-Json } | Should -Not -Throw }
        @(Get-JournalLine $path | Where-Object event -EQ 'end').id | Sort-Object | Should -Be ($tokens.Id | Sort-Object)
    }

    It 'works in spite of a first line that was torn' {
        $path = New-JournalPath
        Set-Content -LiteralPath $path -Value '{"time":"2026-01-01T00:00:00' -NoNewline
        Get-Unused 1 | Remove-ApiToken -JournalPath $path
        (Get-JournalLine $path).event | Should -Be 'journal', 'start', 'end'
    }
}

Describe 'A journal that is not this run''s' {
    AfterEach {
        Clear-Fault
    }

    It 'is refused when it is another operation''s' {
        $path = New-JournalPath
        $tokens = Get-Unused 2
        $tokens | Disable-ApiToken -JournalPath $path
        $content = [System.IO.File]::ReadAllText($path)
        Assert-Refused JournalMismatch { $tokens | Remove-ApiToken -JournalPath $path }
        Assert-Refused JournalMismatch { New-ApiToken x -Connection wegnology -Scope All -JournalPath $path }
        [System.IO.File]::ReadAllText($path) | Should -BeExactly $content
    }

    It 'is refused when it is another account''s' {
        $path = New-JournalPath
        Get-Unused 1 | Remove-ApiToken -Connection wegnology -JournalPath $path
        $content = [System.IO.File]::ReadAllText($path)
        Assert-Refused JournalMismatch { Get-ApiToken -Connection gcore -Name 'token-*' | Select-Object -First 1 | Remove-ApiToken -JournalPath $path }
        Assert-Refused JournalMismatch { Remove-ApiToken 999999 -Connection devo -JournalPath $path }
        [System.IO.File]::ReadAllText($path) | Should -BeExactly $content
    }

    It 'is refused when it is no journal: <Kind>' -ForEach @(
        @{ Kind = 'a table'; Content = 'Id,Name' + "`n" + '1,a' + "`n" }
        @{ Kind = 'a line without an end'; Content = 'a single line without an end' }
        @{ Kind = 'a journal without its first line'; Content = '{"time":"2026-01-01T00:00:00Z","event":"start","operation":"Remove","id":"1"}' + "`n" }
        @{ Kind = 'other JSON'; Content = '{"some":"json"}' + "`n" }
        @{ Kind = 'an array'; Content = '[]' + "`n" }
        @{ Kind = 'null'; Content = 'null' + "`n" }
        @{ Kind = 'an empty line'; Content = "`n" }
        @{ Kind = 'bytes'; Content = "`0`0`0`0" }
    ) {
        $path = New-JournalPath
        [System.IO.File]::WriteAllText($path, $Content)
        $token = Get-Unused 1
        Assert-Refused JournalMismatch { $token | Remove-ApiToken -JournalPath $path }
        [System.IO.File]::ReadAllText($path) | Should -BeExactly $Content -Because 'somebody''s file is left as it was'
    }

    It 'is refused when another run is using it, and that run goes on' {
        $path = New-JournalPath
        $tokens = Get-Unused 3
        Add-Fault @{ kind = 'delay'; service = 'wegnology'; method = 'DELETE'; delayMs = 2000 }
        $runspace = Open-Runspace
        $shell = [powershell]::Create($runspace)
        try {
            $runspace.SessionStateProxy.SetVariable('tokens', $tokens)
            $runspace.SessionStateProxy.SetVariable('path', $path)
            $running = $shell.AddScript('$tokens[0] | Remove-ApiToken -JournalPath $path').BeginInvoke()
            while (-not (Get-Fault).fired -and -not $running.IsCompleted) {
                Start-Sleep -Milliseconds 10
            }

            Assert-Refused JournalNotOpened { $tokens[1, 2] | Remove-ApiToken -JournalPath $path }
            $shell.EndInvoke($running)
            $shell.Streams.Error | Should -BeNullOrEmpty
        }
        finally {
            $shell.Dispose()
            $runspace.Dispose()
        }

        $tokens | Remove-ApiToken -JournalPath $path -InformationVariable information
        (Get-Summary $information).Skipped | Should -Be 1
    }

    It 'is refused when it cannot be opened: <Path>' -ForEach @{ Path = 'TestDrive:/' }, @{ Path = 'TestDrive:/no/such/folder/journal.jsonl' } {
        $token = Get-Unused 1
        Assert-Refused JournalNotOpened { $token | Remove-ApiToken -JournalPath $Path }
    }
}

Describe 'New-ApiToken with a journal' {
    AfterEach {
        Clear-Fault
    }

    It 'issues nothing twice' {
        $path = New-JournalPath
        $rows = 1..5 | ForEach-Object { [pscustomobject]@{ Name = New-UniqueName; Scope = 'ReadOnly' } }
        $rows | New-ApiToken -Connection wegnology -JournalPath $path | Should -HaveCount 5
        $before = Get-RequestCount
        $rows | New-ApiToken -Connection wegnology -JournalPath $path -InformationVariable information | Should -BeNullOrEmpty
        Get-RequestSince $before | Should -BeNullOrEmpty
        (Get-Summary $information).Skipped | Should -Be 5
        $again = @($rows + [pscustomobject]@{ Name = New-UniqueName; Scope = 'ReadOnly' } | New-ApiToken -Connection wegnology -JournalPath $path)
        $again | Should -HaveCount 1
        Test-Secret $again[0] | Should -BeTrue
    }

    It 'issues rows that are alike as often as they are there' {
        $path = New-JournalPath
        $name = New-UniqueName
        $rows = 1..3 | ForEach-Object { [pscustomobject]@{ Name = $name; Role = 'Users' } }
        $rows[0, 1] | New-ApiToken -Connection gcore -JournalPath $path | Should -HaveCount 2
        $rows | New-ApiToken -Connection gcore -JournalPath $path | Should -HaveCount 1
        @(Get-ApiToken -Connection gcore -Name $name) | Should -HaveCount 3
    }

    It 'reports what was issued and not delivered by a run that ended, every time until it is gone' {
        $path = New-JournalPath
        $name = New-UniqueName
        $row = [pscustomobject]@{ Name = $name; Scope = 'ReadOnly' }
        $runspace = Open-Runspace
        try {
            # What it gives is thrown away further down: the run cannot know that the secret was kept.
            Invoke-InRunspace $runspace -Variable @{ row = $row; path = $path } {
                try { $row | New-ApiToken -Connection wegnology -JournalPath $path | ForEach-Object { throw 'the vault is full' } } catch { $null = $_ }
            }
        }
        finally {
            $runspace.Dispose()
        }

        $lost = Get-ApiToken -Connection wegnology -Name $name
        $lost | Should -HaveCount 1
        foreach ($time in 'second', 'third') {
            $failure = @(Get-Failure { $row | New-ApiToken -Connection wegnology -JournalPath $path })
            $failure.FullyQualifiedErrorId | Should -BeLike 'OrphanedToken,*' -Because "it is the $time run"
            $failure.TargetObject.Id | Should -BeExactly $lost.Id
        }

        $failure = @(Get-Failure { $row | New-ApiToken -Connection wegnology -JournalPath $path -RemoveOrphan })
        $failure.FullyQualifiedErrorId | Should -BeLike 'OrphanedToken,*'
        "$failure" | Should -BeLike '*It was removed.*'
        Get-ApiToken -Connection wegnology | Where-Object Name -EQ $name | Should -BeNullOrEmpty
        $issued = $row | New-ApiToken -Connection wegnology -JournalPath $path
        Test-Secret $issued | Should -BeTrue
        @(Get-ApiToken -Connection wegnology -Name $name).Id | Should -Be $issued.Id
    }

    It 'issues again once what was not delivered has been removed by hand' {
        $path = New-JournalPath
        $row = [pscustomobject]@{ Name = New-UniqueName; Scope = 'ReadOnly' }
        $runspace = Open-Runspace
        try {
            Invoke-InRunspace $runspace -Variable @{ row = $row; path = $path } {
                try { $row | New-ApiToken -Connection wegnology -JournalPath $path | ForEach-Object { throw 'the vault is full' } } catch { $null = $_ }
            }
        }
        finally {
            $runspace.Dispose()
        }

        Remove-ApiToken $row.Name -Connection wegnology
        $issued = $row | New-ApiToken -Connection wegnology -JournalPath $path
        Test-Secret $issued | Should -BeTrue
    }
}

Describe 'Reset-ApiToken with a journal' {
    AfterEach {
        Clear-Fault
    }

    It 'only removes the predecessor where the successor was delivered before, however often that fails' {
        $path = New-JournalPath
        $old = Add-TestToken wegnology
        Add-Fault @{ kind = 'status'; status = 403; service = 'wegnology'; method = 'DELETE'; count = 3 }
        $new = @($old | Reset-ApiToken -JournalPath $path -ErrorAction SilentlyContinue -ErrorVariable failure)
        $failure.FullyQualifiedErrorId | Should -BeLike 'PredecessorNotRemoved,*'
        $new | Should -HaveCount 1
        $before = Get-RequestCount
        foreach ($time in 'second', 'third') {
            $failure = @(Get-Failure { $old | Reset-ApiToken -JournalPath $path })
            $failure.FullyQualifiedErrorId | Should -BeLike 'PredecessorNotRemoved,*' -Because "it is the $time run"
        }

        $old | Reset-ApiToken -JournalPath $path -InformationVariable information | Should -BeNullOrEmpty
        (Get-Summary $information).Done | Should -Be 1
        Get-RequestSince $before | Where-Object method -EQ 'POST' | Should -BeNullOrEmpty -Because 'the successor is there already'
        @(Get-ApiToken -Connection wegnology -Name $old.Name).Id | Should -Be $new.Id
        Test-Secret $new[0] | Should -BeTrue
    }

    It 'reports the successor that was not delivered, and leaves the predecessor' {
        $path = New-JournalPath
        $old = Add-TestToken wegnology
        $runspace = Open-Runspace
        try {
            Invoke-InRunspace $runspace -Variable @{ old = $old; path = $path } {
                try { $old | Reset-ApiToken -JournalPath $path | ForEach-Object { throw 'the vault is full' } } catch { $null = $_ }
            }
        }
        finally {
            $runspace.Dispose()
        }

        $lost = Get-ApiToken -Connection wegnology -Name $old.Name | Where-Object Id -NE $old.Id
        $lost | Should -HaveCount 1
        foreach ($time in 'second', 'third') {
            $failure = @(Get-Failure { $old | Reset-ApiToken -JournalPath $path })
            $failure.FullyQualifiedErrorId | Should -BeLike 'OrphanedToken,*' -Because "it is the $time run"
            $failure.TargetObject.Id | Should -BeExactly $lost.Id
        }

        Test-Secret $old | Should -BeTrue
        $lost | Remove-ApiToken
        $new = $old | Reset-ApiToken -JournalPath $path
        Test-Secret $new | Should -BeTrue
        Test-Secret $old | Should -BeFalse
    }

    It 'resumes many, each once' {
        $path = New-JournalPath
        $old = @(Get-Unused 12)
        $runspace = Open-Runspace
        try {
            $first = @(Invoke-InRunspace $runspace -Variable @{ old = $old; path = $path } { $old[0..7] | Reset-ApiToken -JournalPath $path })
        }
        finally {
            $runspace.Dispose()
        }

        $rest = @($old | Reset-ApiToken -JournalPath $path -InformationVariable information)
        $first.Name + $rest.Name | Sort-Object | Should -Be ($old.Name | Sort-Object)
        $summary = Get-Summary $information
        $summary.Done, $summary.Skipped | Should -Be 4, 8
        $now = @(Get-ApiToken -Connection wegnology | Where-Object Name -In $old.Name)
        $now.Id | Sort-Object | Should -Be ($first.Id + $rest.Id | Sort-Object)
    }
}
