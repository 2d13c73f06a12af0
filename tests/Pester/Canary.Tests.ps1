# Runs every cmdlet with known secrets, a transcript, a vault, and everything that formats and converts objects; no output may
# contain a secret or a part of one. ApiTokens.PowerShell.Tests searches the engine's streams, journals, reports and the
# sandbox's database.

BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    $script:noVaults = -not (Test-VaultSupport)
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"

    $script:session = "$PSScriptRoot/Canary.Session.ps1"
    $script:folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'captured')).FullName
    $elsewhere = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'elsewhere')).FullName
    $script:child = Invoke-ChildPowerShell "& '$session' -ModulePath '$moduleFolder' -Folder '$folder' -Elsewhere '$elsewhere'$(if (Test-VaultSupport) { ' -WithVault' })"

    # The files that have been read, by name.
    $script:captured = @{}

    function Read-Capture {
        <# Reads any file as text, in one-byte and two-byte encodings. #>
        param([Parameter(Mandatory)] [string] $Path)

        $bytes = [System.IO.File]::ReadAllBytes($Path)
        [System.Text.Encoding]::GetEncoding(28591).GetString($bytes) + [System.Text.Encoding]::Unicode.GetString($bytes)
    }
}

Describe 'A session with every cmdlet' {
    It 'uses every cmdlet' {
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($session, [ref] $null, [ref] $null)
        $used = $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true) | ForEach-Object { $_.GetCommandName() } | Sort-Object -Unique
        (Get-Command -Module ApiTokens -CommandType Cmdlet).Name | Where-Object { $_ -notin $used } | Should -BeNullOrEmpty
    }

    It 'issues secrets on all services in all ways' {
        $child.Secrets | Sort-Object -Unique | Should -HaveCount (6 * $testServices.Count + $testServices.Where({ $_.HasLogin }).Count) -Because 'there are five for each service, its administrator''s and the passwords'
        $child.Secrets | Where-Object Length -LT 12 | Should -BeNullOrEmpty
    }

    It 'writes <_> without a secret' -ForEach @(
        'transcript.txt', 'streams.txt', 'issued.*'
    ) {
        $files = @(Get-ChildItem -Path (Join-Path $folder $_) -File)
        $files | Should -Not -BeNullOrEmpty
        foreach ($file in $files) {
            $captured[$file.Name] = $text = Read-Capture $file.FullName
            Find-Secret $text -Secret $child.Secrets | Should -BeNullOrEmpty -Because $file.Name

            # Check the search itself: it must find a part of a secret that is inserted into the middle of this file.
            $planted = $child.Secrets[3]
            $part = $planted.Substring($planted.Length - 12, 10)
            Find-Secret $text.Insert([int] ($text.Length / 2), $part) -Secret $planted | Should -BeExactly $planted -Because $file.Name
        }
    }

    It 'writes no other file' {
        (Get-ChildItem -LiteralPath $folder -File).Name | Where-Object { -not $captured.ContainsKey($_) } | Should -BeNullOrEmpty
    }

    It 'captures output: <_>' -ForEach @(
        'What if: Performing the operation "Remove API token"'
        '(?i)rejected'
        'OwnTokenProtected|SecretNotAttributed'
        'System.Security.SecureString'
    ) {
        $captured['transcript.txt'] -match $_ | Should -BeTrue
    }

    It 'captures the streams of the vault' -Skip:$noVaults {
        $captured['streams.txt'] -match 'NoSuchVault' | Should -BeTrue
    }
}
