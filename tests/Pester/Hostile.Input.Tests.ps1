# Unusual names in CSV files, and secret files as other programs see them. The other tests of unusual input are in
# tests/ApiTokens.PowerShell.Tests.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
    $script:names = @(
        '[a-z]*', '?', 'ci[1]', 'a`*b', '``', '`', 'a]', ']', '{a,b}', '!x', '(a|b)', 'a\b', "it's", '"quoted"', 'a, b', 'a;b', '$(Get-Date)', '${env:HOME}', '@{a=1}', '-Force', '-1'
        '../../tokens', '%2f..%2f', '..'
    )
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'An unusual name, on <_>' -ForEach 'devo', 'wegnology', 'gcore', 'application-users' {
    It 'is unchanged after a CSV file' {
        $file = Join-Path $TestDrive "names-$_.csv"
        $connection = $_
        $tokens = $names | ForEach-Object { Add-TestToken $connection $_ }
        $tokens | Select-Object Connection, Id, Name | Export-Csv -LiteralPath $file -NoTypeInformation -Encoding UTF8
        Import-Csv -LiteralPath $file -Encoding UTF8 | Remove-ApiToken
        @($tokens | Where-Object { Test-Secret $_ }) | Should -BeNullOrEmpty
    }
}

Describe 'A file with a secret' -Tag PowerShell7 -Skip:(-not (Test-Path /proc/version)) {
    It 'is readable only by its owner from its creation, whatever the umask, and no other file remains: <Way>' -ForEach @(
        @{ Way = 'New-ApiToken -Path'; Command = 'New-ApiToken -Connection gcore -Name watched -Role Users -ExpiresIn 30d -Path $target | Out-Null' }
        @{ Way = 'Save-ApiTokenSecret'; Command = 'New-ApiToken -Connection gcore -Name watched -Role Users -ExpiresIn 30d | Save-ApiTokenSecret -Path $target' }
        @{ Way = 'New-ApiToken -Path over a file that everyone can read'; Command = 'Set-Content $target "old"; chmod 666 $target; New-ApiToken -Connection gcore -Name watched -Role Users -ExpiresIn 30d -Path $target -Force | Out-Null' }
    ) {
        # A watcher records the mode of each file when it is created; the umask allows all access.
        $folder = Join-Path $TestDrive ([guid]::NewGuid().ToString('n'))
        $null = New-Item -ItemType Directory -Path $folder
        $access = $sandbox.Services | Where-Object Service -EQ gcore
        $script = Join-Path $TestDrive 'watched.ps1'
        Set-Content -LiteralPath $script -Value @"
`$ErrorActionPreference = 'Stop'
Import-Module '$moduleFolder'
`$modes = [System.Collections.Concurrent.ConcurrentDictionary[string, bool]]::new()
`$secret = [System.Net.NetworkCredential]::new('', `$env:WATCHED_SECRET).SecurePassword
`$null = Connect-ApiTokenService Gcore '$($access.Account)' -Token `$secret -BaseUri '$($access.BaseUri)' -SkipCheck
`$target = '$folder/secret'
`$state = [hashtable]::Synchronized(@{ Stop = `$false; Ready = `$false })
`$watcher = [powershell]::Create().AddScript({
    param(`$folder, `$modes, `$state)
    while (-not `$state.Stop) {
        foreach (`$file in [System.IO.Directory]::GetFiles(`$folder)) {
            try { `$modes["`$([System.IO.Path]::GetExtension(`$file)) `$([System.IO.File]::GetUnixFileMode(`$file)) `$([System.IO.FileInfo]::new(`$file).Length -gt 5)"] = `$true } catch { `$null = `$_ }
        }
        `$state.Ready = `$true
    }
}).AddArgument('$folder').AddArgument(`$modes).AddArgument(`$state)
`$running = `$watcher.BeginInvoke()
while (-not `$state.Ready) { Start-Sleep -Milliseconds 5 }
$Command
`$state.Stop = `$true
`$null = `$watcher.EndInvoke(`$running)
@{ Modes = @(`$modes.Keys); Left = @([System.IO.Directory]::GetFiles('$folder') | Split-Path -Leaf); Final = [string] [System.IO.File]::GetUnixFileMode(`$target) } | ConvertTo-Json -Compress
"@
        $env:WATCHED_SECRET = Get-PlainText $access.Secret
        try {
            $program, [string[]] $arguments = Get-PowerShellCommand
            $output = @(& sh -c "umask 000; exec '$program' $($arguments -join ' ') -NoProfile -NonInteractive -File '$script'" 2>&1).ForEach([string])
        }
        finally {
            Remove-Item Env:WATCHED_SECRET
            Get-ApiToken -Connection gcore -Name 'watched*' | Remove-ApiToken
        }

        $seen = $output -match '^\{.*\}$' | Select-Object -Last 1
        $seen | Should -Not -BeNullOrEmpty -Because ($output -join "`n")
        $seen = ConvertFrom-Json $seen
        $seen.Final | Should -Be 'UserWrite, UserRead'
        $seen.Left | Should -Be 'secret'

        # Every file with the length of a secret, under any name, including temporary files, must be accessible only to its owner.
        $seen.Modes | Where-Object { ($_ -like '* True' -or $_ -like '.tmp *') -and $_ -notlike '* UserWrite, UserRead *' } | Should -BeNullOrEmpty
    }
}
