# The five ways in which a pipeline ends, for cmdlets in the middle of many tokens: after the return, nothing more is sent.

BeforeDiscovery {
    $script:commands = @(
        @{ Command = 'Remove-ApiToken'; With = @{ PassThru = $true } }
        @{ Command = 'Disable-ApiToken'; With = @{ PassThru = $true } }
        @{ Command = 'Reset-ApiToken'; With = @{} }
    )
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:count = 300
    $script:most = 120
    $script:sandbox = Start-ApiTokenSandbox -Tokens 5200 -Latency 10

    # What a stopped cmdlet tells the host is not for this one.
    $script:other = Open-Runspace
    $script:unused = @(Get-ApiToken -Connection wegnology -Name 'token-*' -Status Active)

    function Get-Unused {
        <# Active tokens that no other test has taken. #>
        $taken, $left = $unused.Where({ $true }, 'Split', $count)
        $script:unused = @($left)
        $taken | Should -HaveCount $count
        $taken
    }

    function Assert-Outcome {
        <# Each token that came out is done. No other token has lost its secret to a successor that nobody has. #>
        param([string] $Command, [object[]] $Token, [object[]] $Output)

        $now = @{}
        Get-ApiToken -Connection wegnology -Name 'token-*' | ForEach-Object { $now[$_.Id] = $_ }
        switch ($Command) {
            'Remove-ApiToken' {
                $Output | Where-Object { $now.ContainsKey($_.Id) } | Should -BeNullOrEmpty
            }
            'Disable-ApiToken' {
                $Output | Where-Object { $now[$_.Id].Status -ne 'Inactive' } | Should -BeNullOrEmpty
                $Token | Where-Object { -not $now.ContainsKey($_.Id) } | Should -BeNullOrEmpty
            }
            'Reset-ApiToken' {
                $Output | Where-Object { -not $now.ContainsKey($_.Id) } | Should -BeNullOrEmpty -Because 'a successor that was delivered stays'
                $Output | Select-Object -First 3 | ForEach-Object { Test-Secret $_ | Should -BeTrue }
                $Token | Where-Object { $_.Name -notin $Output.Name -and -not $now.ContainsKey($_.Id) } |
                    Should -BeNullOrEmpty -Because 'the successor of each of these was not delivered'
            }
        }
    }
}

AfterAll {
    $other.Dispose()
    $sandbox | Stop-ApiTokenSandbox
}

Describe '<Command> of 300 tokens' -ForEach $commands {
    It 'does all of them when nothing ends it early' {
        $tokens = Get-Unused
        $before = Get-RequestCount
        $output = @(Invoke-InRunspace $other -Variable @{ tokens = $tokens; command = $Command; with = $With } { $tokens | & $command @with })
        Assert-Frozen $before -AtMost (2 * $count)
        $output | Should -HaveCount $count
        $output.Name | Sort-Object -Unique | Should -HaveCount $count
        Assert-Outcome -Command $Command -Token $tokens -Output $output
        if ($Command -eq 'Reset-ApiToken') {
            Get-ApiToken -Connection wegnology | Where-Object Id -In $tokens.Id | Should -BeNullOrEmpty -Because 'each predecessor is gone'
        }
    }

    It 'stops at Select-Object -First' {
        $tokens = Get-Unused
        $before = Get-RequestCount
        $output = @(Invoke-InRunspace $other -Variable @{ tokens = $tokens; command = $Command; with = $With } {
            $tokens | & $command @with -ThrottleLimit 4 | Select-Object -First 1
        })
        Assert-Frozen $before -AtMost $most
        $output | Should -HaveCount 1
        Assert-Outcome -Command $Command -Token $tokens -Output $output
    }

    It 'stops at a throw further down' {
        $tokens = Get-Unused
        $before = Get-RequestCount
        $output = @(Invoke-InRunspace $other -Variable @{ tokens = $tokens; command = $Command; with = $With } {
            $taken = [System.Collections.Generic.List[object]]::new()
            $failure = $null
            try {
                $tokens | & $command @with -ThrottleLimit 4 | ForEach-Object {
                    if ($taken.Count -eq 5) {
                        throw 'the vault is full'
                    }

                    $taken.Add($_)
                }
            }
            catch {
                $failure = $_
            }

            "$failure"
            $taken
        })
        Assert-Frozen $before -AtMost $most
        $output[0] | Should -BeExactly 'the vault is full'
        $taken = $output[1..($output.Count - 1)]
        $taken | Should -HaveCount 5
        Assert-Outcome -Command $Command -Token $tokens -Output $taken
    }

    It 'stops at -ErrorAction Stop' {
        $tokens = Get-Unused
        $ids = @($tokens[0..9].Id; 'ffffffffffffffffffffffff'; $tokens[10..299].Id)
        $before = Get-RequestCount
        $output = @(Invoke-InRunspace $other -Variable @{ ids = $ids; command = $Command; with = $With } {
            $taken = [System.Collections.Generic.List[object]]::new()
            $failure = $null
            try {
                $ids | & $command @with -Connection wegnology -ThrottleLimit 4 -ErrorAction Stop | ForEach-Object { $taken.Add($_) }
            }
            catch {
                $failure = $_
            }

            $failure.FullyQualifiedErrorId
            $failure.TargetObject
            $taken
        })
        Assert-Frozen $before -AtMost $most
        $output[0] | Should -BeLike 'ObjectNotFound,*'
        $output[1] | Should -BeExactly 'ffffffffffffffffffffffff'
        Assert-Outcome -Command $Command -Token $tokens -Output @($output | Select-Object -Skip 2)
    }

    It 'stops at Ctrl+C' {
        $tokens = Get-Unused
        $taken = [System.Collections.Generic.List[object]]::new()
        $shell = [powershell]::Create($other)
        try {
            $before = Get-RequestCount
            @{ tokens = $tokens; command = $Command; with = $With; taken = $taken }.GetEnumerator() |
                ForEach-Object { $other.SessionStateProxy.SetVariable($_.Key, $_.Value) }
            $running = $shell.AddScript('$tokens | & $command @with -ThrottleLimit 1 | ForEach-Object { $taken.Add($_) }').BeginInvoke()
            while ((Get-RequestCount).writes -lt $before.writes + 10 -and -not $running.IsCompleted) {
                Start-Sleep -Milliseconds 5
            }

            $shell.Stop()
            Assert-Frozen $before -AtMost 280
            $running.IsCompleted | Should -BeTrue
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
            $taken.Count | Should -BeGreaterThan 0
            $taken.Count | Should -BeLessThan $count
            Assert-Outcome -Command $Command -Token $tokens -Output $taken
        }
        finally {
            $shell.Dispose()
        }
    }
}
