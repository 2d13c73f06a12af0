<#
.SYNOPSIS
    Notifies the issuers of tokens and the administrators 7 days and 1 day before a token expires, and once after it has
    expired; or lists these tokens.
.DESCRIPTION
    Run this script every night, or more often. It changes no token.

    Without -SendMail and -SmtpServer, it sends nothing: it returns one object for each token, or one text with -As. With one
    of them, each recipient gets one email with the tokens that are due. -StatePath is the file that remembers what was sent:
    each recipient is notified once for each token and each time in -Within, and once after the token has expired. A token that
    several connections reach is one token. If an email cannot be sent, the next run tries again.

    An issuer who is not an email address, such as the user id of Application Users, is looked up in -AddressOf. If a connection
    cannot be checked, the script returns an error and tells the administrators, so that a failure is not mistaken for silence.

    For -SmtpServer the script uses System.Net.Mail.SmtpClient, because it is part of Windows PowerShell and of PowerShell 7 and
    needs no package. It supports STARTTLS and a user name with a password, but no OAuth and no TLS on connect (port 465). For a
    mail service that requires one of these, such as Exchange Online, send the email in -SendMail, with the module of the service.
.EXAMPLE
    ./expiry-notice.ps1 | Export-Csv expiring.csv -NoTypeInformation
.EXAMPLE
    ./expiry-notice.ps1 -StatePath ./notices.json -SmtpServer mail.example.com -From tokens@example.com -Administrator it@example.com
.EXAMPLE
    ./expiry-notice.ps1 -StatePath ./notices.json -Administrator it@example.com -SendMail {
        param($Mail)
        Send-MgUserMail -UserId tokens@example.com -BodyParameter @{ Message = @{
            Subject      = $Mail.Subject
            Body         = @{ ContentType = 'Text'; Content = $Mail.Body }
            ToRecipients = @(@{ EmailAddress = @{ Address = $Mail.To } })
        } }
    }
.EXAMPLE
    ./expiry-notice.ps1 -ConnectionInfo (Get-AutomationConnection devo), (Get-AutomationConnection gcore) -Within 14d -As Markdown
.OUTPUTS
    One object for each token: State, Notice, ExpiresAt, DaysLeft, Connection, Service, Account, Name, Id, Owner, Issuer. With
    -As Markdown or Text, one text. With -SendMail or -SmtpServer, one object for each email: To, Subject, Body, Notices.
#>

#Requires -Version 5.1

[CmdletBinding(SupportsShouldProcess)]
[OutputType([pscustomobject], [string])]
param(
    # Connections to create first, with the fields of Connect-ApiTokenService -ConnectionInfo. By default, uses the existing connections.
    [hashtable[]] $ConnectionInfo = @(),

    # The connections to check: names or wildcard patterns.
    [string[]] $Connection = '*',

    # How long before its expiry a token is reported: once for each of these times, such as 7d.
    [ValidateNotNullOrEmpty()] [ValidatePattern('^[1-9]\d{0,3}[hdw]$')] [string[]] $Within = @('7d', '1d'),

    # Objects, or one text, such as the body of an email.
    [ValidateSet('Object', 'Markdown', 'Text')] [string] $As = 'Object',

    # The file with the notices that were sent, or returned. Without it, every run reports every token.
    [string] $StatePath,

    # Who is notified.
    [ValidateSet('Issuer', 'Administrator')] [string[]] $Recipient = @('Issuer', 'Administrator'),

    # The email addresses of the administrators.
    [string[]] $Administrator = @(),

    # The email addresses of issuers that are not email addresses themselves, such as @{ jdoe = 'john.doe@example.com' }.
    [hashtable] $AddressOf = @{},

    # Only addresses of these domains get email. An issuer's name is text from a service, and a token's name can be an issuer.
    [string[]] $Domain = @(),

    # Sends an email. Its parameter has To, Subject, Body and Notices. If it throws, the next run tries again.
    [scriptblock] $SendMail,

    # Sends the emails to this server.
    [string] $SmtpServer,

    [ValidateRange(1, 65535)] [int] $Port = 587,

    # The sender of the emails.
    [string] $From,

    # The user name and the password for the server.
    [pscredential] $Credential,

    # Sends without encryption. Only for a server on this machine or in an isolated network.
    [switch] $NoTls,

    # The folder of the module.
    [string] $ModulePath = 'ApiTokens'
)

Set-StrictMode -Version Latest
$mails = $SendMail -or $SmtpServer
if ($SendMail -and $SmtpServer) {
    throw 'Specify either -SendMail or -SmtpServer.'
}

if ($mails -and -not $StatePath) {
    throw 'Specify -StatePath, the file that remembers what was sent. Without it, every run would send every notice again.'
}

if ($SmtpServer -and -not $From) {
    throw 'Specify -From, the sender of the emails.'
}

if ($Credential -and $NoTls) {
    throw 'A password is not sent without encryption. Omit -NoTls or -Credential.'
}

if (-not (Get-Module -Name ApiTokens)) {
    Import-Module $ModulePath -ErrorAction Stop
}

function ConvertTo-TimeSpan {
    param([string] $Text)

    $number = [int] $Text.Substring(0, $Text.Length - 1)
    switch ($Text[-1]) {
        'h' { [timespan]::FromHours($number) }
        'd' { [timespan]::FromDays($number) }
        'w' { [timespan]::FromDays(7 * $number) }
    }
}

# A name can contain any character. Escape it, so that it creates no markup and no new line.
function ConvertTo-Line {
    param([AllowNull()] [object] $Value)

    ([string] $Value) -replace '[\p{Cc}\p{Cf}\u2028\u2029]+', ' '
}

function ConvertTo-Cell {
    param([AllowNull()] [object] $Value)

    $text = (ConvertTo-Line $Value) -replace '&', '&amp;' -replace '<', '&lt;' -replace '>', '&gt;'
    $text -replace '([\\`*_\[\]()|#!~])', '\$1'
}

function Format-Notice {
    param([object] $Notice)

    $values = @($Notice.Connection, $Notice.Name, $Notice.Id, $Notice.Owner | ForEach-Object { ConvertTo-Line $_ })
    '{0,-8}  {1:yyyy-MM-dd HH:mm}  {2}: {3} ({4}), {5}' -f (@($Notice.State, $Notice.ExpiresAt) + $values)
}

function Format-Count {
    param([int] $Count)

    if ($Count -eq 1) { '1 API token' } else { "$Count API tokens" }
}

# The state: the last day on which a notice was current, by notice and recipient. Days, because ConvertFrom-Json changes dates.
function Read-State {
    param([string] $Path)

    $known = [System.Collections.Generic.Dictionary[string, int]]::new([System.StringComparer]::Ordinal)
    if (Test-Path -LiteralPath $Path) {
        $file = Get-Content -LiteralPath $Path -Raw | ConvertFrom-Json
        foreach ($entry in @($file.notices)) {
            $known[$entry.key] = $entry.day
        }
    }

    , $known
}

function Write-State {
    param([string] $Path, [System.Collections.Generic.Dictionary[string, int]] $Known)

    # A notice that was not current for 90 days is over: the token was removed, or has another expiry.
    $current = @(foreach ($entry in $Known.GetEnumerator()) {
            if ($entry.Value -ge $today - 90) {
                [pscustomobject]@{ key = $entry.Key; day = $entry.Value }
            }
        })
    $temporary = "$Path.tmp"
    ConvertTo-Json -InputObject @{ notices = $current } -Depth 3 | Set-Content -LiteralPath $temporary -Encoding utf8 -ErrorAction Stop
    Move-Item -LiteralPath $temporary -Destination $Path -Force -ErrorAction Stop
}

function Get-Address {
    param([AllowNull()] [string] $Name, [hashtable] $Known, [string[]] $Allowed)

    if (-not $Name) {
        return
    }

    $address = if ($Known.ContainsKey($Name)) { [string] $Known[$Name] } else { $Name }
    if ($address -notmatch '^[^@\s,;:<>"()]+@[^@\s,;:<>"()]+$') {
        return
    }

    if ($Allowed -and $Allowed -notcontains ($address -split '@')[1]) {
        return
    }

    $address.ToLowerInvariant()
}

function Send-Notice {
    param([object] $Mail)

    if ($SendMail) {
        $null = & $SendMail $Mail
        return
    }

    $message = [System.Net.Mail.MailMessage]::new($From, $Mail.To, $Mail.Subject, $Mail.Body)
    $client = [System.Net.Mail.SmtpClient]::new($SmtpServer, $smtpPort)
    try {
        $message.SubjectEncoding = $message.BodyEncoding = [System.Text.Encoding]::UTF8
        $client.EnableSsl = -not $NoTls
        if ($Credential) {
            $client.Credentials = $Credential.GetNetworkCredential()
        }

        $client.Send($message)
    }
    finally {
        $client.Dispose()
        $message.Dispose()
    }
}

$today = [int] ([datetime]::UtcNow.Date - [datetime]::new(1970, 1, 1)).TotalDays
$times = @($Within | Sort-Object -Property { ConvertTo-TimeSpan $_ })
$longest = $times[-1]
$smtpPort = $Port
$lock = $null
$known = $null
if ($StatePath) {
    $StatePath = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($StatePath)

    # Two runs at once would send the same notices.
    $lock = [System.IO.File]::Open("$StatePath.lock", 'OpenOrCreate', 'ReadWrite', 'None')
}

try {
    if ($StatePath) {
        $known = Read-State $StatePath
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
        $findings = @(Test-ApiToken -Connection $Connection -Rule ExpiringSoon, Expired -ExpiryWarning $longest -ErrorVariable failures -ErrorAction SilentlyContinue)
    }
    catch {
        $problems += $_
    }

    $problems += @($failures | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
    $now = [DateTimeOffset]::UtcNow
    $seen = [System.Collections.Generic.HashSet[string]]::new([System.StringComparer]::Ordinal)
    $notices = @(foreach ($finding in $findings) {
            $expires = $finding.Token.ExpiresAt
            $stage = if ($finding.RuleId -eq 'Expired') { 'Expired' } else { $times | Where-Object { $expires - $now -le (ConvertTo-TimeSpan $_) } | Select-Object -First 1 }

            # A finding may be on the longest time exactly.
            if (-not $stage) {
                $stage = $longest
            }

            # Another expiry, such as that of a regenerated token, is another notice.
            $address = "$($finding.BaseUri)".TrimEnd('/').ToLowerInvariant()
            $key = '{0} {1} {2} {3} {4:yyyyMMddHHmmss} {5}' -f $finding.Service, $address, $finding.Account, $finding.Id, $expires, $stage
            if ($seen.Add($key)) {
                [pscustomobject]@{
                    State      = if ($stage -eq 'Expired') { 'Expired' } else { 'Expiring' }
                    Notice     = $stage
                    ExpiresAt  = $expires
                    DaysLeft   = if ($expires) { [Math]::Floor(($expires - $now).TotalDays + 1 / 288) }
                    Connection = $finding.Connection
                    Service    = $finding.Service
                    Account    = $finding.Account
                    Name       = $finding.Name
                    Id         = $finding.Id
                    Owner      = $finding.Token.Owner
                    Issuer     = $finding.Token.Issuer
                    Key        = $key
                }
            }
        })
    $notices = @($notices | Sort-Object -Property ExpiresAt)

    foreach ($problem in $problems) {
        Write-Error -ErrorRecord $problem
    }

    if ($mails) {
        # The notices of each recipient that were not sent before.
        $administrators = @(if ($Recipient -contains 'Administrator') { $Administrator | ForEach-Object { Get-Address -Name $_ -Known $AddressOf -Allowed $Domain } })
        $due = [ordered]@{}
        foreach ($notice in $notices) {
            $issuer = @(if ($Recipient -contains 'Issuer') { Get-Address -Name $notice.Issuer -Known $AddressOf -Allowed $Domain })
            $to = @($issuer + $administrators | Select-Object -Unique)
            if ($to.Count -eq 0) {
                Write-Error -Message "Nobody is notified about the token '$($notice.Name)' ($($notice.Id)) of $($notice.Connection): its issuer '$($notice.Issuer)' has no allowed address, and there is no administrator." -ErrorId NoRecipient -TargetObject $notice
            }

            foreach ($address in $to) {
                $key = "$($notice.Key) $address"
                if ($known.ContainsKey($key)) {
                    $known[$key] = $today
                }
                else {
                    if (-not $due.Contains($address)) {
                        $due[$address] = [System.Collections.Generic.List[object]]::new()
                    }

                    $due[$address].Add($notice)
                }
            }
        }

        # A failure is told in every run, as long as it lasts.
        if ($problems) {
            foreach ($address in $administrators | Where-Object { -not $due.Contains($_) }) {
                $due[$address] = [System.Collections.Generic.List[object]]::new()
            }
        }

        foreach ($address in $due.Keys) {
            $list = $due[$address]
            $expiring = @($list | Where-Object State -EQ 'Expiring').Count
            $subject = @(
                if ($expiring) { "$(Format-Count $expiring) will expire" }
                if ($list.Count - $expiring) { "$(Format-Count ($list.Count - $expiring)) expired" }
                if ($problems -and $administrators -contains $address) { 'not everything could be checked' }
            ) -join ', '
            $lines = @($list | ForEach-Object { Format-Notice $_ }) + @(
                if ($administrators -contains $address) { $problems | ForEach-Object { "Could not be checked: $(ConvertTo-Line $_.Exception.Message)" } })
            $mail = [pscustomobject]@{
                To      = $address
                Subject = $subject
                Body    = "The times are in UTC.`r`n`r`n$($lines -join "`r`n")`r`n"
                Notices = @($list | Select-Object -Property * -ExcludeProperty Key)
            }
            if (-not $PSCmdlet.ShouldProcess($address, "Send '$subject'")) {
                continue
            }

            try {
                Send-Notice $mail
            }
            catch {
                Write-Error -Message "The email to $address was not sent. The next run tries again. $($_.Exception.GetBaseException().Message)" -ErrorId MailNotSent -TargetObject $mail
                continue
            }

            # Saved after each email, so that a run that is killed repeats one email at most.
            foreach ($notice in $list) {
                $known["$($notice.Key) $address"] = $today
            }

            Write-State $StatePath $known
            $mail
        }

        if (-not $WhatIfPreference) {
            Write-State $StatePath $known
        }

        return
    }

    if ($StatePath) {
        $new = @($notices | Where-Object { -not $known.ContainsKey("$($_.Key) -") })
        foreach ($notice in $notices) {
            $known["$($notice.Key) -"] = $today
        }

        $notices = $new
    }

    if ($As -eq 'Object') {
        $notices | Select-Object -Property * -ExcludeProperty Key
    }
    else {
        $expiring = @($notices | Where-Object State -EQ 'Expiring')
        $lines = @("$($expiring.Count) API tokens expire within $longest, and $($notices.Count - $expiring.Count) have expired and still exist.", '')
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
            $lines += $notices | ForEach-Object { Format-Notice $_ }
            $lines += $problems | ForEach-Object { "Could not be checked: $(ConvertTo-Line $_.Exception.Message)" }
        }

        ($lines -join "`n").TrimEnd()
    }

    if ($StatePath -and -not $WhatIfPreference) {
        Write-State $StatePath $known
    }
}
finally {
    if ($lock) {
        $lock.Dispose()
    }
}
