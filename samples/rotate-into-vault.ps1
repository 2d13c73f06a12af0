<#
.SYNOPSIS
    Rotates all tokens that expire soon into a vault, and retires the old tokens a day later. For nightly use.
.DESCRIPTION
    First, the script retires the old tokens of earlier runs that are due. Then it rotates tokens. Clients that read the vault
    at the time of use always get a working secret: an old token works until its grace period ends, and is retired only if its
    new token is active. Use one journal for all runs. It records when old tokens are due, and the next run resumes a run that
    was interrupted. The journal contains no secrets. Keep it as the audit record.

    With -WhatIf, the script shows what would be done and sends no write request. If an operation fails, the last record is an
    error, so that the runbook fails.
.EXAMPLE
    ./rotate-into-vault.ps1 -Vault ops -JournalPath D:\rotation.jsonl -WhatIf
.EXAMPLE
    ./rotate-into-vault.ps1 -Vault ops -JournalPath D:\rotation.jsonl -ConnectionInfo (Get-AutomationConnection devo) -Within 30d -Confirm:$false
.OUTPUTS
    One object for each token: Outcome (Rotated, Retired, NotSaved), Connection, Service, Account, Name, Id, ExpiresAt. If the vault
    refused a secret, Outcome is NotSaved, and the object also has the property Secret, a SecureString. Save it: it cannot be
    retrieved again. The object can be piped to Save-ApiTokenSecret.
#>

#Requires -Version 5.1

[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
[OutputType([pscustomobject])]
param(
    # The SecretManagement vault for the secrets.
    [Parameter(Mandatory)] [string] $Vault,

    # The journal. Use the same file for all runs.
    [Parameter(Mandatory)] [string] $JournalPath,

    # Rotates tokens that expire within this time.
    [string] $Within = '14d',

    # How long the old tokens remain valid.
    [string] $GracePeriod = '1d',

    # Connections to create first, with the fields of Connect-ApiTokenService -ConnectionInfo. By default, uses the existing connections.
    [hashtable[]] $ConnectionInfo = @(),

    # The connections whose tokens are rotated: names or wildcard patterns.
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

# Old tokens in their grace period are in the journal and are skipped.
try {
    Get-ApiToken -Connection $Connection -Status Active -ExpiringWithin $Within -ErrorVariable +failures -ErrorAction SilentlyContinue |
        Reset-ApiToken -Vault $Vault -GracePeriod $GracePeriod -JournalPath $JournalPath -ErrorVariable +failures -ErrorAction SilentlyContinue |
        ForEach-Object {
            # A token has its secret only if the vault refused it.
            if ($_.PSObject.Properties['Secret']) {
                New-Record -Outcome 'NotSaved' -Token $_ | Add-Member -NotePropertyName Secret -NotePropertyValue $_.Secret -PassThru
            }
            else {
                New-Record -Outcome 'Rotated' -Token $_
            }
        }
}
catch {
    $problems += $_
}

$problems += @($failures | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
foreach ($problem in $problems) {
    Write-Error -ErrorRecord $problem
}

if ($problems.Count -gt 0) {
    Write-Error "The rotation is incomplete. Failures: $($problems.Count)." -ErrorId RotationIncomplete
}
