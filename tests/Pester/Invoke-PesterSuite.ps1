#Requires -Version 5.1
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

<#
.SYNOPSIS
    Runs the Pester tests against a module, staged or installed, over real HTTP to its sandbox. On Windows PowerShell those
    with the tag PowerShell7 are left out: they are about it.
.PARAMETER ModulePath
    The folder of the module.
.PARAMETER ResultPath
    The file for the results, in NUnit's XML.
.PARAMETER Path
    Test files or folders; all of them by default.
.PARAMETER Part
    A part of all files, such as 1/2, for processes that share the work.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $ModulePath,

    [Parameter(Mandatory)]
    [string] $ResultPath,

    [string[]] $Path = $PSScriptRoot,

    [ValidatePattern('^[1-9]/[1-9]$')]
    [string] $Part = '1/1'
)

$ErrorActionPreference = 'Stop'

# Nothing may wait for input, and an unexpected error in a test must not end the run.
Set-Variable -Name ConfirmPreference -Value None -Scope Global
Set-Variable -Name ErrorActionPreference -Value Continue -Scope Global
Set-Variable -Name ProgressPreference -Value SilentlyContinue -Scope Global

$env:APITOKENS_MODULE = (Resolve-Path -LiteralPath $ModulePath).ProviderPath
Import-Module -Name Pester -MinimumVersion 5.0

# Distribute the files by size, so that all parts take about the same time.
$number, $parts = [int[]] ($Part -split '/')
if ($parts -gt 1) {
    $files = @(Get-ChildItem -Path $Path -Filter '*.Tests.ps1' -File | Sort-Object -Property Length, Name -Descending)
    $Path = for ($i = $number - 1; $i -lt $files.Count; $i += $parts) { $files[$i].FullName }
}

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
if ($PSVersionTable.PSEdition -eq 'Desktop') {
    $configuration.Filter.ExcludeTag = 'PowerShell7'
}

$configuration.Output.Verbosity = 'Normal'
$configuration.TestResult.Enabled = $true
$configuration.TestResult.OutputFormat = 'NUnitXml'
$configuration.TestResult.OutputPath = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($ResultPath)

$run = Invoke-Pester -Configuration $configuration

# The home folder of the vaults for tests; see Common.ps1.
Remove-Item -LiteralPath (Join-Path ([System.IO.Path]::GetTempPath()) "apitokens-vaults-$PID") -Recurse -Force -ErrorAction Ignore
if ($run.Result -ne 'Passed' -or $run.TotalCount -eq 0) {
    exit 1
}

exit 0
