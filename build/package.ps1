#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Microsoft.PowerShell.PSResourceGet'; ModuleVersion = '1.1' }

<#
.SYNOPSIS
    Packs a staged module, or publishes a package to a folder and installs it from there.
.PARAMETER ModulePath
    The staged module, to be packed into Destination.
.PARAMETER NupkgPath
    The package, to be published to Repository and installed from there into Destination.
.PARAMETER Repository
    A folder, emptied first.
.PARAMETER Destination
    A folder, emptied first.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, ParameterSetName = 'Pack')] [string] $ModulePath,
    [Parameter(Mandatory, ParameterSetName = 'Install')] [string] $NupkgPath,
    [Parameter(Mandatory, ParameterSetName = 'Install')] [string] $Repository,
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name Microsoft.PowerShell.PSResourceGet

foreach ($folder in @($Destination; $Repository) -ne '') {
    if (Test-Path -LiteralPath $folder) {
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    $null = New-Item -ItemType Directory -Path $folder
}

if ($ModulePath) {
    Compress-PSResource -Path $ModulePath -DestinationPath $Destination
    return
}

# Repositories are known by user, not by process: this one goes again, whatever happens.
$name = "apitokens-package-$PID"
Register-PSResourceRepository -Name $name -Uri $Repository -Trusted
try {
    Publish-PSResource -NupkgPath $NupkgPath -Repository $name
    Save-PSResource -Name ApiTokens -Repository $name -Path $Destination
}
finally {
    Unregister-PSResourceRepository -Name $name
}
