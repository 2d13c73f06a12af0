#Requires -Version 5.1
<#
.SYNOPSIS
    Ends the tokens of someone who leaves, on all connections, and reports what was done.
.DESCRIPTION
    A token outlives the account of its user: closing the account at the identity provider ends none of them. This finds
    the tokens that act for the leaver and removes or disables them. Tokens that the leaver issued for others are listed
    as IssuedByLeaver and left, as something may depend on them; reset them, or end them too with -IncludeIssued.

    -WhatIf shows every token that it would end, and sends no write request. With -JournalPath, a run that was killed goes
    on where it stopped. If anything failed, the last record is an error, so that a runbook counts as failed.
.EXAMPLE
    ./offboard-user.ps1 -User leaver@example.com, leaver -WhatIf
.EXAMPLE
    ./offboard-user.ps1 -User leaver@example.com, leaver -JournalPath offboard-leaver.jsonl -Confirm:$false | Export-Csv offboard-leaver.csv
.OUTPUTS
    One object for each token: Outcome (Removed, Disabled, Failed, WhatIf, IssuedByLeaver), Connection, Service, Account,
    Name, Id, Owner, Issuer, Status, Detail.
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
[OutputType([pscustomobject])]
param(
    # The leaver, under every name that the services know: an address, a user's id.
    [Parameter(Mandatory)] [ValidateNotNullOrEmpty()] [string[]] $User,

    # Remove, or Disable, which can be taken back. Where a service cannot disable, such a token is reported as Failed and left.
    [ValidateSet('Remove', 'Disable')] [string] $Action = 'Remove',

    # Also ends the tokens that the leaver issued for others.
    [switch] $IncludeIssued,

    # Connections to make first: the fields of Connect-ApiTokenService -ConnectionInfo. Without any, those that there are.
    [hashtable[]] $ConnectionInfo = @(),

    # The connections to look at, by name or wildcard pattern.
    [string[]] $Connection = '*',

    # The journal of what was done.
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

# A token of WEGnology acts for the account that it belongs to; the person is who created it.
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

    # A credential that is refused ends the pipeline: what was done until then counts, the rest was not done.
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
            New-Record $token -Outcome 'WhatIf' -Detail "${Action} would be done."
        }
        elseif ($ended) {
            New-Record $token -Outcome 'Failed' -Detail "Not known to be done: $($ended.Exception.Message)"
        }
        else {
            New-Record $token -Outcome "${Action}d" -Detail 'An earlier run with this journal did it.'
        }
    }

    $problems += @($failures) + @($ended | Where-Object { $_ })
}

foreach ($token in $issued) {
    New-Record $token -Outcome 'IssuedByLeaver' -Detail 'Reset it, or end it with -IncludeIssued: the leaver may know its secret.'
}

foreach ($problem in $problems) {
    Write-Error -ErrorRecord $problem
}

if ($problems.Count -gt 0) {
    Write-Error "The offboarding of $($User -join ', ') is not complete: $($problems.Count) failures." -ErrorId OffboardingIncomplete
}
