<#
.SYNOPSIS
    Demonstrates a revocation by several processes: each process revokes its part of the sandbox's tokens, and the journals
    contain each token exactly once.
.EXAMPLE
    ./revoke-in-shards.ps1 -Tokens 4000 -Shards 8
#>
[CmdletBinding()]
param(
    [string] $ModulePath = "$PSScriptRoot/../out/ApiTokens",
    [int] $Tokens = 4000,
    [int] $Shards = 8,
    [int] $Latency = 25,
    [string] $JournalFolder = (Join-Path ([System.IO.Path]::GetTempPath()) "shards-$PID")
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module $ModulePath
$null = New-Item -ItemType Directory -Path $JournalFolder -Force
$sandbox = Start-ApiTokenSandbox -Tokens $Tokens -Latency $Latency
try {
    $expected = @(Get-ApiToken -Connection wegnology -Name 'token-*').Id
    $service = $sandbox.Services | Where-Object Service -EQ 'wegnology'

    # Each process gets the credential from an environment variable, as a CI or cluster job does.
    $env:SHARD_SECRET = [System.Net.NetworkCredential]::new('', $service.Secret).Password
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $info = "@{ Service = 'Wegnology'; BaseUri = '$($service.BaseUri)'; Token = `$env:SHARD_SECRET }"

    # If PowerShell is a .NET tool, dotnet runs it.
    $program = [Environment]::ProcessPath
    $arguments = @(if ((Split-Path $program -LeafBase) -eq 'dotnet') { "`"$PSHOME/pwsh.dll`"" }) + '-NoProfile', '-NonInteractive', '-Command'
    $processes = foreach ($shard in 1..$Shards) {
        $command = "& '$PSScriptRoot/revoke-shard.ps1' -ModulePath '$ModulePath' -Name 'token-*' -Shard '$shard/$Shards' -JournalPath '$JournalFolder/shard-$shard.jsonl' -ConnectionInfo $info"
        Start-Process $program -ArgumentList ($arguments + "`"$command`"") -PassThru
    }
    $processes | Wait-Process
    $seconds = $watch.Elapsed.TotalSeconds
    Remove-Item Env:SHARD_SECRET

    $done = @(Get-ChildItem $JournalFolder -Filter *.jsonl | Get-Content | ConvertFrom-Json | Where-Object { $_.event -eq 'end' -and $_.outcome -eq 'done' })
    $left = @(Get-ApiToken -Connection wegnology -Name 'token-*').Count
    [pscustomobject]@{
        Tokens    = $expected.Count
        Processes = $Shards
        Seconds   = [Math]::Round($seconds, 1)
        Journaled = $done.Count
        Distinct  = @($done.id | Sort-Object -Unique).Count
        Expected  = @(Compare-Object $expected $done.id).Count -eq 0
        Left      = $left
    }
}
finally {
    Stop-ApiTokenSandbox $sandbox
    Remove-Item -LiteralPath $JournalFolder -Recurse -Force
}
