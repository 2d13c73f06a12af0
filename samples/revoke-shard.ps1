<#
.SYNOPSIS
    Revokes one machine's part of the tokens that fit a name, with a journal.
.DESCRIPTION
    The same script runs on each machine with its own number: a hybrid worker, a CI matrix cell, an indexed Kubernetes job.
    Run again with the same journal, it goes on where it stopped.
.EXAMPLE
    ./revoke-shard.ps1 -ConnectionInfo (Get-AutomationConnection wegnology) -Name 'ci-*' -Shard 3/8 -JournalPath shard-3.jsonl
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # Where and as whom: the fields of Connect-ApiTokenService -ConnectionInfo.
    [Parameter(Mandatory)] [hashtable] $ConnectionInfo,

    # The names of the tokens, as a wildcard pattern.
    [Parameter(Mandatory)] [string] $Name,

    # This machine's part, such as 3/8.
    [Parameter(Mandatory)] [string] $Shard,

    # This machine's journal.
    [Parameter(Mandatory)] [string] $JournalPath,

    # This machine's share of what the service allows.
    [double] $RequestsPerSecond = 100000,

    # The folder of the module.
    [string] $ModulePath = 'ApiTokens'
)

$ErrorActionPreference = 'Stop'
Import-Module $ModulePath
$connection = Connect-ApiTokenService -ConnectionInfo $ConnectionInfo -RequestsPerSecond $RequestsPerSecond
Get-ApiToken -Connection $connection -Name $Name -Shard $Shard |
    Remove-ApiToken -JournalPath $JournalPath -Confirm:$false -InformationAction Continue
