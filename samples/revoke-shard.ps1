<#
.SYNOPSIS
    Revokes one machine's part of the tokens that match a name, with a journal.
.DESCRIPTION
    Run the same script on each machine with a different shard number: hybrid workers, cells of a CI matrix, an indexed
    Kubernetes job. To resume a run, run it again with the same journal.
.EXAMPLE
    ./revoke-shard.ps1 -ConnectionInfo (Get-AutomationConnection wegnology) -Name 'ci-*' -Shard 3/8 -JournalPath shard-3.jsonl
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The connection, with the fields of Connect-ApiTokenService -ConnectionInfo.
    [Parameter(Mandatory)] [hashtable] $ConnectionInfo,

    # A wildcard pattern for the names of the tokens.
    [Parameter(Mandatory)] [string] $Name,

    # This machine's part, such as 3/8.
    [Parameter(Mandatory)] [string] $Shard,

    # This machine's journal.
    [Parameter(Mandatory)] [string] $JournalPath,

    # This machine's share of the rate limit of the service.
    [double] $RequestsPerSecond = 100000,

    # The folder of the module.
    [string] $ModulePath = 'ApiTokens'
)

$ErrorActionPreference = 'Stop'
Import-Module $ModulePath
$connection = Connect-ApiTokenService -ConnectionInfo $ConnectionInfo -RequestsPerSecond $RequestsPerSecond
Get-ApiToken -Connection $connection -Name $Name -Shard $Shard |
    Remove-ApiToken -JournalPath $JournalPath -Confirm:$false -InformationAction Continue
