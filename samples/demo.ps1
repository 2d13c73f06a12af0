<#
.SYNOPSIS
    Demonstrates the features in the README against the built-in sandbox, and checks each claim by using the secrets.
.DESCRIPTION
    Uses only the cmdlets of the module and features of the PowerShell engine, so it also runs without the modules
    Microsoft.PowerShell.Utility and Microsoft.PowerShell.Management.
.EXAMPLE
    ./build.sh demo
#>
[CmdletBinding()]
param(
    # The folder of the module.
    [string] $ModulePath = "$PSScriptRoot/../out/ApiTokens"
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module $ModulePath

$client = [System.Net.Http.HttpClient]::new()
$claims = [System.Collections.Generic.List[object]]::new()
$folder = [System.IO.Directory]::CreateDirectory([System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "apitokens-demo-$PID")).FullName

function Write-Text {
    param([string] $Text = '')

    $Host.UI.WriteLine($Text)
}

# Sends a request with a secret, as a client of the service does. Returns true if the service accepts the secret.
function Test-Secret {
    param($Token)

    $secret = [System.Net.NetworkCredential]::new('', $Token.Secret).Password
    $path, $headers = switch ($Token.Service) {
        'Devo' { "devo/probio/user/email/$($Token.Owner)", @{ standAloneToken = $secret } }
        'Wegnology' { 'wegnology/me', @{ Authorization = "Bearer $secret" } }
        'Gcore' { 'gcore/iam/clients/me', @{ Authorization = "APIKey $secret" } }
        'ApplicationUsers' { 'application-users/data/location', @{ authenticationtoken = $secret; sitename = $Token.Account; userid = $Token.Owner } }
    }
    $request = [System.Net.Http.HttpRequestMessage]::new('GET', "$($sandbox.BaseUri)$path")
    foreach ($name in $headers.Keys) {
        $null = $request.Headers.TryAddWithoutValidation($name, $headers[$name])
    }

    $client.SendAsync($request).GetAwaiter().GetResult().IsSuccessStatusCode
}

# Prints a claim and its result.
function Confirm-Claim {
    param([string] $Subject, [string] $Claim, [bool] $Holds)

    $claims.Add([pscustomobject]@{ Subject = $Subject; Claim = $Claim; Holds = $Holds })
    Write-Text ('  {0} {1}' -f $(if ($Holds) { 'ok  ' } else { 'FAIL' }), $Claim)
}

# An operation that the service does not support fails with a stable error id.
function Confirm-NotSupported {
    param([string] $Subject, [string] $Claim, [scriptblock] $Action)

    $id = try { & $Action; 'no error' } catch { $_.FullyQualifiedErrorId }
    Confirm-Claim $Subject "$Claim (OperationNotSupported)" -Holds ($id -like 'OperationNotSupported,*')
}

Write-Text 'Starting the sandbox: a local server that emulates all four services.'
$sandbox = Start-ApiTokenSandbox
Get-ApiTokenService | Out-Host

$requests = [ordered]@{
    'devo'              = @{ Name = 'ci'; User = 'ci@example.com'; Audience = 'apiv2'; Scope = 'table://my.app.** level://admin' }
    'wegnology'         = @{ Name = 'ci'; Scope = 'ReadOnly'; ExpiresIn = '90d' }
    'gcore'             = @{ Name = 'ci'; Role = 'Engineers'; ExpiresIn = '90d' }
    'application-users' = @{ Name = 'ci'; User = 'jdoe'; Access = @{ location = 'Read' }; ExpirationMonths = 3 }
}
$tokens = [ordered]@{}
Write-Text 'Issue a token on each service'
foreach ($connection in $requests.Keys) {
    $issue = $requests[$connection]
    $tokens[$connection] = New-ApiToken -Connection $connection @issue
    Confirm-Claim $connection "issued $($tokens[$connection]); the service accepts its secret" -Holds (Test-Secret $tokens[$connection])
}

$listed = @(Get-ApiToken -Connection * -Name ci)
Confirm-Claim 'all services' 'one list returns all four tokens' -Holds (@($listed | Where-Object { $_.Id -in $tokens.Values.Id }).Count -eq 4)

foreach ($connection in $requests.Keys) {
    Write-Text "`n$connection"
    $token = $tokens[$connection]
    $can = (Get-ApiTokenService $connection).Capabilities

    if ($can.SetEnabled) {
        $token | Disable-ApiToken
        Confirm-Claim $connection 'disabled: the secret is rejected' -Holds (-not (Test-Secret $token))
        $token | Enable-ApiToken
        Confirm-Claim $connection 'enabled: the secret is accepted again' -Holds (Test-Secret $token)
    }
    else {
        Confirm-NotSupported $connection 'cannot disable a token' -Action { $token | Disable-ApiToken }
    }

    if ($can.Rename) {
        $token | Rename-ApiToken -NewName 'ci (linux)'
        $renamed = Get-ApiToken -Connection $connection -Id $token.Id
        Confirm-Claim $connection "renamed to '$($renamed.Name)'; the secret is still accepted" -Holds ($renamed.Name -eq 'ci (linux)' -and (Test-Secret $token))
    }
    else {
        Confirm-NotSupported $connection 'cannot rename a token' -Action { $token | Rename-ApiToken -NewName 'ci (linux)' }
    }

    # The new token is written to the pipeline before the old token is removed.
    $oldAtDelivery = [System.Collections.Generic.List[bool]]::new()
    $successor = $token | Reset-ApiToken -Confirm:$false | ForEach-Object { $oldAtDelivery.Add((Test-Secret $token)); $_ }
    Confirm-Claim $connection "reset: the secret of $successor is accepted" -Holds (Test-Secret $successor)
    if ($successor.Id -ne $token.Id) {
        Confirm-Claim $connection 'reset: the old secret was accepted until the new token was delivered, and is rejected now' -Holds ($oldAtDelivery[0] -and -not (Test-Secret $token))
    }
    else {
        Confirm-Claim $connection 'reset in place: the id is the same, and the old secret is rejected' -Holds (-not (Test-Secret $token))
    }

    $successor | Remove-ApiToken -WhatIf
    Confirm-Claim $connection 'revoked with -WhatIf: the secret is still accepted' -Holds (Test-Secret $successor)
    $successor | Remove-ApiToken -Confirm:$false
    Confirm-Claim $connection 'revoked: the secret is rejected' -Holds (-not (Test-Secret $successor))
}

Write-Text "`nA secret has leaked: find its token, and revoke it"
$leaked = New-ApiToken -Connection gcore -Name leaked -Role Users -ExpiresIn 30d
$log = [System.IO.Path]::Combine($folder, 'build.log')
[System.IO.File]::WriteAllText($log, "curl -H 'Authorization: APIKey $([System.Net.NetworkCredential]::new('', $leaked.Secret).Password)' https://api.gcore.com`n")
$found = @(Find-ApiToken -Path $log -Connection * -Probe)
Confirm-Claim 'leak' "found in a log: $($found -join ', ')" -Holds ($found.Count -eq 1 -and $found[0].Id -eq $leaked.Id)
$found | Remove-ApiToken -Confirm:$false
Confirm-Claim 'leak' 'revoked: the leaked secret is rejected' -Holds (-not (Test-Secret $leaked))

Write-Text "`nRevoke fifty tokens through a pipeline, with a journal"
$fifty = @(1..50 | ForEach-Object { [pscustomobject]@{ Name = "batch-$_" } } | New-ApiToken -Connection wegnology -Scope All -ExpiresIn 30d)
Confirm-Claim 'pipeline' 'issued 50 tokens; all of their secrets are accepted' -Holds (@($fifty | Where-Object { Test-Secret $_ }).Count -eq 50)
$journal = [System.IO.Path]::Combine($folder, 'revoked.jsonl')
$fifty | Remove-ApiToken -JournalPath $journal -Confirm:$false
Confirm-Claim 'pipeline' 'revoked 50 tokens; all of their secrets are rejected' -Holds (@($fifty | Where-Object { Test-Secret $_ }).Count -eq 0)
$noted = [System.IO.File]::ReadAllText($journal)
Confirm-Claim 'pipeline' 'the journal contains the id of each token' -Holds (@($fifty | Where-Object { $noted.Contains($_.Id) }).Count -eq 50)
$fifty | Remove-ApiToken -JournalPath $journal -Confirm:$false -InformationVariable summary
Confirm-Claim 'pipeline' "running the same command again changes nothing: $summary" -Holds ("$summary" -like '*50 skipped*')

Write-Text "`nCompare with a policy, and write a report"
$forever = New-ApiToken -Connection wegnology -Name forever -Scope All -NeverExpires
$findings = @($forever | Test-ApiToken)
$findings | Out-Host
Confirm-Claim 'policy' 'a token that never expires is a finding' -Holds ($findings.RuleId -contains 'NeverExpires')
$report = [System.IO.Path]::Combine($folder, 'tokens.html')
@(Get-ApiToken -Connection *) + $findings | Export-ApiTokenReport $report -Title 'API tokens of the sandbox'
$html = [System.IO.File]::ReadAllText($report)
$secret = [System.Net.NetworkCredential]::new('', $forever.Secret).Password
Confirm-Claim 'report' 'it contains the token and its finding, but not its secret' -Holds ($html.Contains($forever.Id) -and $html.Contains('NeverExpires') -and -not $html.Contains($secret))

Write-Text "`nTokens that expire within a week, on all services:"
Get-ApiToken -Connection * -ExpiringWithin 7d | Out-Host

Stop-ApiTokenSandbox $sandbox
[System.IO.Directory]::Delete($folder, $true)

$subjects = [ordered]@{}
foreach ($claim in $claims) {
    if (-not $subjects.Contains($claim.Subject)) {
        $subjects[$claim.Subject] = [pscustomobject]@{ Subject = $claim.Subject; Claims = 0; Passed = 0 }
    }

    $subjects[$claim.Subject].Claims++
    $subjects[$claim.Subject].Passed += [int] $claim.Holds
}

$subjects.Values | Out-Host
$failed = @($claims | Where-Object { -not $_.Holds })
if ($failed) {
    Write-Text "$($failed.Count) of $($claims.Count) claims failed: $($failed.Claim -join '; ')"
    exit 1
}

Write-Text "All $($claims.Count) claims passed."
