# Secrets that go into a vault or a file in place of the pipeline: none is lost, whatever the vault says.

BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    $script:noVaults = -not (Test-VaultSupport)
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
    if (Test-VaultSupport) {
        $script:folder = Initialize-TestVault
    }
    else {
        Write-Warning 'SecretManagement and SecretStore are not installed, or this is Windows: vaults are left out.'
    }

    function Get-DefaultName($Token) {
        "$($Token.Service)/$($Token.Account)/$($Token.Name)"
    }

    function Test-Vault($Token, [string] $Vault = 'Test', [string] $Name = (Get-DefaultName $Token)) {
        Test-Secret $Token -Secret (Get-Secret -Vault $Vault -Name $Name)
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'A vault that takes the secrets, on <Connection>' -ForEach $services -Skip:$noVaults {
    It 'has the secret of a new token, and what it is for' {
        $token = Add-TestToken $Connection -With @{ Vault = 'Store' }
        $token.PSObject.Properties.Name | Should -Not -Contain 'Secret'
        Test-Vault $token Store | Should -BeTrue
        $metadata = (Get-SecretInfo -Vault Store -Name (Get-DefaultName $token)).Metadata
        $metadata['service'] | Should -BeExactly $token.Service
        $metadata['account'] | Should -BeExactly $token.Account
        $metadata['tokenId'] | Should -BeExactly $token.Id
        if ($token.ExpiresAt) {
            [math]::Abs(($metadata['expiresAt'] - $token.ExpiresAt.UtcDateTime).TotalSeconds) | Should -BeLessThan 1
        }
    }

    It 'has the successor''s secret under the name of its predecessor''s, which is dead' {
        $old = Add-TestToken $Connection
        $old | Save-ApiTokenSecret -Vault Store
        $new = $old | Reset-ApiToken -Vault Store
        $new.Id | Should -Not -Be $old.Id -Because 'a change in place kills the old secret before the vault has the new one'
        $new.PSObject.Properties.Name | Should -Not -Contain 'Secret'
        Test-Vault $new Store | Should -BeTrue
        Test-Secret $old | Should -BeFalse
        (Get-SecretInfo -Vault Store -Name (Get-DefaultName $new)).Metadata['tokenId'] | Should -BeExactly $new.Id
    }

    It 'that refuses leaves the predecessor, gives back the new secret, and the error names both' {
        $old = Add-TestToken $Connection
        $old | Save-ApiTokenSecret -Vault Test
        Set-Content -LiteralPath "$folder/refuse" -Value '*' -NoNewline
        try {
            $new = $old | Reset-ApiToken -Vault Test -ErrorVariable failure -ErrorAction SilentlyContinue
        }
        finally {
            Remove-Item -LiteralPath "$folder/refuse"
        }

        $new.Secret | Should -BeOfType [securestring]
        Test-Secret $new | Should -BeTrue
        Test-Secret $old | Should -BeTrue
        Test-Vault $old | Should -BeTrue -Because 'the vault still has the old one'
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'SecretNotSaved,*'
        $failure[0].TargetObject.Id | Should -Be $new.Id
        $failure[0].ErrorDetails.Message | Should -BeLike "*$($new.Id)*$($old.Id)*vault is full*old token is unchanged*"
        "$($failure[0] | Format-List * -Force | Out-String) $($failure[0].Exception)" | Should -Not -BeLike "*$(Get-PlainText $new.Secret)*"
    }
}

Describe 'A new token and a vault' -Skip:$noVaults {
    It 'is given back with its secret where the vault refuses it' {
        Set-Content -LiteralPath "$folder/refuse" -Value 'no-*' -NoNewline
        try {
            $tokens = 'no-1', 'yes-1', 'no-2' | ForEach-Object { [pscustomobject]@{ Name = $_ } } |
                New-ApiToken -Connection gcore -Role Users -Vault Test -SecretName { $_.Name } -ErrorVariable failure -ErrorAction SilentlyContinue
        }
        finally {
            Remove-Item -LiteralPath "$folder/refuse"
        }

        $tokens | Should -HaveCount 3
        $failure.TargetObject.Name | Sort-Object | Should -Be 'no-1', 'no-2'
        $tokens | Where-Object Name -Like 'no-*' | ForEach-Object { Test-Secret $_ | Should -BeTrue }
        Test-Vault ($tokens | Where-Object Name -EQ 'yes-1') -Name 'yes-1' | Should -BeTrue
        $tokens | Where-Object Name -Like 'no-*' | Save-ApiTokenSecret -Vault Test -SecretName { $_.Name }
        Test-Vault ($tokens | Where-Object Name -EQ 'no-2') -Name 'no-2' | Should -BeTrue
    }

    It 'is not issued where the vault is <What>' -ForEach @(
        @{ What = 'not there'; Vault = 'Nowhere'; ErrorId = 'VaultNotFound' }
        @{ What = 'locked'; Vault = 'Test'; ErrorId = 'VaultNotReady' }
    ) {
        $null = New-Item -ItemType File -Path "$folder/locked"
        try {
            Assert-Refused $ErrorId { New-ApiToken never -Connection gcore -Role Users -Vault $Vault }
        }
        finally {
            Remove-Item -LiteralPath "$folder/locked"
        }
    }

    It 'is not issued where SecretManagement is not there' {
        $gcore = $sandbox.Services | Where-Object Service -EQ gcore
        $result = Invoke-ChildPowerShell -Environment @{ VAULT_TEST_SECRET = Get-PlainText $gcore.Secret } -Script @"
Import-Module '$moduleFolder'
`$env:PSModulePath = ''
`$secret = [System.Net.NetworkCredential]::new('', `$env:VAULT_TEST_SECRET).SecurePassword
`$null = Connect-ApiTokenService Gcore -Token `$secret -BaseUri '$($gcore.BaseUri)'
try { New-ApiToken never -Role Users -Vault Any } catch { @{ Id = `$_.FullyQualifiedErrorId; Action = `$_.ErrorDetails.RecommendedAction; Message = `$_.Exception.Message } | ConvertTo-Json -Compress }
"@
        Remove-Item env:VAULT_TEST_SECRET
        $result.Id | Should -BeLike 'SecretManagementNotFound,*' -Because $result.Message
        $result.Action | Should -BeLike '*Install-PSResource*'
        Get-ApiToken -Connection gcore | Where-Object Name -EQ never | Should -BeNullOrEmpty
    }

    It 'goes into a vault that takes no metadata' {
        $null = New-Item -ItemType File -Path "$folder/no-metadata"
        try {
            $token = Add-TestToken wegnology -With @{ Vault = 'Test' }
        }
        finally {
            Remove-Item -LiteralPath "$folder/no-metadata"
        }

        Test-Vault $token | Should -BeTrue
    }

    It 'does not take the place of another token''s secret' {
        $first = Add-TestToken gcore twin -With @{ Vault = 'Test' }
        $second = New-ApiToken twin -Connection gcore -Role Users -Vault Test -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'SecretNotSaved,*'
        $failure[0].ErrorDetails.RecommendedAction | Should -BeLike '*-Force*'
        Test-Secret $second | Should -BeTrue
        (Get-SecretInfo -Vault Test -Name (Get-DefaultName $first)).Metadata['tokenId'] | Should -Be $first.Id
        $null = New-ApiToken twin -Connection gcore -Role Users -Vault Test -Force -ErrorAction Stop
    }

    It 'is refused before it is issued where another one of this run has its place' {
        $count = (Get-RequestCount).writes
        $tokens = 'one', 'two' | ForEach-Object { [pscustomobject]@{ Name = $_ } } |
            New-ApiToken -Connection gcore -Role Users -Vault Test -SecretName same -ErrorVariable failure -ErrorAction SilentlyContinue
        $tokens | Should -HaveCount 1
        $failure.FullyQualifiedErrorId | Should -BeLike 'SecretPlaceTaken,*'
        (Get-RequestCount).writes | Should -Be ($count + 1)
    }

    It 'has its secret nowhere else: -AsPlainText is refused' {
        Assert-Refused InvalidAsPlainText { New-ApiToken x -Connection gcore -Role Users -Vault Test -AsPlainText }
    }
}

Describe 'A rotation and a vault' -Skip:$noVaults {
    It 'puts the old secret back where the service does not let in the new one' {
        $old = Add-TestToken wegnology
        $old | Save-ApiTokenSecret -Vault Test
        Add-Fault @{ kind = 'status'; status = 401; path = '/wegnology/me'; count = 4 }
        $failure = Get-Failure { $old | Reset-ApiToken -Vault Test }
        Clear-Fault
        $failure.FullyQualifiedErrorId | Should -BeLike 'SuccessorRefused,*'
        $failure.ErrorDetails.Message | Should -BeLike "*$($old.Id)*"
        Test-Vault $old | Should -BeTrue
        Test-Secret $old | Should -BeTrue
        Get-PlainText (Get-Secret -Vault Test -Name (Get-DefaultName $old)) | Should -BeExactly (Get-PlainText $old.Secret)
    }

    It 'leaves alone what another token has under the name' {
        $other, $old = 1..2 | ForEach-Object { Add-TestToken gcore same-name }
        $other | Save-ApiTokenSecret -Vault Test
        $new = $old | Reset-ApiToken -Vault Test -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure.ErrorDetails.Message | Should -BeLike "*another token ($($other.Id))*"
        Test-Vault $other | Should -BeTrue
        $old, $other, $new | ForEach-Object { Test-Secret $_ | Should -BeTrue }
    }

    It 'does not give two of a run the same place' {
        $old = 1..2 | ForEach-Object { Add-TestToken gcore same-run }
        $new = @($old | Reset-ApiToken -Vault Test -ErrorVariable failure -ErrorAction SilentlyContinue)
        $new | Should -HaveCount 1
        $failure.FullyQualifiedErrorId | Should -BeLike 'SecretPlaceTaken,*'
        Test-Vault $new[0] | Should -BeTrue
        @($old | Where-Object { Test-Secret $_ }) | Should -HaveCount 1
    }

    It 'that the vault refused is named by the next run with the journal, and issues no other' {
        $old = Add-TestToken devo
        $journal = Join-Path $TestDrive 'refused.jsonl'
        Set-Content -LiteralPath "$folder/refuse" -Value '*' -NoNewline
        try {
            $new = $old | Reset-ApiToken -Vault Test -JournalPath $journal -ErrorAction SilentlyContinue
        }
        finally {
            Remove-Item -LiteralPath "$folder/refuse"
        }

        $failure = Get-Failure { $old | Reset-ApiToken -Vault Test -JournalPath $journal }
        $failure.FullyQualifiedErrorId | Should -BeLike 'OrphanedToken,*'
        $failure.TargetObject.Id | Should -Be $new.Id
        $new | Remove-ApiToken
        $last = $old | Reset-ApiToken -Vault Test -JournalPath $journal
        Test-Vault $last | Should -BeTrue
        Test-Secret $old | Should -BeFalse
    }

    It 'sends nothing and takes nothing from the vault with -WhatIf' {
        $old = Add-TestToken gcore
        $old | Save-ApiTokenSecret -Vault Test
        $writes = (Get-RequestCount).writes
        $old | Reset-ApiToken -Vault Test -WhatIf
        (Get-RequestCount).writes | Should -Be $writes
        Test-Vault $old | Should -BeTrue
    }
}

Describe 'Save-ApiTokenSecret into a vault' -Skip:$noVaults {
    It 'writes nothing but what -PassThru asks for, without the secret' {
        $token = Add-TestToken gcore
        $token | Save-ApiTokenSecret -Vault Test | Should -BeNullOrEmpty
        $passed = $token | Save-ApiTokenSecret -Vault Test -SecretName other -PassThru
        $passed.Id | Should -Be $token.Id
        $passed.PSObject.Properties.Name | Should -Not -Contain 'Secret'
        Test-Vault $token -Name other | Should -BeTrue
    }

    It 'takes any object that has a Secret, and needs a name for one without' {
        $thing = [pscustomobject]@{ Secret = ConvertTo-Secret 'abc'; Name = 'thing' }
        $thing | Save-ApiTokenSecret -Vault Test -SecretName { "things/$($_.Name)" }
        Get-Secret -Vault Test -Name things/thing -AsPlainText | Should -BeExactly 'abc'
        (Get-Failure { $thing | Save-ApiTokenSecret -Vault Test }).FullyQualifiedErrorId | Should -Contain 'InvalidSecretName,ApiTokens.PowerShell.Commands.SaveApiTokenSecretCommand'
        (Get-Failure { 'text' | Save-ApiTokenSecret -Vault Test }).FullyQualifiedErrorId | Should -BeLike 'InvalidInputObject,*'
    }

    It 'passes on what the vault did not take' {
        $token = Add-TestToken gcore
        $token | Save-ApiTokenSecret -Vault Test
        $left = $token | Save-ApiTokenSecret -Vault Test -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure.FullyQualifiedErrorId | Should -BeLike 'SecretExists,*'
        Test-Secret $left | Should -BeTrue
        $token | Save-ApiTokenSecret -Vault Test -Force -ErrorAction Stop
    }

    It 'does nothing with -WhatIf' {
        $token = Add-TestToken gcore
        $token | Save-ApiTokenSecret -Vault Test -WhatIf
        Get-SecretInfo -Vault Test -Name (Get-DefaultName $token) | Should -BeNullOrEmpty
    }
}

Describe 'A file for the secret' {
    It 'has the secret alone, and only its owner can read it' {
        $file = Join-Path $TestDrive 'secret.txt'
        $token = Add-TestToken gcore -With @{ Path = $file }
        $token.PSObject.Properties.Name | Should -Not -Contain 'Secret'
        Test-Secret $token -Secret (ConvertTo-Secret ([System.IO.File]::ReadAllText($file))) | Should -BeTrue
        if (-not $IsWindows) {
            [string] [System.IO.File]::GetUnixFileMode($file) | Should -Be 'UserWrite, UserRead'
        }
        else {
            (Get-Acl -LiteralPath $file).Access | Should -HaveCount 1
        }
    }

    It 'is not overwritten without -Force, and then gets its rights anew' {
        $file = Join-Path $TestDrive 'there.txt'
        Set-Content -LiteralPath $file -Value 'precious'
        Assert-Refused SecretExists { New-ApiToken x -Connection gcore -Role Users -Path $file }
        Get-Content -LiteralPath $file | Should -Be 'precious'
        $token = Add-TestToken gcore -With @{ Path = $file; Force = $true }
        Test-Secret $token -Secret (ConvertTo-Secret ([System.IO.File]::ReadAllText($file))) | Should -BeTrue
        if (-not $IsWindows) {
            [string] [System.IO.File]::GetUnixFileMode($file) | Should -Be 'UserWrite, UserRead'
        }

        @(Get-ChildItem -LiteralPath $TestDrive -Force -Filter '.there*') | Should -HaveCount 0 -Because 'no temporary file stays'
    }

    It 'is one for each token by a script block, and never one for two' {
        $tokens = 1..3 | ForEach-Object { Add-TestToken gcore }
        $new = $tokens | Reset-ApiToken -Path { Join-Path $TestDrive "$($_.Name).txt" }
        $new | Should -HaveCount 3
        foreach ($token in $new) {
            Test-Secret $token -Secret (ConvertTo-Secret ([System.IO.File]::ReadAllText((Join-Path $TestDrive "$($token.Name).txt")))) | Should -BeTrue
        }

        $left = @($new | Reset-ApiToken -Path (Join-Path $TestDrive 'one.txt') -ErrorVariable failure -ErrorAction SilentlyContinue)
        $left | Should -HaveCount 1
        $failure.FullyQualifiedErrorId | Should -Be (@('SecretPlaceTaken,ApiTokens.PowerShell.Commands.ResetApiTokenCommand') * 2)
    }

    It 'that cannot be is refused before a token is issued' {
        Assert-Refused InvalidPath { New-ApiToken x -Connection gcore -Role Users -Path (Join-Path $TestDrive 'nowhere/x.txt') }
        Assert-Refused InvalidPath { New-ApiToken x -Connection gcore -Role Users -Path $TestDrive }
        Assert-Refused InvalidPath { New-ApiToken x -Connection gcore -Role Users -Path x -Vault y }
        Assert-Refused InvalidSecretName { New-ApiToken x -Connection gcore -Role Users -SecretName x }
    }

    It 'takes secrets from Save-ApiTokenSecret' {
        $token = Add-TestToken devo
        $file = Join-Path $TestDrive 'saved.txt'
        $token | Save-ApiTokenSecret -Path $file
        [System.IO.File]::ReadAllText($file) | Should -BeExactly (Get-PlainText $token.Secret)
    }
}
