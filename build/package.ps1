#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Microsoft.PowerShell.PSResourceGet'; ModuleVersion = '1.1' }

<#
.SYNOPSIS
    Packs a staged module, or publishes a package to a folder and installs it from there.
.PARAMETER ModulePath
    The staged module to pack.
.PARAMETER NupkgPath
    The package to publish to Repository and to install in Destination.
.PARAMETER Repository
    The folder to publish to. It is emptied first.
.PARAMETER Destination
    The folder for the package or the installed module. It is emptied first.
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

# Repositories are registered per user, so the repository is unregistered even if a command fails.
$name = "apitokens-package-$PID"
Register-PSResourceRepository -Name $name -Uri $Repository -Trusted
try {
    Publish-PSResource -NupkgPath $NupkgPath -Repository $name
    Save-PSResource -Name ApiTokens -Repository $name -Path $Destination
}
finally {
    Unregister-PSResourceRepository -Name $name
}
