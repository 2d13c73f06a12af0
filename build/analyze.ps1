#Requires -Modules @{ ModuleName = 'PSScriptAnalyzer'; ModuleVersion = '1.22' }

<#
.SYNOPSIS
    Runs PSScriptAnalyzer over files and names what it finds. Anything found is a failure.
.PARAMETER Path
    Files and folders; of folders, every script, module and data file below, but for what was built.
.PARAMETER Settings
    The file of settings.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingWriteHost', '', Justification = 'It is the end of a build, not of a pipeline.')]
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Settings,
    [Parameter(Mandatory, ValueFromRemainingArguments)] [string[]] $Path
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$files = @(Get-ChildItem -LiteralPath $Path -Recurse -File -Include *.ps1, *.psm1, *.psd1 | Where-Object FullName -NotMatch '[\\/](bin|obj)[\\/]')
$findings = @($files | ForEach-Object { Invoke-ScriptAnalyzer -Path $_.FullName -Settings $Settings })
foreach ($finding in $findings) {
    Write-Host ('{0}({1},{2}): {3}: {4}' -f $finding.ScriptPath, $finding.Line, $finding.Column, $finding.RuleName, $finding.Message)
}

Write-Host "PSScriptAnalyzer $((Get-Module PSScriptAnalyzer).Version): $($findings.Count) findings in $($files.Count) files"
exit [int] ($findings.Count -gt 0)
