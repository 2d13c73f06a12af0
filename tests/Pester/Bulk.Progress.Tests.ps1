# What a bulk cmdlet tells while it works, and at the end; and how much it does at once.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox -Tokens 400 -Latency 100
    $script:unused = @(Get-ApiToken -Connection wegnology -Name 'token-*' -Status Active)
    $script:gone = 'ffffffffffffffffffffffff'

    function Get-Unused {
        <# Active tokens that no other test has taken. #>
        param([Parameter(Mandatory)] [int] $Count)

        $taken, $left = $unused.Where({ $true }, 'Split', $Count)
        $script:unused = @($left)
        $taken
    }

    function Get-Progress {
        <# The progress records of a script that gets tokens. #>
        param([Parameter(Mandatory)] [object[]] $Token, [Parameter(Mandatory)] [string] $Script)

        $runspace = Open-Runspace
        $shell = [powershell]::Create($runspace)
        try {
            $runspace.SessionStateProxy.SetVariable('tokens', $Token)
            $null = $shell.AddScript($Script).Invoke()
            $shell.Streams.Progress | Where-Object Activity -Like '*API token*'
        }
        finally {
            $shell.Dispose()
            $runspace.Dispose()
        }
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'Progress' {
    AfterEach {
        Clear-Fault
    }

    It 'is told of many: how many, how fast, how many failed, and that it is over' {
        $tokens = Get-Unused 40
        $ids = @($gone; $tokens.Id)
        $records = @(Get-Progress $ids '$tokens | Remove-ApiToken -Connection wegnology -ThrottleLimit 4')
        $records.Count | Should -BeGreaterThan 2
        $records.Activity | Sort-Object -Unique | Should -BeExactly 'Remove API tokens'
        $records[-1].RecordType | Should -Be 'Completed'
        $records[-1].StatusDescription | Should -BeLike '41 of 41, *'
        @($records | Where-Object RecordType -EQ 'Completed') | Should -HaveCount 1
        foreach ($record in $records) {
            $record.StatusDescription | Should -Match '^\d+( of 41)?, \d+ a second, [01] failed$'
            $record.PercentComplete | Should -BeIn (-1..100)
        }

        # The count is known once all input has come.
        $known = @($records | Where-Object PercentComplete -GE 0)
        $known.Count | Should -BeGreaterThan 0
        $known.StatusDescription | Should -BeLike '* of 41, *'
        $known.PercentComplete | Should -Be ($known.PercentComplete | Sort-Object)
        $known.SecondsRemaining | ForEach-Object { $_ | Should -BeIn (0..600) }
    }

    It 'is not told of a single token' {
        Add-Fault @{ kind = 'delay'; delayMs = 1200; service = 'wegnology'; method = 'DELETE' }
        Get-Progress @(Get-Unused 1) '$tokens | Remove-ApiToken' | Should -BeNullOrEmpty
        (Get-Fault).fired | Should -Be 1
    }

    It 'is not told where $ProgressPreference is silent' {
        $tokens = Get-Unused 20
        Get-Progress $tokens '$ProgressPreference = "SilentlyContinue"; $tokens | Remove-ApiToken -ThrottleLimit 4' | Should -BeNullOrEmpty
        Get-ApiToken -Connection wegnology | Where-Object Id -In $tokens.Id | Should -BeNullOrEmpty
    }
}

Describe 'The summary' {
    AfterEach {
        Clear-Fault
    }

    It 'counts what was done, failed, skipped and sent again, and tells the time' {
        $path = Join-Path $TestDrive 'summary.jsonl'
        $tokens = Get-Unused 12
        $tokens[0..2] | Disable-ApiToken -JournalPath $path
        Add-Fault @{ kind = 'status'; status = 500; path = "*/$($tokens[5].Id)"; count = 2 }
        Add-Fault @{ kind = 'status'; status = 403; path = "*/$($tokens[6].Id)" }
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        @($tokens.Id; $gone) | Disable-ApiToken -Connection wegnology -JournalPath $path -InformationVariable information -ErrorAction SilentlyContinue
        $clock.Stop()
        $records = @($information | Where-Object { $_.Tags -contains 'Summary' })
        $records | Should -HaveCount 1
        $records[0].Tags | Should -Contain 'ApiTokens'
        $summary = $records[0].MessageData
        $summary.Done | Should -Be 8
        $summary.Failed | Should -Be 2
        $summary.Skipped | Should -Be 3
        $summary.Retried | Should -Be 2
        $summary.Ended | Should -Be 13
        $summary.Elapsed | Should -BeGreaterThan ([timespan]'0:0:0.1')
        $summary.Elapsed | Should -BeLessOrEqual $clock.Elapsed
        "$($records[0])" | Should -Match '^8 done, 2 failed, 3 skipped, 2 requests retried, \d+\.\d s$'
    }

    It 'is not told where nothing was to be done' {
        @() | Remove-ApiToken -InformationVariable information
        $tokens = Get-Unused 2
        Invoke-InRunspace ($runspace = Open-Runspace) -Variable @{ tokens = $tokens } { $tokens | Remove-ApiToken -WhatIf -InformationVariable information; $information } | Should -BeNullOrEmpty
        $runspace.Dispose()
        $information | Where-Object { $_.Tags -contains 'Summary' } | Should -BeNullOrEmpty
    }

    It 'is told by <Command> too' -ForEach @(
        @{ Command = 'Enable-ApiToken'; With = @{} }
        @{ Command = 'Rename-ApiToken'; With = @{ NewName = 'another' } }
        @{ Command = 'Reset-ApiToken'; With = @{} }
    ) {
        $null = Get-Unused 2 | & $Command @With -InformationVariable information
        (Get-Summary $information).Done | Should -Be 2
    }
}

Describe '-ThrottleLimit' {
    AfterEach {
        Clear-Fault
    }

    It 'is how many requests are under way at once: 40 tokens, 4 at a time, of 0.1 seconds each' {
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        Get-Unused 40 | Disable-ApiToken -ThrottleLimit 4
        $clock.Elapsed | Should -BeGreaterOrEqual ([timespan]'0:0:0.9')
    }

    It 'can be 1: one after the other' {
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        Get-Unused 8 | Remove-ApiToken -ThrottleLimit 1
        $clock.Elapsed | Should -BeGreaterOrEqual ([timespan]'0:0:0.75')
    }

    It 'is 1 to 256' {
        { Get-Unused 1 | Remove-ApiToken -ThrottleLimit 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Get-Unused 1 | Remove-ApiToken -ThrottleLimit 257 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }
}
