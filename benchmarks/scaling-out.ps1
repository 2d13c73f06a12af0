<#
.SYNOPSIS
    Measures two ways to revoke some of many tokens with several processes: each one lists all tokens and revokes its shard, or one
    list is made once and handed out in parts over SSH (samples/revoke-by-remoting.ps1).
.DESCRIPTION
    All processes and the sandbox share this machine, so the figures show what the lists cost, and not what several machines gain.
    It needs OpenSSH's server, as tests/Pester/Remoting.Tests.ps1 does.
.EXAMPLE
    ./benchmarks/scaling-out.ps1 -Tokens 200000 -Processes 8
.OUTPUTS
    One object for each way: Way, Processes, Revoked, Reads (requests of lists and logins), ListSeconds (the longest), ListCpu (the
    processor time of all lists, without that of the sandbox), Seconds. The processor time depends less on what else the machine does.
#>

#Requires -Version 7.4

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Used in functions.')]
[CmdletBinding()]
[OutputType([pscustomobject])]
param(
    # The tokens of the account.
    [int] $Tokens = 200000,

    # The tokens to revoke: a regular expression for their names, which the service cannot evaluate, so that all tokens are listed.
    [string] $Pattern = '^token-00[01]',

    # The processes that revoke.
    [int] $Processes = 8,

    # The latency of the sandbox, in milliseconds.
    [int] $Latency = 25
)

$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'
$TestDrive = Join-Path ([System.IO.Path]::GetTempPath()) "scaling-out-$PID"
$null = New-Item -ItemType Directory -Path $TestDrive
. "$PSScriptRoot/../tests/Pester/Common.ps1"
. "$PSScriptRoot/../tests/Pester/Ssh.ps1"

function Measure-Way {
    <# Measures a way with a newly filled sandbox. #>
    param([string] $Way, [scriptblock] $Script)

    $sandbox = Start-ApiTokenSandbox -Tokens $Tokens -Latency $Latency
    try {
        $before = Get-RequestCount $sandbox
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $lists = @(& $Script ($sandbox.Services | Where-Object Service -EQ Wegnology))
        $seconds = $watch.Elapsed.TotalSeconds
        $after = Get-RequestCount $sandbox
        [pscustomobject]@{
            Way         = $Way
            Processes   = $Processes
            Revoked     = $after.writes - $before.writes
            Reads       = $after.reads - $before.reads
            ListSeconds = [Math]::Round(($lists.Seconds | Measure-Object -Maximum).Maximum, 1)
            ListCpu     = [Math]::Round(($lists.Cpu | Measure-Object -Sum).Sum, 1)
            Seconds     = [Math]::Round($seconds, 1)
        }
    }
    finally {
        Stop-ApiTokenSandbox $sandbox
    }
}

$server = $null
try {
    Measure-Way 'each process lists all tokens' {
        param($service)

        $env:SCALING_SECRET = Get-PlainText $service.Secret
        $program, [string[]] $arguments = Get-PowerShellCommand
        $started = foreach ($shard in 1..$Processes) {
            $file = "$TestDrive/shard-$shard.ps1"
            Set-Content -LiteralPath $file -Value @"
Import-Module '$moduleFolder'
`$secret = [System.Net.NetworkCredential]::new('', `$env:SCALING_SECRET).SecurePassword
`$null = Connect-ApiTokenService Wegnology -Token `$secret -BaseUri '$($service.BaseUri)' -WarningAction Ignore
`$watch = [System.Diagnostics.Stopwatch]::StartNew()
`$cpu = (Get-Process -Id `$PID).CPU
`$tokens = @(Get-ApiToken -Shard $shard/$Processes | Where-Object Name -Match '$Pattern')
"{0} {1}" -f `$watch.Elapsed.TotalSeconds, ((Get-Process -Id `$PID).CPU - `$cpu)
`$tokens | Remove-ApiToken -JournalPath '$TestDrive/shard-$shard.jsonl' -Confirm:`$false
"@
            Start-Process $program -ArgumentList @($arguments; '-NoProfile'; '-NonInteractive'; '-File'; $file).Where({ $_ }) -RedirectStandardOutput "$file.out" -PassThru
        }
        $started | Wait-Process
        Remove-Item env:SCALING_SECRET
        foreach ($line in Get-Content "$TestDrive/*.out") {
            $elapsed, $cpu = [double[]] $line.Split(' ')
            @{ Seconds = $elapsed; Cpu = $cpu }
        }
    }

    $addresses = 1..$Processes | ForEach-Object { "127.0.0.$_" }
    $server = Start-SshServer -Folder "$TestDrive/ssh" -Address $addresses
    Measure-Way 'one list, handed out in parts' {
        param($service)

        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $cpu = (Get-Process -Id $PID).CPU
        $list = @(Get-ApiToken -Connection wegnology | Where-Object Name -Match $Pattern)
        @{ Seconds = $watch.Elapsed.TotalSeconds; Cpu = (Get-Process -Id $PID).CPU - $cpu }
        $client = $server.Client
        $info = @{ Service = 'Wegnology'; BaseUri = "$($service.BaseUri)"; Token = $service.Secret }
        $account = $list | & "$PSScriptRoot/../samples/revoke-by-remoting.ps1" -HostName $addresses @client -ConnectionInfo $info -JournalPath "$TestDrive/run" -ModulePath $moduleFolder
        if ($account.Revoked -ne $list.Count) {
            throw "Not all tokens were revoked: $account"
        }
    }
}
finally {
    Stop-SshServer $server
    Remove-Item -LiteralPath $TestDrive -Recurse -Force
}
