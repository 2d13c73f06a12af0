# Input that means something to a shell, a path, a pattern or a terminal: refused by name before a request, or carried to the letter.

BeforeDiscovery {
    $script:connections = 'devo', 'wegnology', 'gcore', 'application-users'
    $script:tokenCommands = @(
        @{ Command = 'Remove-ApiToken'; With = @{}; On = 'devo' }
        @{ Command = 'Reset-ApiToken'; With = @{}; On = 'devo' }
        @{ Command = 'Disable-ApiToken'; With = @{}; On = 'devo' }
        @{ Command = 'Enable-ApiToken'; With = @{}; On = 'devo' }
        @{ Command = 'Rename-ApiToken'; With = @{ NewName = 'x' }; On = 'devo' }
        @{ Command = 'Set-ApiToken'; With = @{ Description = 'x' }; On = 'wegnology' }
    )
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox

    # Windows PowerShell reads no `u{...}: what is not ASCII is made of its code.
    function Get-Text { param([int[]] $Code) -join ($Code | ForEach-Object { [char]::ConvertFromUtf32($_) }) }
    $script:override = [string] [char] 0x202E
    $script:escape = [string] [char] 27
    $script:names = @(
        '[a-z]*', '*', '?', 'ci[1]', 'a`*b', '``', '`', 'a]', ']', '{a,b}', '!x', '(a|b)', 'a\b', "it's", '"quoted"', 'a, b', 'a;b', '$(Get-Date)', '${env:HOME}', '@{a=1}', '-Force', '-1'
        '../../tokens', '%2f..%2f', '..', '?page=1&perPage=1', '#', '<b>', 'null', 'true', '42', '5e00000000000000000000aa', 'at_0123456789abcdefghij', ' leading', 'trailing ', 'Only-Case', 'only-case'
        ('a{0}b' -f [char] 0x2019), ('gpj.{0}exe' -f $override), (Get-Text 0x1F600, 0x1F469, 0x200D, 0x1F469), (Get-Text 0x65, 0x301), (Get-Text 0xE9), (Get-Text 0x130), (Get-Text 0x131), (Get-Text 0xFEFF, 0x61), (Get-Text 0x202F, 0x61), ('n' * 255)
    )

    function Find-ByName {
        <# The ids of the tokens that Get-ApiToken -Name finds, and its errors. #>
        param([string] $Connection, [string] $Name)

        $failure = @()
        $found = @(Get-ApiToken -Connection $Connection -Name $Name -ErrorVariable failure -ErrorAction SilentlyContinue)
        [pscustomobject]@{ Id = @($found.Id); Name = @($found.Name); Errors = @($failure) }
    }

    # WildcardPattern.Escape of older editions leaves the backtick as it is.
    function Get-Escaped { param([string] $Name) $Name -replace '([`*?\[\]])', '`$1' }

    function Get-HostText {
        <# What a script writes to a host, with what it asks for -WhatIf, as text. #>
        [OutputType([string])]
        param([scriptblock] $Script, [hashtable] $Variable = @{})

        $file = Join-Path $TestDrive "$([guid]::NewGuid().ToString('n')).txt"
        $Variable['file'] = $file
        $null = Invoke-InRunspace $other -Variable $Variable ([scriptblock]::Create("Start-Transcript -LiteralPath `$file | Out-Null; try { $Script } finally { Stop-Transcript | Out-Null }"))
        [System.IO.File]::ReadAllText($file)
    }

    $script:other = Open-Runspace
}

AfterAll {
    $other.Dispose()
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'A strange name, on <_>' -ForEach $connections {
    It 'is listed, found by its escaped pattern, renamed and removed under exactly that name' {
        $connection = $_
        $wrong = foreach ($name in $names) {
            $token = Add-TestToken $connection $name
            $wrong = @(
                if ($token.Name -cne $name) { 'issued' }
                if ((Get-ApiToken -Connection $connection -Id $token.Id).Name -cne $name) { 'read' }
                $found = Find-ByName $connection (Get-Escaped $name)
                if ($token.Id -notin $found.Id -or ($found.Name | Where-Object { $_ -ne $name -and $_.ToUpperInvariant() -ne $name.ToUpperInvariant() })) { 'found' }
                if ($found.Errors) { 'error though found' }
            )

            # Where the name could be taken for an id or for many, the token itself is given.
            $literal = $name -notmatch '^(\*|[0-9]+|[0-9a-f]{24}|at_[0-9a-z]{20})$'
            if ((Get-ApiTokenService $connection).Capabilities.Rename) {
                $renamed = "r$name".Substring(0, [Math]::Min(255, $name.Length + 1))
                $token | Rename-ApiToken -NewName $renamed
                if ((Get-ApiToken -Connection $connection -Id $token.Id).Name -cne $renamed) { $wrong += 'renamed' }
                [pscustomobject]@{ Connection = $connection; Name = $renamed; NewName = $name } | Rename-ApiToken
                if ((Get-ApiToken -Connection $connection -Id $token.Id).Name -cne $name) { $wrong += 'renamed back' }
            }

            if ($literal) { Remove-ApiToken $name -Connection $connection } else { $token | Remove-ApiToken }
            if (Test-Secret $token) { $wrong += 'removed' }
            if ($wrong) { "$($wrong -join ', '): $name" }
        }
        $wrong | Should -BeNullOrEmpty
    }

    It 'is one of two names that differ in case only, and the other stays' {
        $lower = Add-TestToken $_ 'strasse-case'
        $upper = Add-TestToken $_ 'STRASSE-case'
        Remove-ApiToken 'STRASSE-case' -Connection $_
        Test-Secret $lower | Should -BeTrue
        Test-Secret $upper | Should -BeFalse
        Remove-ApiToken 'Strasse-CASE' -Connection $_
        Test-Secret $lower | Should -BeFalse -Because 'one name fits it in any case'
    }

    It 'goes through a CSV file and back' {
        $file = Join-Path $TestDrive "names-$_.csv"
        $connection = $_
        $tokens = $names | Where-Object { $_ -notmatch '^\*$' } | Select-Object -First 24 | ForEach-Object { Add-TestToken $connection $_ }
        $tokens | Select-Object Connection, Id, Name | Export-Csv -LiteralPath $file -NoTypeInformation -Encoding UTF8
        Import-Csv -LiteralPath $file -Encoding UTF8 | Remove-ApiToken
        @($tokens | Where-Object { Test-Secret $_ }) | Should -BeNullOrEmpty
    }

    It 'is refused unsent where nobody could type it again' {
        foreach ($piece in "`r`n", "`n", "`t", "`0", $escape, [string] [char] 0x85, [string] [char] 0xD800, (' ' * 3), ('n' * 32768)) {
            $before = (Get-RequestCount).total
            $failure = @(Get-Failure { Add-TestToken $_ $piece })
            $failure | Should -HaveCount 1
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'InvalidName,*' -Because ('{0:X4}' -f [int] $piece[0])
            (Get-RequestCount).total | Should -Be $before
        }
    }
}

Describe 'Get-ApiToken -Name' {
    It 'reports a name that is not there, also one that is escaped, and none that is: <_>' -ForEach @('a`]', 'a``b', '`[x`]', '`*') {
        (Find-ByName gcore $_).Errors.FullyQualifiedErrorId | Should -BeLike 'ObjectNotFound,*'
        $token = Add-TestToken gcore ($_ -replace '`(.)', '$1')
        (Find-ByName gcore $_).Errors | Should -BeNullOrEmpty
        (Find-ByName gcore $_).Id | Should -Be $token.Id
        $token | Remove-ApiToken
    }

    It 'refuses a range the wrong way round, before any request' {
        $before = (Get-RequestCount).total
        (Get-Failure { Get-ApiToken -Name '[z-a]' }).FullyQualifiedErrorId | Should -BeLike 'InvalidName,*'
        (Get-RequestCount).total | Should -Be $before
    }

    It 'takes very many names and a pattern of 32 KB' {
        @(Get-ApiToken -Connection gcore -Name (1..5000 | ForEach-Object { "no-$_*" })) | Should -BeNullOrEmpty
        @(Get-ApiToken -Connection gcore -Name ('*a' * 16384 + '*')) | Should -BeNullOrEmpty
    }
}

Describe 'Every token at once where one is named' {
    It 'is refused by <Command> before any request, and the way is named' -ForEach $tokenCommands {
        foreach ($name in '*', '**') {
            $before = (Get-RequestCount).total
            Assert-Refused WildcardNotAllowed { & $Command $name -Connection $On @With }
            Assert-Refused WildcardNotAllowed { [pscustomobject]@{ Connection = $On; Name = $name } | & $Command @With }
            (Get-RequestCount).total | Should -Be $before
            (Get-Failure { & $Command $name -Connection $On @With }).ErrorDetails.RecommendedAction | Should -BeLike "*Get-ApiToken -Name '*' | $Command*"
        }
    }

    It 'does not keep a token that is called so from being removed, by id or object' {
        $tokens = 1..2 | ForEach-Object { Add-TestToken gcore '*' }
        Remove-ApiToken $tokens[0].Id -Connection gcore
        Get-ApiToken -Connection gcore -Name '`*' | Remove-ApiToken
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
    }

    It 'is named as the way where a pattern is the name of no token' {
        $failure = Get-Failure { Remove-ApiToken 'nightly''-[0-9]*' -Connection gcore }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ObjectNotFound,*'
        $failure.ErrorDetails.RecommendedAction | Should -BeExactly 'Remove-ApiToken takes a name to the letter. If it is a pattern: Get-ApiToken -Name ''nightly''''-[0-9]*'' | Remove-ApiToken'
    }
}

Describe 'What would steer a terminal' {
    It 'is shown as a mark where -WhatIf and -Confirm name a token' {
        $token = [pscustomobject] @{ Id = '7002'; Connection = 'gcore'; Service = 'Gcore'; Account = '1001'; Name = "x$escape[2J$escape]0;owned`a`r`nWhat if: nothing${override}gpj" }
        $text = Get-HostText { $token | Remove-ApiToken -WhatIf; $token | Reset-ApiToken -WhatIf } @{ token = $token }
        $text | Should -Match 'Remove API token'
        $text -match "[$escape$override`a]" | Should -BeFalse
        $text -match '(?m)^What if: nothing' | Should -BeFalse
    }

    It 'is shown as a mark where Rename-ApiToken, New-ApiToken, Remove-ApiToken -All and Save-ApiTokenSecret ask' {
        $bad = "x$escape[2J$override"
        $issued = Add-TestToken gcore
        $saved = [pscustomobject]@{ Name = $bad; Secret = $issued.Secret }
        $text = Get-HostText {
            Rename-ApiToken 7 -NewName $bad -Connection devo -WhatIf
            New-ApiToken -Connection application-users -User $bad -WhatIf
            Remove-ApiToken -All -User $bad -Connection application-users -WhatIf
            $saved | Save-ApiTokenSecret -Path "$file.$bad" -WhatIf
        } @{ bad = $bad; saved = $saved }
        $text | Should -Match 'Rename API token'
        $text -match "[$escape$override]" | Should -BeFalse
    }

    It 'is escaped in a journal' {
        $path = Join-Path $TestDrive 'steering.jsonl'
        $token = Add-TestToken gcore "a$override`"b"
        $token | Remove-ApiToken -JournalPath $path
        $bytes = [System.IO.File]::ReadAllText($path)
        $bytes -match "[$escape$override]" | Should -BeFalse
        (Get-JournalLine $path)[1].name | Should -BeExactly $token.Name
    }
}

Describe 'An id that is a command' {
    It 'is refused unsent, whoever says it' {
        $before = (Get-RequestCount).total
        Assert-Refused InvalidId { [pscustomobject]@{ Connection = 'gcore'; Id = '42; rm -rf ~'; Name = 'x' } | Remove-ApiToken }
        (Get-RequestCount).total | Should -Be $before
    }
}

Describe 'A journal at <Path>' -ForEach @(
    @{ Path = '/dev/zero' }
    @{ Path = '/dev/full' }
    @{ Path = '/dev/tty' }
) -Skip:(-not (Test-Path /dev/full)) {
    It 'is refused and nothing is removed' {
        $token = Add-TestToken gcore
        Assert-Refused 'Journal*' { $token | Remove-ApiToken -JournalPath $Path }
        Test-Secret $token | Should -BeTrue
        $token | Remove-ApiToken
    }
}

Describe 'A path of a journal that is none' {
    It 'is refused with an id of ours: <_>' -ForEach @('', ' ', 'no-such-drive:/x', 'env:journal', 'a*b/../..') {
        $failure = @(Get-Failure { Remove-ApiToken 424242 -Connection gcore -JournalPath $_ })
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'Journal*,ApiTokens.*'
    }

    It 'is refused where it has a zero, or is 32 KB long' {
        foreach ($path in "a`0b", ('n' * 32768)) {
            (Get-Failure { Remove-ApiToken 424242 -Connection gcore -JournalPath $path }).FullyQualifiedErrorId | Should -BeLike 'Journal*,ApiTokens.*'
        }
    }

    It 'is refused where the file is read-only' -Skip:(-not (Test-Path /proc/version) -or [Environment]::UserName -eq 'root') {
        $path = Join-Path $TestDrive 'readonly.jsonl'
        Set-Content -LiteralPath $path -Value ''
        (Get-Item -LiteralPath $path).IsReadOnly = $true
        (Get-Failure { Remove-ApiToken 424242 -Connection gcore -JournalPath $path }).FullyQualifiedErrorId | Should -BeLike 'JournalNotOpened,*'
    }
}

Describe 'A policy file' {
    It 'with <What> is refused by name, and nothing in it runs' -ForEach @(
        @{ What = 'code'; Text = '@{ MaximumLife = (Set-Content -LiteralPath $env:APITOKENS_PROOF -Value x) }' }
        @{ What = 'a subexpression in a text'; Text = '@{ MaximumLife = "$(Set-Content -LiteralPath $env:APITOKENS_PROOF -Value x)" }' }
        @{ What = 'a script block'; Text = '@{ MaximumLife = { Set-Content -LiteralPath $env:APITOKENS_PROOF -Value x } }' }
        @{ What = 'code as a key'; Text = '@{ $(Set-Content -LiteralPath $env:APITOKENS_PROOF -Value x) = 1 }' }
        @{ What = 'a call of .NET'; Text = '@{ MaximumLife = [System.IO.File]::WriteAllText($env:APITOKENS_PROOF, "x") }' }
        @{ What = 'code before the table'; Text = 'Set-Content -LiteralPath $env:APITOKENS_PROOF -Value x; @{}' }
        @{ What = 'code after the table'; Text = '@{} | ForEach-Object { Set-Content -LiteralPath $env:APITOKENS_PROOF -Value x }' }
        @{ What = 'using'; Text = 'using module ./evil.psm1' + "`n" + '@{}' }
        @{ What = 'nothing'; Text = '' }
        @{ What = 'a key that there is not'; Text = '@{ Nonsense = 1 }' }
        @{ What = 'a key twice'; Text = '@{ Rule = "Expired"; rule = "Expired" }' }
        @{ What = 'a table for a duration'; Text = '@{ MaximumLife = @{ a = 1 } }' }
        @{ What = 'a null for a duration'; Text = '@{ MaximumLife = $null }' }
        @{ What = 'a number out of range'; Text = '@{ TokenLimit = 99999999999999999999 }' }
        @{ What = 'a rule that there is not'; Text = '@{ Rule = "NoSuchRule" }' }
        @{ What = 'a table 20,000 deep'; Text = '@{ Rule = ' + ('@(' * 20000) + '1' + (')' * 20000) + ' }' }
        @{ What = 'zeros'; Text = "`0`0`0`0" }
        @{ What = 'more than a policy can be'; Text = '@{ KnownUser = "' + ('a' * 1100000) + '" }' }
    ) {
        $path = Join-Path $TestDrive 'policy.psd1'
        $env:APITOKENS_PROOF = Join-Path $TestDrive 'proof'
        [System.IO.File]::WriteAllText($path, $Text)
        $before = (Get-RequestCount).total
        $failure = @(Get-Failure { Test-ApiToken -Policy $path -Connection gcore })
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'Invalid*,ApiTokens.*'
        $env:APITOKENS_PROOF | Should -Not -Exist
        (Get-RequestCount).total | Should -Be $before
    }

    It 'that never ends is refused' -Skip:(-not (Test-Path /dev/zero)) {
        (Get-Failure { Test-ApiToken -Policy /dev/zero -Connection gcore }).FullyQualifiedErrorId | Should -BeLike 'InvalidPolicy,*'
    }
}

Describe 'A file of leaked texts' {
    It 'that is <_> is refused by name' -ForEach @('/dev/zero', 'TestDrive:/') -Skip:(-not (Test-Path /dev/zero)) {
        $failure = @(Get-Failure { Find-ApiToken -Path $_ -Connection gcore })
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'InvalidPath,*'
    }
}

Describe 'A file with a secret' -Tag PowerShell7 -Skip:(-not (Test-Path /proc/version)) {
    It 'is its owner''s alone from its first byte on, whatever the umask, and no other file is left: <Way>' -ForEach @(
        @{ Way = 'New-ApiToken -Path'; Command = 'New-ApiToken -Connection gcore -Name watched -Role Users -Path $target | Out-Null' }
        @{ Way = 'Save-ApiTokenSecret'; Command = 'New-ApiToken -Connection gcore -Name watched -Role Users | Save-ApiTokenSecret -Path $target' }
        @{ Way = 'over an older one that all can read'; Command = 'Set-Content $target "old"; chmod 666 $target; New-ApiToken -Connection gcore -Name watched -Role Users -Path $target -Force | Out-Null' }
    ) {
        # A watcher sees each file as it is made; the umask lets everybody do everything.
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

        # Whatever has the length of a secret, under whatever name, and the file on its way to it, is the owner's.
        $seen.Modes | Where-Object { ($_ -like '* True' -or $_ -like '.tmp *') -and $_ -notlike '* UserWrite, UserRead *' } | Should -BeNullOrEmpty
    }
}
