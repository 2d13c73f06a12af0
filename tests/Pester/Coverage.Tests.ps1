# docs/coverage.md: the commands that require a full PowerShell, because they use samples/expiry-notice.ps1. CoverageTests runs the others.

BeforeDiscovery {
    $document = [System.IO.File]::ReadAllText("$PSScriptRoot/../../docs/coverage.md")
    $rows = @([regex]::Matches($document, '(?m)^\| (?<Id>[A-Z]+\d+) \| .+? \| `(?<Command>[^`]*\$notice[^`]*)` \| `(?<Result>.+?)` \|') | ForEach-Object {
            @{ Id = $_.Groups['Id'].Value; Command = $_.Groups['Command'].Value.Replace('\|', '|'); Result = $_.Groups['Result'].Value }
        })
    if (-not $rows) {
        throw 'docs/coverage.md has no command with $notice.'
    }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'The command of <Id> in docs/coverage.md' -ForEach $rows {
    It 'has the result <Result>' {
        $variables = [System.Collections.Generic.List[psvariable]] @(
            [psvariable]::new('notice', [System.IO.Path]::GetFullPath("$PSScriptRoot/../../samples/expiry-notice.ps1"))
            [psvariable]::new('module', $moduleFolder)
            [psvariable]::new('state', (Join-Path $TestDrive "$(New-UniqueName).json")))
        $output = [scriptblock]::Create($Command).InvokeWithContext($null, $variables)
        $output -join ', ' | Should -Be $Result
    }
}
