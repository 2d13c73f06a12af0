<#
.SYNOPSIS
    Removes or disables the tokens of a user who leaves, on all connections, and reports the results.
.DESCRIPTION
    Tokens remain valid after the account of their user is closed at the identity provider. This script finds the tokens that
    act for the leaver, and removes or disables them. Tokens that the leaver issued for others are reported as IssuedByLeaver
    and not changed, because other users may depend on them. Reset these tokens, or include them with -IncludeIssued.

    With -WhatIf, the script shows each affected token and sends no write request. To resume a run that was killed, run it again
    with the same -JournalPath. If an operation fails, the last record is an error, so that the runbook fails.
.EXAMPLE
    ./offboard-user.ps1 -User leaver@example.com, leaver -WhatIf
.EXAMPLE
    ./offboard-user.ps1 -User leaver@example.com, leaver -JournalPath offboard-leaver.jsonl -Confirm:$false | Export-Csv offboard-leaver.csv
.OUTPUTS
    One object for each token: Outcome (Removed, Disabled, Failed, WhatIf, IssuedByLeaver), Connection, Service, Account,
    Name, Id, Owner, Issuer, Status, Detail.
#>

#Requires -Version 5.1

[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
[OutputType([pscustomobject])]
param(
    # The leaver, with all names that the services use: an email address, a user id.
    [Parameter(Mandatory)] [ValidateNotNullOrEmpty()] [string[]] $User,

    # Remove, or Disable, which can be reversed. If a service cannot disable tokens, its tokens are reported as Failed.
    [ValidateSet('Remove', 'Disable')] [string] $Action = 'Remove',

    # Also removes or disables the tokens that the leaver issued for others.
    [switch] $IncludeIssued,

    # Connections to create first, with the fields of Connect-ApiTokenService -ConnectionInfo. By default, uses the existing connections.
    [hashtable[]] $ConnectionInfo = @(),

    # The connections to check: names or wildcard patterns.
    [string[]] $Connection = '*',

    # The journal of the run.
    [string] $JournalPath,

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
    param($Token, [string] $Outcome, [string] $Detail = '')

    [pscustomobject]@{
        Outcome    = $Outcome
        Connection = $Token.Connection
        Service    = $Token.Service
        Account    = $Token.Account
        Name       = $Token.Name
        Id         = $Token.Id
        Owner      = $Token.Owner
        Issuer     = $Token.Issuer
        Status     = $Token.Status
        Detail     = $Detail
    }
}

$failures = @()
$tokens = @()
try {
    $tokens = @(Get-ApiToken -Connection $Connection -ErrorVariable failures -ErrorAction SilentlyContinue)
}
catch {
    $problems += $_
}

$problems += @($failures | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })

# A WEGnology token acts for its account. The user is the creator of the token.
$own = @($tokens | Where-Object { $(if ($_.Service -eq 'Wegnology') { $_.Issuer } else { $_.Owner }) -in $User })
$issued = @($tokens | Where-Object { $_.Issuer -in $User -and $_ -notin $own })
if ($IncludeIssued) {
    $own += $issued
    $issued = @()
}

if ($Action -eq 'Disable') {
    $own = @($own | Where-Object Status -EQ 'Active')
}

$count = "$($own.Count) tokens of $($User -join ', ')"
if ($own.Count -gt 0 -and ($WhatIfPreference -or $PSCmdlet.ShouldProcess($count, $Action))) {
    $parameters = @{ PassThru = $true; Confirm = $false; ErrorAction = 'SilentlyContinue'; ErrorVariable = 'failures' }
    if ($JournalPath) {
        $parameters['JournalPath'] = $JournalPath
    }

    # A rejected credential ends the pipeline. Tokens that were done before are in the results; the others were not changed.
    $failures = @()
    $done = [System.Collections.Generic.List[object]]::new()
    $ended = $null
    try {
        if ($Action -eq 'Remove') {
            $own | Remove-ApiToken @parameters | ForEach-Object { $done.Add($_) }
        }
        else {
            $own | Disable-ApiToken @parameters | ForEach-Object { $done.Add($_) }
        }
    }
    catch {
        $ended = $_
    }

    $failures = @($failures | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
    foreach ($token in $own) {
        $failure = $failures | Where-Object { $_.TargetObject -eq $token } | Select-Object -First 1
        if ($failure) {
            New-Record $token -Outcome 'Failed' -Detail $failure.Exception.Message
        }
        elseif ($done | Where-Object { $_.Connection -eq $token.Connection -and $_.Id -eq $token.Id }) {
            New-Record $token -Outcome "${Action}d"
        }
        elseif ($WhatIfPreference) {
            New-Record $token -Outcome 'WhatIf' -Detail "Would be $($Action.ToLowerInvariant())d."
        }
        elseif ($ended) {
            New-Record $token -Outcome 'Failed' -Detail "The outcome is unknown: $($ended.Exception.Message)"
        }
        else {
            New-Record $token -Outcome "${Action}d" -Detail 'Done in an earlier run with this journal.'
        }
    }

    $problems += @($failures) + @($ended | Where-Object { $_ })
}

if ($own.Count -eq 0 -and @($issued).Count -eq 0 -and $problems.Count -eq 0) {
    Write-Warning "No token of $($User -join ', ') was found. Check the user."
}

foreach ($token in $issued) {
    New-Record $token -Outcome 'IssuedByLeaver' -Detail 'The leaver may know its secret. Reset it, or include it with -IncludeIssued.'
}

foreach ($problem in $problems) {
    Write-Error -ErrorRecord $problem
}

if ($problems.Count -gt 0) {
    Write-Error "The offboarding of $($User -join ', ') is incomplete. Failures: $($problems.Count)." -ErrorId OffboardingIncomplete
}
