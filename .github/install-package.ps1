<#
.SYNOPSIS
    Installs the built package, and the Pester version for its tests, into a module folder.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Repository,
    [Parameter(Mandatory)] [string] $PesterVersion,
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$null = New-Item -ItemType Directory -Path $Destination -Force
Register-PSResourceRepository -Name built -Uri (Resolve-Path -LiteralPath $Repository).ProviderPath -Trusted
Save-PSResource -Name ApiTokens -Repository built -Path $Destination
Save-PSResource -Name Pester -Version $PesterVersion -Repository PSGallery -TrustRepository -Path $Destination
Get-ChildItem -LiteralPath $Destination -Directory | Get-ChildItem -Directory | ForEach-Object { $_.FullName }
