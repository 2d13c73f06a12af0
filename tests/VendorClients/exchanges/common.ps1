# What the scripts in this folder share. They use only the cmdlets of the module and features of the PowerShell engine.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'
Import-Module $env:APITOKENS_MODULE

$fields = [System.Text.Json.Nodes.JsonNode]::Parse($env:APITOKENS_SERVICE)
$service = @{}
foreach ($name in 'baseUri', 'account', 'secret', 'username', 'password') {
    $service[$name] = "$($fields[$name])"
}

function Assert-That {
    param([string] $Claim, [bool] $Holds)

    if (-not $Holds) { throw "Not true: $Claim" }
    $Host.UI.WriteLine("ok  $Claim")
}

# Runs a command that must fail with an error id.
function Assert-Error {
    param([string] $ErrorId, [scriptblock] $Action)

    $id = try { $null = & $Action; 'no error' } catch { $_.FullyQualifiedErrorId }
    Assert-That "fails with $ErrorId ($id)" -Holds ($id -like "$ErrorId,*")
}

function ConvertTo-Secret {
    param([string] $Text)

    [System.Net.NetworkCredential]::new('', $Text).SecurePassword
}
