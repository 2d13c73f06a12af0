<#
.SYNOPSIS
    Creates a report for an auditor with the tokens of all services and their findings.
.DESCRIPTION
    Starts a sandbox and creates a report of its tokens. To report on real services, connect to them instead. With
    -PicturePath, a headless Chromium, Chrome or Edge on the PATH takes a screenshot of an HTML report.
.EXAMPLE
    ./samples/report.ps1 -Path ./tokens.html
#>
[CmdletBinding()]
param(
    # The report. Its extension (.html, .csv, .json, .md) determines the format.
    [string] $Path = (Join-Path ([System.IO.Path]::GetTempPath()) 'tokens.html'),

    # A file for the screenshot (.png).
    [string] $PicturePath,

    # The folder of the module.
    [string] $ModulePath = "$PSScriptRoot/../out/ApiTokens"
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module $ModulePath

$sandbox = Start-ApiTokenSandbox -Tokens 60
try {
    $tokens = Get-ApiToken -Connection *
    $findings = $tokens | Test-ApiToken
    $report = $tokens + $findings | Export-ApiTokenReport $Path -Title 'API tokens of Example Ltd' -PassThru
    $report
}
finally {
    $sandbox | Stop-ApiTokenSandbox
}

if ($PicturePath) {
    $browser = Get-Command chromium, chromium-browser, google-chrome, chrome, msedge -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    if (-not $browser) {
        throw 'The screenshot requires Chromium, Chrome or Edge on the PATH.'
    }

    $picture = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($PicturePath)
    & $browser --headless=new --no-sandbox --disable-gpu --hide-scrollbars '--window-size=1280,1250' "--screenshot=$picture" $report.FullName 2>$null | Out-Null
    Get-Item -LiteralPath $picture
}
