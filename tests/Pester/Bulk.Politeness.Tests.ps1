# A service that limits requests: what it asks for is done, by the whole connection, and nothing fails for it.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
}

Describe 'An answer 429' {
    BeforeAll {
        $script:sandbox = Start-ApiTokenSandbox -Tokens 400
        $script:unused = @(Get-ApiToken -Connection wegnology -Name 'token-*' -Status Active)

        function Get-Unused {
            <# Active tokens that no other test has taken. #>
            param([Parameter(Mandatory)] [int] $Count)

            $taken, $left = $unused.Where({ $true }, 'Split', $Count)
            $script:unused = @($left)
            $taken
        }
    }

    AfterEach {
        Clear-Fault

        # A new connection, which has not been told to be slow.
        $service = $sandbox.Services | Where-Object Service -EQ 'wegnology'
        Connect-ApiTokenService Wegnology $service.Account -Token $service.Secret -BaseUri $service.BaseUri -SkipCheck | Out-Null
    }

    AfterAll {
        $sandbox | Stop-ApiTokenSandbox
    }

    It 'is waited for, and everything gets done: <Command> with Retry-After <Kind>' -ForEach @(
        @{ Command = 'Remove-ApiToken'; Kind = 'in seconds'; RetryAfter = { '1' } }
        @{ Command = 'Disable-ApiToken'; Kind = 'as a date'; RetryAfter = { [DateTimeOffset]::UtcNow.AddSeconds(3).ToString('R') } }
    ) {
        $tokens = Get-Unused 20
        Add-Fault @{ kind = 'status'; status = 429; retryAfter = & $RetryAfter; service = 'wegnology'; count = 3 }
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $tokens | & $Command -InformationVariable information -ErrorVariable failure
        $clock.Elapsed | Should -BeGreaterThan ([timespan]'0:0:0.9')
        $failure | Should -BeNullOrEmpty
        (Get-Fault).fired | Should -Be 3
        $summary = Get-Summary $information
        $summary.Done, $summary.Failed, $summary.Retried | Should -Be 20, 0, 3
        $now = @(Get-ApiToken -Connection wegnology | Where-Object Id -In $tokens.Id)
        $now | Where-Object Status -EQ 'Active' | Should -BeNullOrEmpty
        $now.Count | Should -Be $(if ($Command -eq 'Remove-ApiToken') { 0 } else { 20 })
    }

    It 'does not stop a create from being repeated: it was not done' {
        Add-Fault @{ kind = 'status'; status = 429; retryAfter = '1'; service = 'wegnology'; method = 'POST'; count = 2 }
        $name = New-UniqueName
        $issued = Add-TestToken wegnology $name
        Test-Secret $issued | Should -BeTrue
        @(Get-ApiToken -Connection wegnology -Name $name).Id | Should -Be $issued.Id
    }

    It 'pauses the whole connection, not only the one request' {
        $tokens = Get-Unused 30
        $runspace = Open-Runspace
        $shell = [powershell]::Create($runspace)
        try {
            $before = Get-RequestCount
            Add-Fault @{ kind = 'status'; status = 429; retryAfter = '4'; service = 'wegnology'; method = 'DELETE' }
            $runspace.SessionStateProxy.SetVariable('tokens', $tokens)
            $running = $shell.AddScript('$tokens | Remove-ApiToken -ThrottleLimit 4').BeginInvoke()
            while (-not (Get-Fault).fired -and -not $running.IsCompleted) {
                Start-Sleep -Milliseconds 10
            }

            # What was under way may still end.
            Start-Sleep -Milliseconds 700
            $paused = Get-RequestCount
            Start-Sleep -Milliseconds 900
            (Get-RequestCount).total | Should -Be $paused.total
            $paused.writes - $before.writes | Should -BeLessThan 30
            $shell.EndInvoke($running)
            $shell.Streams.Error | Should -BeNullOrEmpty
        }
        finally {
            $shell.Dispose()
            $runspace.Dispose()
        }

        Get-ApiToken -Connection wegnology | Where-Object Id -In $tokens.Id | Should -BeNullOrEmpty
    }
}

Describe 'A service that allows 100 requests a second' {
    BeforeAll {
        $script:sandbox = Start-ApiTokenSandbox -Tokens 320 -Rate 100
    }

    AfterAll {
        $sandbox | Stop-ApiTokenSandbox
    }

    It 'refuses under 2 % of the requests of -RequestsPerSecond 100' {
        $tokens = @(Get-ApiToken -Connection wegnology -Name 'token-*')

        # The list has taken its part.
        Start-Sleep -Milliseconds 500
        $before = Get-RequestCount
        $tokens | Remove-ApiToken -RequestsPerSecond 100 -InformationVariable information -ErrorVariable failure
        $failure | Should -BeNullOrEmpty
        (Get-Summary $information).Done | Should -Be 320
        $requests = @(Get-RequestSince $before)
        @($requests | Where-Object status -EQ 429).Count / $requests.Count | Should -BeLessThan 0.02
    }

    It 'gets everything done without a cap too' {
        $tokens = @(Get-ApiToken -Connection gcore -Name 'token-*' | Select-Object -First 60)
        $tokens | Remove-ApiToken -InformationVariable information -ErrorVariable failure
        $failure | Should -BeNullOrEmpty
        (Get-Summary $information).Done | Should -Be 60
    }
}
