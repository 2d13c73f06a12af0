#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

<#
.SYNOPSIS
    Runs the Pester tests against a staged module, over real HTTP to its sandbox.
.PARAMETER ModulePath
    The folder of the staged module.
.PARAMETER ResultPath
    The file for the results, in NUnit's XML.
.PARAMETER Path
    Test files or folders; all of them by default.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $ModulePath,

    [Parameter(Mandatory)]
    [string] $ResultPath,

    [string[]] $Path = $PSScriptRoot
)

$ErrorActionPreference = 'Stop'

# Nothing may ever wait for an answer, and an error that a test does not expect must not end the run.
Set-Variable -Name ConfirmPreference -Value None -Scope Global
Set-Variable -Name ErrorActionPreference -Value Continue -Scope Global
Set-Variable -Name ProgressPreference -Value SilentlyContinue -Scope Global

$env:APITOKENS_MODULE = (Resolve-Path -LiteralPath $ModulePath).ProviderPath
Import-Module -Name Pester -MinimumVersion 5.0

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.TestResult.Enabled = $true
$configuration.TestResult.OutputFormat = 'NUnitXml'
$configuration.TestResult.OutputPath = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($ResultPath)

$run = Invoke-Pester -Configuration $configuration
if ($run.Result -ne 'Passed' -or $run.TotalCount -eq 0) {
    exit 1
}

exit 0
