#Requires -Version 5.1
<#
.SYNOPSIS
    The nightly rotation: new secrets into a vault for all tokens that expire soon, the old ones retired a day later.
.DESCRIPTION
    First it retires what earlier nights have left to fall due; then it rotates. Whoever reads the vault at the time of use
    never meets a dead secret: the old token works until its grace period is over, and no token is retired while nothing
    works in its place. One journal serves all nights: it knows what falls due, and a night that was cut off is taken up by
    the next one. It has no secrets; keep it, it is the record of what was done.

    -WhatIf shows what would be done, and sends no write request. If anything failed, the last record is an error, so that
    a runbook counts as failed.
.EXAMPLE
    ./rotate-into-vault.ps1 -Vault ops -JournalPath D:\rotation.jsonl -WhatIf
.EXAMPLE
    ./rotate-into-vault.ps1 -Vault ops -JournalPath D:\rotation.jsonl -ConnectionInfo (Get-AutomationConnection devo) -Within 30d -Confirm:$false
.OUTPUTS
    One object for each token: Outcome (Rotated, Retired), Connection, Service, Account, Name, Id, ExpiresAt.
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
[OutputType([pscustomobject])]
param(
    # The vault of SecretManagement that takes the secrets.
    [Parameter(Mandatory)] [string] $Vault,

    # The journal, the same each night.
    [Parameter(Mandatory)] [string] $JournalPath,

    # Tokens that expire within this time are rotated.
    [string] $Within = '14d',

    # How long the old secret goes on working.
    [string] $GracePeriod = '1d',

    # Connections to make first: the fields of Connect-ApiTokenService -ConnectionInfo. Without any, those that there are.
    [hashtable[]] $ConnectionInfo = @(),

    # The connections whose tokens are rotated, by name or wildcard pattern.
    [string[]] $Connection = '*',

    # The folder of the module.
    [string] $ModulePath = 'ApiTokens'
)

Set-StrictMode -Version Latest
if (-not (Get-Module -Name ApiTokens)) {
    Import-Module $ModulePath -ErrorAction Stop
}

$problems = @()
foreach ($info in $ConnectionInfo) {
    try {
        $null = Connect-ApiTokenService -ConnectionInfo $info -WarningAction SilentlyContinue -ErrorAction Stop
    }
    catch {
        $problems += $_
    }
}

function New-Record {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It changes nothing.')]
    param([string] $Outcome, $Token)

    $record = [ordered]@{ Outcome = $Outcome }
    foreach ($property in 'Connection', 'Service', 'Account', 'Name', 'Id', 'ExpiresAt') {
        $record[$property] = $Token.$property
    }

    [pscustomobject] $record
}

$failures = @()
if (Test-Path -LiteralPath $JournalPath) {
    try {
        Remove-ApiToken -Due -JournalPath $JournalPath -PassThru -ErrorVariable +failures -ErrorAction SilentlyContinue |
            ForEach-Object { New-Record -Outcome 'Retired' -Token $_ }
    }
    catch {
        $problems += $_
    }
}

# Old tokens that are still waiting are in the journal, and left out.
try {
    Get-ApiToken -Connection $Connection -Status Active -ExpiringWithin $Within -ErrorVariable +failures -ErrorAction SilentlyContinue |
        Reset-ApiToken -Vault $Vault -GracePeriod $GracePeriod -JournalPath $JournalPath -ErrorVariable +failures -ErrorAction SilentlyContinue |
        ForEach-Object { New-Record -Outcome 'Rotated' -Token $_ }
}
catch {
    $problems += $_
}

$problems += @($failures | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
foreach ($problem in $problems) {
    Write-Error -ErrorRecord $problem
}

if ($problems.Count -gt 0) {
    Write-Error "The rotation is not complete: $($problems.Count) failures." -ErrorId RotationIncomplete
}
