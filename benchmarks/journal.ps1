<#
.SYNOPSIS
   The part of bench.ps1 about the price of a journal: functions that it calls.
#>

# Issues or removes tokens in a newly filled sandbox, with or without a journal on this machine's disk.
function Measure-Journaled {
    param([string] $Operation, [bool] $UseJournal, [int] $LatencyMs)

    $journal = Join-Path ([System.IO.Path]::GetTempPath()) "$([guid]::NewGuid().ToString('n')).jsonl"
    $with = if ($UseJournal) { @{ JournalPath = $journal } } else { @{} }
    $sandbox = Start-ApiTokenSandbox -Tokens $(if ($Operation -eq 'Remove') { $Count } else { 0 }) -Latency $LatencyMs
    try {
        $tokens = if ($Operation -eq 'Remove') { Get-ApiToken -Connection wegnology -Name 'token-*' }
        else { 1..$Count | ForEach-Object { [pscustomobject]@{ Name = "issued-$_" } } }
        [GC]::Collect()
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        if ($Operation -eq 'Remove') { $tokens | Remove-ApiToken -ThrottleLimit $Throttle @with }
        else { $tokens | New-ApiToken -Connection wegnology -Scope ReadOnly -ExpiresIn 1d -ThrottleLimit $Throttle @with > $null }
        $seconds = $watch.Elapsed.TotalSeconds
        if ($UseJournal) {
            $ended = @([System.IO.File]::ReadLines($journal) -match '"event":"end"').Count
            if ($ended -ne $Count) { throw "The journal has $ended of $Count operations." }
        }
        $seconds
    }
    finally {
        Stop-ApiTokenSandbox $sandbox
        Remove-Item -LiteralPath $journal -ErrorAction Ignore
    }
}

function Write-JournalSection {
    param([int] $LatencyMs)

    Write-Line "## The price of a journal: $Count tokens at $LatencyMs ms server latency, throttle $Throttle"
    Write-Line
    Write-Line 'The journal is a file in the folder for temporary files. A removal needs no flush to the disk; a new token needs three.'
    Write-Line
    Write-Line '| operation | without a journal | with a journal | ratio |'
    Write-Line '|---|---|---|---|'
    foreach ($operation in 'Remove', 'New') {
        $times = @{ $false = [System.Collections.Generic.List[double]]::new(); $true = [System.Collections.Generic.List[double]]::new() }
        # The first round is not counted.
        foreach ($round in 0..$Repetitions) {
            foreach ($useJournal in $false, $true) {
                $seconds = Measure-Journaled -Operation $operation -UseJournal $useJournal -LatencyMs $LatencyMs
                if ($round -gt 0) { $times[$useJournal].Add($seconds) }
            }
        }
        $without, $with = (Get-Median $times[$false]), (Get-Median $times[$true])
        Write-Line "| $operation | $(Format-Number $without) s | $(Format-Number $with) s | $(Format-Number ($with / $without)) |"
    }
}
