#Requires -Version 5.1
<#
.SYNOPSIS
    The response to leaked secrets: finds the tokens that they belong to, revokes them, and says what could not be attributed.
.DESCRIPTION
    Give it a secret scanner's findings or a list of texts. No output, journal or error of it has any of the texts: each is
    named by its file and line.

    By default nothing is sent to a service but requests for tokens; with -Probe, each secret is also sent to the services
    whose form it has, to prove whose it is. -WhatIf shows what would be revoked, and sends no write request. The secret that a
    connection itself is using is found and not revoked: connect with another credential first.
.EXAMPLE
    ./leak-response.ps1 -Path gitleaks.json -Probe -WhatIf
.EXAMPLE
    ./leak-response.ps1 -Path gitleaks.json -Probe -JournalPath leak.jsonl -Confirm:$false | Export-Csv leak.csv -NoTypeInformation
.OUTPUTS
    One object for each secret or token: Outcome (Revoked, AlreadyGone, Failed, WhatIf, NotAttributed), Source, MatchedBy,
    Connection, Service, Account, Name, Id, Owner, Detail.
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'Path')]
[OutputType([pscustomobject])]
param(
    # Files of leaked texts, or of a scanner's findings.
    [Parameter(Mandatory, ParameterSetName = 'Path')] [string[]] $Path,

    # The secrets themselves.
    [Parameter(Mandatory, ParameterSetName = 'Secret')] [securestring[]] $Secret,

    # Also asks the services whose form a secret has whether it works, which sends it to them.
    [switch] $Probe,

    # Connections to make first: the fields of Connect-ApiTokenService -ConnectionInfo. Without any, those that there are.
    [hashtable[]] $ConnectionInfo = @(),

    # The connections to look at, by name or wildcard pattern.
    [string[]] $Connection = '*',

    # The journal of what was revoked.
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
    param([string] $Outcome, [string] $Source, $Token, [string] $Detail = '')

    $record = [ordered]@{ Outcome = $Outcome; Source = $Source }
    foreach ($property in 'MatchedBy', 'Connection', 'Service', 'Account', 'Name', 'Id', 'Owner') {
        $record[$property] = if ($Token) { $Token.$property }
    }

    $record['Detail'] = $Detail
    [pscustomobject] $record
}

$where = if ($PSCmdlet.ParameterSetName -eq 'Path') { @{ Path = $Path } } else { @{ Secret = $Secret } }
$failures = @()
$found = @()
try {
    $found = @(Find-ApiToken @where -Connection $Connection -Probe:$Probe -ErrorVariable failures -ErrorAction SilentlyContinue)
}
catch {
    $problems += $_
}

$failures = @($failures | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
$unattributed = @($failures | Where-Object { $_.FullyQualifiedErrorId -match '^(SecretNotAttributed|OwnCredentialLeaked),' })
$problems += @($failures | Where-Object { $_ -notin $unattributed })

if ($found.Count -gt 0 -and ($WhatIfPreference -or $PSCmdlet.ShouldProcess("$($found.Count) tokens whose secrets leaked", 'Revoke'))) {
    $parameters = @{ PassThru = $true; Confirm = $false; ErrorAction = 'SilentlyContinue'; ErrorVariable = 'failures' }
    if ($JournalPath) {
        $parameters['JournalPath'] = $JournalPath
    }

    # A credential that is refused ends the pipeline: what was done until then counts, the rest was not done.
    $failures = @()
    $done = [System.Collections.Generic.List[object]]::new()
    $ended = $null
    try {
        $found | Remove-ApiToken @parameters | ForEach-Object { $done.Add($_) }
    }
    catch {
        $ended = $_
    }

    $failures = @($failures | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
    foreach ($token in $found) {
        $failure = $failures | Where-Object { $_.TargetObject -eq $token } | Select-Object -First 1
        if ($failure) {
            New-Record -Outcome 'Failed' -Source $token.Source -Token $token -Detail $failure.Exception.Message
        }
        elseif ($token.Status -eq 'Revoked') {
            New-Record -Outcome 'AlreadyGone' -Source $token.Source -Token $token
        }
        elseif ($done | Where-Object { $_.Connection -eq $token.Connection -and $_.Id -eq $token.Id }) {
            New-Record -Outcome 'Revoked' -Source $token.Source -Token $token
        }
        elseif ($WhatIfPreference) {
            New-Record -Outcome 'WhatIf' -Source $token.Source -Token $token -Detail 'It would be revoked.'
        }
        elseif ($ended) {
            New-Record -Outcome 'Failed' -Source $token.Source -Token $token -Detail "Not known to be done: $($ended.Exception.Message)"
        }
        else {
            New-Record -Outcome 'Revoked' -Source $token.Source -Token $token -Detail 'An earlier run with this journal did it.'
        }
    }

    $problems += @($failures) + @($ended | Where-Object { $_ })
}

foreach ($unknown in $unattributed) {
    New-Record 'NotAttributed' $unknown.TargetObject -Detail $unknown.Exception.Message
}

foreach ($problem in $problems) {
    Write-Error -ErrorRecord $problem
}

if ($problems.Count -gt 0 -or $unattributed.Count -gt 0) {
    Write-Error "The response to the leak is not complete: $($problems.Count) failures, $($unattributed.Count) secrets that belong to no token that was found." -ErrorId LeakResponseIncomplete
}
