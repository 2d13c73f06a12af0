<#
.SYNOPSIS
    Responds to leaked secrets: finds their tokens, revokes them, and reports secrets without a match.
.DESCRIPTION
    The input is the findings of a secret scanner, or a list of values. Output, journals and errors never contain these
    values; they specify the file and the line instead.

    By default, the script sends only requests for tokens. With -Probe, it also sends each secret to the services whose format
    it matches, to verify which token it belongs to. With -WhatIf, it shows what would be revoked and sends no write request.
    The secret that a connection itself uses is found but not revoked: connect with another credential first.
.EXAMPLE
    ./leak-response.ps1 -Path gitleaks.json -Probe -WhatIf
.EXAMPLE
    ./leak-response.ps1 -Path gitleaks.json -Probe -JournalPath leak.jsonl -Confirm:$false | Export-Csv leak.csv -NoTypeInformation
.OUTPUTS
    One object for each secret or token: Outcome (Revoked, AlreadyGone, Failed, WhatIf, NotAttributed), Source, MatchedBy,
    Connection, Service, Account, Name, Id, Owner, Detail.
#>

#Requires -Version 5.1

[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'Path')]
[OutputType([pscustomobject])]
param(
    # Files with leaked values, or with the findings of a scanner.
    [Parameter(Mandatory, ParameterSetName = 'Path')] [string[]] $Path,

    # The leaked secrets.
    [Parameter(Mandatory, ParameterSetName = 'Secret')] [securestring[]] $Secret,

    # Also asks the services whose format a secret matches whether they accept it. This sends the secret to them.
    [switch] $Probe,

    # Also revokes tokens that a secret only suggests, for example because it contains their id. Anybody can write such a value.
    [switch] $AllowUnproven,

    # Connections to create first, with the fields of Connect-ApiTokenService -ConnectionInfo. By default, uses the existing connections.
    [hashtable[]] $ConnectionInfo = @(),

    # The connections to check: names or wildcard patterns.
    [string[]] $Connection = '*',

    # The journal of the revocation.
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
    $parameters = @{ AllowUnproven = $AllowUnproven; PassThru = $true; Confirm = $false; ErrorAction = 'SilentlyContinue'; ErrorVariable = 'failures' }
    if ($JournalPath) {
        $parameters['JournalPath'] = $JournalPath
    }

    # A rejected credential ends the pipeline. Tokens that were done before are in the results; the others were not changed.
    $failures = @()
    $done = [System.Collections.Generic.List[object]]::new()
    $ended = $null
    try {
        $found.Where({ $_.Status -ne 'Revoked' }) | Remove-ApiToken @parameters | ForEach-Object { $done.Add($_) }
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
            New-Record -Outcome 'WhatIf' -Source $token.Source -Token $token -Detail 'Would be revoked.'
        }
        elseif ($ended) {
            New-Record -Outcome 'Failed' -Source $token.Source -Token $token -Detail "The outcome is unknown: $($ended.Exception.Message)"
        }
        else {
            New-Record -Outcome 'Revoked' -Source $token.Source -Token $token -Detail 'Done in an earlier run with this journal.'
        }
    }

    $problems += @($failures) + @($ended | Where-Object { $_ })
}

# The secrets of tokens that an earlier run with the journal revoked match no token any more. Some secrets contain the id of their token.
$revoked = @{}
$incomplete = 0
if ($JournalPath -and (Test-Path -LiteralPath $JournalPath)) {
    Get-ApiTokenJournal -LiteralPath $JournalPath | Where-Object Outcome -EQ 'Done' | ForEach-Object { $revoked["$($_.Id)"] = $_ }
}

foreach ($unknown in $unattributed) {
    $ids = if ($unknown.Exception.PSObject.Properties['TokenIds']) { @($unknown.Exception.TokenIds) } else { @() }
    $record = $ids | Where-Object { $revoked.ContainsKey($_) } | ForEach-Object { $revoked[$_] } | Select-Object -First 1
    if ($record) {
        $token = $record | Select-Object @{ Name = 'MatchedBy'; Expression = { 'Claims' } }, Connection, Service, Account, Name, Id, Owner
        $detail = "Revoked at $($record.Time.ToString('u')) by this journal."
        New-Record -Outcome 'AlreadyGone' -Source $unknown.TargetObject -Token $token -Detail $detail
    }
    else {
        $incomplete++
        New-Record 'NotAttributed' $unknown.TargetObject -Detail $unknown.Exception.Message
    }
}

foreach ($problem in $problems) {
    Write-Error -ErrorRecord $problem
}

if ($problems.Count -gt 0 -or $incomplete -gt 0) {
    Write-Error "The response to the leak is incomplete. Failures: $($problems.Count); secrets without a matching token: $incomplete." -ErrorId LeakResponseIncomplete
}
