#Requires -Version 5.1
<#
.SYNOPSIS
    Lists the tokens of all connections that expire soon, or that expired and still exist; optionally as the body of an
    email.
.DESCRIPTION
    Run this script every night. It changes nothing and sends no email: it returns objects, or one text for an email. If a
    connection cannot be checked, the script returns an error and includes it in the text, so that a failure is not mistaken
    for an empty result.
.EXAMPLE
    ./expiry-notice.ps1 | Export-Csv expiring.csv -NoTypeInformation
.EXAMPLE
    ./expiry-notice.ps1 -ConnectionInfo (Get-AutomationConnection devo), (Get-AutomationConnection gcore) -Within 14d -As Markdown
.OUTPUTS
    One object for each token: State, ExpiresAt, DaysLeft, Connection, Service, Account, Name, Id, Owner, Issuer. With -As
    Markdown or Text, one text.
#>
[CmdletBinding()]
[OutputType([pscustomobject], [string])]
param(
    # Connections to create first, with the fields of Connect-ApiTokenService -ConnectionInfo. By default, uses the existing connections.
    [hashtable[]] $ConnectionInfo = @(),

    # The connections to check: names or wildcard patterns.
    [string[]] $Connection = '*',

    # How long before its expiry a token is listed, such as 7d.
    [string] $Within = '7d',

    # Objects, or the body of an email.
    [ValidateSet('Object', 'Markdown', 'Text')] [string] $As = 'Object',

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

# Two rules select the tokens: tokens that expire soon, and expired tokens that were not removed.
$failures = @()
$findings = @()
try {
    $findings = @(Test-ApiToken -Connection $Connection -Rule ExpiringSoon, Expired -ExpiryWarning $Within -ErrorVariable failures -ErrorAction SilentlyContinue)
}
catch {
    $problems += $_
}

$problems += @($failures | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
$now = [DateTimeOffset]::UtcNow
$notices = foreach ($finding in $findings) {
    [pscustomobject]@{
        State      = if ($finding.RuleId -eq 'Expired') { 'Expired' } else { 'Expiring' }
        ExpiresAt  = $finding.Token.ExpiresAt
        DaysLeft   = if ($finding.Token.ExpiresAt) { [Math]::Round(($finding.Token.ExpiresAt - $now).TotalDays, 1) }
        Connection = $finding.Connection
        Service    = $finding.Service
        Account    = $finding.Account
        Name       = $finding.Name
        Id         = $finding.Id
        Owner      = $finding.Token.Owner
        Issuer     = $finding.Token.Issuer
    }
}

$notices = @($notices | Sort-Object -Property ExpiresAt)

foreach ($problem in $problems) {
    Write-Error -ErrorRecord $problem
}

if ($As -eq 'Object') {
    return $notices
}

# A name can contain any character. Escape it, so that it creates no markup and no new line.
function ConvertTo-Cell {
    param([AllowNull()] [object] $Value)

    $text = ([string] $Value) -replace '[\r\n\t]+', ' ' -replace '&', '&amp;' -replace '<', '&lt;' -replace '>', '&gt;'
    $text -replace '([\\`*_\[\]()|#!~])', '\$1'
}

$expiring = @($notices | Where-Object State -EQ 'Expiring')
$lines = @("$($expiring.Count) API tokens expire within $Within, and $($notices.Count - $expiring.Count) have expired and still exist.", '')
if ($As -eq 'Markdown') {
    if ($notices.Count -gt 0) {
        $lines += '| state | expires (UTC) | connection | name | id | owner |', '|---|---|---|---|---|---|'
        $lines += $notices | ForEach-Object {
            '| {0} | {1:yyyy-MM-dd HH:mm} | {2} | {3} | {4} | {5} |' -f $_.State, $_.ExpiresAt, (ConvertTo-Cell $_.Connection), (ConvertTo-Cell $_.Name), (ConvertTo-Cell $_.Id), (ConvertTo-Cell $_.Owner)
        }
        $lines += ''
    }

    $lines += $problems | ForEach-Object { "**Could not be checked:** $(ConvertTo-Cell $_.Exception.Message)" }
}
else {
    $lines += $notices | ForEach-Object {
        '{0,-8}  {1:yyyy-MM-dd HH:mm}  {2}: {3} ({4}), {5}' -f $_.State, $_.ExpiresAt, $_.Connection, ($_.Name -replace '[\r\n\t]+', ' '), $_.Id, $_.Owner
    }
    $lines += $problems | ForEach-Object { "Could not be checked: $($_.Exception.Message)" }
}

($lines -join "`n").TrimEnd()
