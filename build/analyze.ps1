#Requires -Modules @{ ModuleName = 'PSScriptAnalyzer'; ModuleVersion = '1.22' }

<#
.SYNOPSIS
    Runs PSScriptAnalyzer and reports its findings. Any finding is a failure.
.PARAMETER Path
    Files and folders. Folders include all scripts, modules and data files below them, except for build output.
.PARAMETER Settings
    The settings file.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingWriteHost', '', Justification = 'The script reports to the console of a build.')]
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Settings,
    [Parameter(Mandatory, ValueFromRemainingArguments)] [string[]] $Path
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$files = @(Get-ChildItem -LiteralPath $Path -Recurse -File -Include *.ps1, *.psm1, *.psd1 | Where-Object FullName -NotMatch '[\\/](bin|obj|node_modules)[\\/]')
$findings = @($files | ForEach-Object { Invoke-ScriptAnalyzer -Path $_.FullName -Settings $Settings })
foreach ($finding in $findings) {
    Write-Host ('{0}({1},{2}): {3}: {4}' -f $finding.ScriptPath, $finding.Line, $finding.Column, $finding.RuleName, $finding.Message)
}

Write-Host "PSScriptAnalyzer $((Get-Module PSScriptAnalyzer).Version): $($findings.Count) findings in $($files.Count) files"
exit [int] ($findings.Count -gt 0)
