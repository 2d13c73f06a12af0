<#
.SYNOPSIS
    Tells the life of tokens of four services, against the sandbox, and checks every claim by using the secret.
.EXAMPLE
    ./build.sh demo
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingWriteHost', '', Justification = 'It is a story, told to whoever looks on.')]
[CmdletBinding()]
param(
    # The folder of the module.
    [string] $ModulePath = "$PSScriptRoot/../out/ApiTokens"
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module $ModulePath

# Uses a secret as a client of the service would, and says whether the service accepts it.
function Test-Secret {
    param($Sandbox, $Token)

    $secret = [System.Net.NetworkCredential]::new('', $Token.Secret).Password
    $request = switch ($Token.Service) {
        'Devo' { @{ Uri = 'devo/whoami'; Headers = @{ Authorization = "Bearer $secret" } } }
        'Wegnology' { @{ Uri = 'wegnology/me'; Headers = @{ Authorization = "Bearer $secret" } } }
        'Gcore' { @{ Uri = 'gcore/iam/clients/me'; Headers = @{ Authorization = "APIKey $secret" } } }
        'ApplicationUsers' {
            @{ Uri = 'application-users/data/location'; Headers = @{ authenticationtoken = $secret; sitename = $Token.Account; userid = $Token.Owner } }
        }
    }
    $response = Invoke-WebRequest -Uri "$($Sandbox.BaseUri)$($request.Uri)" -Headers $request.Headers -SkipHttpErrorCheck
    $response.StatusCode -eq 200
}

$facts = [System.Collections.Generic.List[object]]::new()

# Prints a claim and holds it against what the service does with the secret.
function Confirm-Claim {
    param($Service, [string] $Claim, [bool] $Holds)

    $facts.Add([pscustomobject]@{ Service = $Service; Claim = $Claim; Holds = $Holds })
    Write-Host ('  {0} {1}' -f $(if ($Holds) { 'ok  ' } else { 'FAIL' }), $Claim)
}

# What the service has no operation for must fail before any request, with an id that scripts can rely on.
function Confirm-NotSupported {
    param($Service, [string] $Claim, [scriptblock] $Action)

    $id = try { & $Action; 'no error' } catch { $_.FullyQualifiedErrorId }
    Confirm-Claim $Service $Claim -Holds ($id -like 'OperationNotSupported,*')
}

Write-Host 'Starting the sandbox: one server on this machine that behaves as all four services.'
$sandbox = Start-ApiTokenSandbox
Get-ApiTokenService | Format-Table Name, Service, Account, IsDefault | Out-Host

$requests = [ordered]@{
    'devo'              = @{ Name = 'ci'; User = 'ci@example.com'; Audience = 'apiv2'; Scope = 'table://my.app.** level://admin' }
    'wegnology'         = @{ Name = 'ci'; Scope = 'ReadOnly'; ExpiresIn = '90.00:00' }
    'gcore'             = @{ Name = 'ci'; Role = 'Engineers'; ExpiresIn = '90.00:00' }
    'application-users' = @{ Name = 'ci'; User = 'jdoe'; Access = @{ location = 'Read' }; ExpirationMonths = 3 }
}

foreach ($connection in $requests.Keys) {
    Write-Host "$connection"
    $issue = $requests[$connection]
    $token = New-ApiToken -Connection $connection @issue
    $service = $token.Service
    $can = (Get-ApiTokenService $connection).Capabilities
    Confirm-Claim $service "issued $token; its secret is accepted" -Holds (Test-Secret $sandbox $token)

    if ($can.SetEnabled) {
        $token | Disable-ApiToken
        Confirm-Claim $service 'disabled: its secret is refused' -Holds (-not (Test-Secret $sandbox $token))
        $token | Enable-ApiToken
        Confirm-Claim $service 'enabled: its secret is accepted again' -Holds (Test-Secret $sandbox $token)
    }
    else {
        Confirm-NotSupported $service 'cannot be disabled, and says so before any request' -Action { $token | Disable-ApiToken -ErrorAction Stop }
    }

    if ($can.Rename) {
        $renamed = $token | Rename-ApiToken -NewName 'ci (renamed)' -PassThru
        Confirm-Claim $service "renamed to '$($renamed.Name)'; its secret is accepted" -Holds (Test-Secret $sandbox $token)
    }
    else {
        Confirm-NotSupported $service 'cannot be renamed, and says so before any request' -Action { $token | Rename-ApiToken -NewName 'x' -ErrorAction Stop }
    }

    $successor = $token | Reset-ApiToken -Confirm:$false
    Confirm-Claim $service "reset: the new secret of $successor is accepted" -Holds (Test-Secret $sandbox $successor)
    Confirm-Claim $service 'reset: the old secret is refused' -Holds (-not (Test-Secret $sandbox $token))

    $successor | Remove-ApiToken -WhatIf
    Confirm-Claim $service 'asked with -WhatIf to revoke it: its secret is still accepted' -Holds (Test-Secret $sandbox $successor)
    $successor | Remove-ApiToken -Confirm:$false
    Confirm-Claim $service 'revoked: its secret is refused' -Holds (-not (Test-Secret $sandbox $successor))
}

Write-Host "`nWhat expires within a week, on all services:"
Get-ApiToken -Connection * -ExpiringWithin 7.00:00 | Sort-Object ExpiresAt | Out-Host

Stop-ApiTokenSandbox $sandbox

Write-Host 'Summary'
$columns = @(
    @{ Name = 'Service'; Expression = 'Name' }
    @{ Name = 'Claims'; Expression = 'Count' }
    @{ Name = 'Held'; Expression = { @($_.Group | Where-Object Holds).Count } }
)
$facts | Group-Object Service | Select-Object -Property $columns | Format-Table | Out-Host
if ($facts.Holds -contains $false) { exit 1 }
