# A pipeline that ends early starts no further request: neither by Select-Object -First, nor by -ErrorAction Stop, nor by a
# throw further down, nor by Ctrl+C.

BeforeDiscovery {
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"

    # Slow enough that a pipeline of many tokens is not over before it is stopped.
    $script:sandbox = Start-ApiTokenSandbox -Tokens 400 -Latency 20
    $script:all = @{}
    Get-ApiTokenService | ForEach-Object {
        $all[$_.Name] = @(Get-ApiToken -Connection $_ -Name 'token-*' | Where-Object Status -In 'Active', 'Inactive')
    }

    function Get-Next {
        <# Tokens that no other test has taken. #>
        param([Parameter(Mandatory)] [string] $Connection, [Parameter(Mandatory)] [int] $Count)

        $taken, $left = $all[$Connection].Where({ $true }, 'Split', $Count)
        $all[$Connection] = @($left)
        $taken
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'Remove-ApiToken on <Connection>' -ForEach $services {
    It 'stops at Select-Object -First' {
        $tokens = Get-Next $Connection 60
        $before = Get-RequestCount
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $first = $tokens | Remove-ApiToken -PassThru -ThrottleLimit 4 | Select-Object -First 1
        $clock.Elapsed | Should -BeLessThan ([timespan]'0:0:4')
        Assert-Frozen $before -AtMost 20
        $first | Should -HaveCount 1

        # What came out was really done.
        Get-ApiToken -Connection $Connection | Where-Object Id -EQ $first.Id | Should -BeNullOrEmpty
    }

    It 'stops at a throw further down' {
        $tokens = Get-Next $Connection 60
        $before = Get-RequestCount
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        { $tokens | Remove-ApiToken -PassThru -ThrottleLimit 4 | ForEach-Object { throw 'enough' } } | Should -Throw 'enough'
        $clock.Elapsed | Should -BeLessThan ([timespan]'0:0:4')
        Assert-Frozen $before -AtMost 20
    }

    It 'stops at -ErrorAction Stop' {
        $tokens = Get-Next $Connection 60
        $before = Get-RequestCount
        $ids = @($tokens[0].Id; $gone; $tokens[1..59].Id)
        $failure = $null
        try {
            $ids | Remove-ApiToken -Connection $Connection -ThrottleLimit 4 -ErrorAction Stop
        }
        catch {
            $failure = $_
        }

        $failure.FullyQualifiedErrorId | Should -BeLike 'ObjectNotFound,*'
        Assert-Frozen $before -AtMost 20
    }

    It 'goes on after an error without -ErrorAction Stop' {
        $tokens = Get-Next $Connection 5
        $failure = @(Get-Failure { $tokens[0..1].Id, $gone, $tokens[2..4].Id | ForEach-Object { $_ } | Remove-ApiToken -Connection $Connection })
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'ObjectNotFound,*'
        Get-ApiToken -Connection $Connection | Where-Object Id -In $tokens.Id | Should -BeNullOrEmpty
    }

    It 'stops when the host stops the pipeline, as Ctrl+C does' {
        $tokens = Get-Next $Connection 60
        $runspace = Open-Runspace
        $shell = [powershell]::Create($runspace)
        try {
            $before = Get-RequestCount
            $runspace.SessionStateProxy.SetVariable('tokens', $tokens)
            $running = $shell.AddScript('$tokens | Remove-ApiToken -ThrottleLimit 2').BeginInvoke()
            while ((Get-RequestCount).writes -lt $before.writes + 3) {
                Start-Sleep -Milliseconds 5
            }

            $shell.Stop()
            Assert-Frozen $before -AtMost 30
            $running.IsCompleted | Should -BeTrue
        }
        finally {
            $shell.Dispose()
            $runspace.Dispose()
        }
    }
}

Describe 'New-ApiToken' {
    It 'stops at Select-Object -First, and what came out works' {
        $before = Get-RequestCount
        $runspace = Open-Runspace
        try {
            $first = Invoke-InRunspace $runspace {
                1..60 | ForEach-Object { [pscustomobject]@{ Name = "many-$_"; Role = 'Users' } } |
                    New-ApiToken -Connection gcore -ThrottleLimit 4 | Select-Object -First 1
            }
            Assert-Frozen $before -AtMost 20
            $first | Should -HaveCount 1
            Test-Secret $first | Should -BeTrue
        }
        finally {
            $runspace.Dispose()
        }
    }
}

Describe 'Get-ApiToken' {
    It 'reads no further page after Select-Object -First' {
        $small = Start-ApiTokenSandbox -Tokens 9000 -SkipConnect
        try {
            $access = $small.Services | Where-Object Service -EQ wegnology
            Connect-ApiTokenService Wegnology -Token $access.Secret -BaseUri $access.BaseUri -Name pages | Out-Null
            $before = (Get-RequestCount $small).reads
            Get-ApiToken -Connection pages | Select-Object -First 3 | Should -HaveCount 3

            # The next page may have been on its way.
            Start-Sleep -Milliseconds 200
            $after = (Get-RequestCount $small).reads
            $after - $before | Should -BeLessOrEqual 4 -Because 'there are ten pages'
            Start-Sleep -Milliseconds 300
            (Get-RequestCount $small).reads | Should -Be $after
        }
        finally {
            $small | Stop-ApiTokenSandbox
        }
    }

    It 'stops at a throw further down' {
        { Get-ApiToken -Connection * | ForEach-Object { throw 'enough' } } | Should -Throw 'enough'

        # The next page may have been on its way.
        Start-Sleep -Milliseconds 200
        Assert-Frozen (Get-RequestCount) -AtMost 0
    }
}

Describe 'A pipeline of several cmdlets' {
    It 'stops as a whole' {
        $tokens = Get-Next devo 40
        $before = Get-RequestCount
        $tokens | Disable-ApiToken -PassThru -ThrottleLimit 2 | Remove-ApiToken -PassThru -ThrottleLimit 2 | Select-Object -First 2 | Should -HaveCount 2
        Assert-Frozen $before -AtMost 40
    }
}
