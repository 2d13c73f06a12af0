# Secrets that are written to a vault or a file instead of the pipeline: none is lost, even if the vault fails.

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

Describe 'A vault for secrets, on <Connection>' -ForEach $services -Skip:$noVaults {
    It 'receives the secret of a new token, and its metadata' {
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

    It 'receives the new secret under the name of the old one, which no longer works' {
        $old = Add-TestToken $Connection
        $old | Save-ApiTokenSecret -Vault Store
        $new = $old | Reset-ApiToken -Vault Store
        $new.Id | Should -Not -Be $old.Id -Because 'a change in place invalidates the old secret before the vault has the new one'
        $new.PSObject.Properties.Name | Should -Not -Contain 'Secret'
        Test-Vault $new Store | Should -BeTrue
        Test-Secret $old | Should -BeFalse
        (Get-SecretInfo -Vault Store -Name (Get-DefaultName $new)).Metadata['tokenId'] | Should -BeExactly $new.Id
    }

    It 'that fails keeps the old token, returns the new secret, and the error identifies both' {
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
    It 'is not issued a second time if the vault has a secret of its name' {
        $first = Add-TestToken wegnology -With @{ Vault = 'Store' }
        $before = @(Get-ApiToken -Connection wegnology).Count
        $null = New-ApiToken -Connection wegnology -Name $first.Name -Scope ReadOnly -ExpiresIn 1d -Vault Store -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'SecretExists,*'
        @(Get-ApiToken -Connection wegnology).Count | Should -Be $before
        Test-Vault $first Store | Should -BeTrue
    }

    It 'is not issued a second time if the vault has a secret of the name that the script block returns' {
        $name = "script-$(New-Guid)"
        $new = { [pscustomobject] @{ Name = $name } | New-ApiToken -Connection gcore -Role Users -ExpiresIn 30d -Vault Store -SecretName { "ci/$($_.Name)" } @args }
        $first = & $new
        $before = (Get-RequestCount).writes
        $again = @(& $new -ErrorAction Continue 2>&1)
        $again | Should -HaveCount 1
        $again[0].FullyQualifiedErrorId | Should -BeLike 'SecretExists,*'
        (Get-RequestCount).writes | Should -Be $before
        Test-Vault $first -Vault Store -Name "ci/$name" | Should -BeTrue
        $second = & $new -Force
        Test-Vault $second -Vault Store -Name "ci/$name" | Should -BeTrue
        $third = $second | Reset-ApiToken -Vault Store -SecretName { "ci/$($_.Name)" }
        Test-Vault $third -Vault Store -Name "ci/$name" | Should -BeTrue
        $first | Reset-ApiToken -Vault Store -SecretName { "ci/$($_.Name)" } -ErrorVariable failure -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failure[0].ErrorDetails.Message | Should -BeLike '*belongs to another token*' -Because 'it has the secret of the third token'
    }

    It 'is not issued if the vault cannot be searched, and the other rows go on' {
        $before = (Get-RequestCount).writes
        [System.IO.File]::WriteAllText("$folder/unlisted", '')
        try {
            'one', 'two' | ForEach-Object { [pscustomobject] @{ Name = $_ } } |
                New-ApiToken -Connection gcore -Role Users -ExpiresIn 30d -Vault Test -ErrorVariable failure -ErrorAction SilentlyContinue
        }
        finally {
            Remove-Item -LiteralPath "$folder/unlisted"
        }

        $failure.FullyQualifiedErrorId | Should -BeLike 'VaultNotReady,*'
        $failure | Should -HaveCount 2
        (Get-RequestCount).writes | Should -Be $before
    }

    It 'is issued with -Force, and replaces the secret of its name' {
        $first = Add-TestToken wegnology -With @{ Vault = 'Store' }
        $second = New-ApiToken -Connection wegnology -Name $first.Name -Scope All -ExpiresIn 1d -Vault Store -Force
        Test-Vault $second Store | Should -BeTrue
    }

    It 'is returned with its secret if the vault fails' {
        Set-Content -LiteralPath "$folder/refuse" -Value 'no-*' -NoNewline
        try {
            $tokens = 'no-1', 'yes-1', 'no-2' | ForEach-Object { [pscustomobject]@{ Name = $_ } } |
                New-ApiToken -Connection gcore -Role Users -ExpiresIn 30d -Vault Test -SecretName { $_.Name } -ErrorVariable failure -ErrorAction SilentlyContinue
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

    It 'is not issued if the vault is <What>' -ForEach @(
        @{ What = 'missing'; Vault = 'Nowhere'; ErrorId = 'VaultNotFound' }
        @{ What = 'locked'; Vault = 'Test'; ErrorId = 'VaultNotReady' }
    ) {
        $null = New-Item -ItemType File -Path "$folder/locked"
        try {
            Assert-Rejected $ErrorId { New-ApiToken never -Connection gcore -Role Users -ExpiresIn 30d -Vault $Vault }
        }
        finally {
            Remove-Item -LiteralPath "$folder/locked"
        }
    }

    It 'is not issued if SecretManagement is not installed' {
        $gcore = $sandbox.Services | Where-Object Service -EQ gcore
        $result = Invoke-ChildPowerShell -Environment @{ VAULT_TEST_SECRET = Get-PlainText $gcore.Secret } -Script @"
Import-Module '$moduleFolder'
`$env:PSModulePath = ''
`$secret = [System.Net.NetworkCredential]::new('', `$env:VAULT_TEST_SECRET).SecurePassword
`$null = Connect-ApiTokenService Gcore -Token `$secret -BaseUri '$($gcore.BaseUri)'
try { New-ApiToken never -Role Users -ExpiresIn 30d -Vault Any } catch { @{ Id = `$_.FullyQualifiedErrorId; Action = `$_.ErrorDetails.RecommendedAction; Message = `$_.Exception.Message } | ConvertTo-Json -Compress }
"@
        Remove-Item env:VAULT_TEST_SECRET
        $result.Id | Should -BeLike 'SecretManagementNotFound,*' -Because $result.Message
        $result.Action | Should -BeLike '*Install-PSResource*'
        Get-ApiToken -Connection gcore | Where-Object Name -EQ never | Should -BeNullOrEmpty
    }

    It 'is saved to a vault without metadata' {
        $null = New-Item -ItemType File -Path "$folder/no-metadata"
        try {
            $token = Add-TestToken wegnology -With @{ Vault = 'Test' }
        }
        finally {
            Remove-Item -LiteralPath "$folder/no-metadata"
        }

        Test-Vault $token | Should -BeTrue
    }

    It 'does not replace the secret of another token' {
        $first = Add-TestToken gcore twin -With @{ Vault = 'Test' }
        $second = New-ApiToken twin -Connection gcore -Role Users -ExpiresIn 30d -Vault Test -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'SecretExists,*'
        $failure[0].ErrorDetails.RecommendedAction | Should -BeLike '*-Force*'
        $second | Should -BeNullOrEmpty -Because 'the vault was asked before a token was issued'
        (Get-SecretInfo -Vault Test -Name (Get-DefaultName $first)).Metadata['tokenId'] | Should -Be $first.Id
        $null = New-ApiToken twin -Connection gcore -Role Users -ExpiresIn 30d -Vault Test -Force -ErrorAction Stop
    }

    It 'does not replace the secret of another token, whose name has a backtick or a wildcard' -ForEach 'a`b', 'a*' {
        $first = Add-TestToken gcore $_ -With @{ Vault = 'Test' }
        $second = New-ApiToken $_ -Connection gcore -Role Users -ExpiresIn 30d -Vault Test -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'SecretExists,*'
        $second | Should -BeNullOrEmpty
        Test-Secret $first -Secret (Get-Secret -Vault Test -Name (Get-DefaultName $first)) | Should -BeTrue
    }

    It 'is rejected before it is issued if another token of this run has its name' {
        $count = (Get-RequestCount).writes
        $tokens = 'one', 'two' | ForEach-Object { [pscustomobject]@{ Name = $_ } } |
            New-ApiToken -Connection gcore -Role Users -ExpiresIn 30d -Vault Test -SecretName same -ErrorVariable failure -ErrorAction SilentlyContinue
        $tokens | Should -HaveCount 1
        $failure.FullyQualifiedErrorId | Should -BeLike 'SecretDestinationInUse,*'
        (Get-RequestCount).writes | Should -Be ($count + 1)
    }

    It 'has its secret only in the vault: -AsPlainText is rejected' {
        Assert-Rejected InvalidAsPlainText { New-ApiToken x -Connection gcore -Role Users -ExpiresIn 30d -Vault Test -AsPlainText }
    }
}

Describe 'A rotation and a vault' -Skip:$noVaults {
    It 'that fails because <Case> puts the old secret back, and keeps the old token' -ForEach @(
        @{ Case = 'the verification fails'; With = @{ Verify = { $false } }; ErrorId = 'VerificationFailed' }
        @{ Case = 'the deployment throws'; With = @{ Deploy = { throw 'the consumer is down' } }; ErrorId = 'SecretNotSaved' }
    ) {
        $old = Add-TestToken gcore -With @{ Vault = 'Store' }
        $before = Get-PlainText (Get-Secret -Vault Store -Name (Get-DefaultName $old))
        $null = $old | Reset-ApiToken -Vault Store @With -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
        Get-PlainText (Get-Secret -Vault Store -Name (Get-DefaultName $old)) | Should -BeExactly $before
        Test-Vault $old Store | Should -BeTrue
    }

    It 'that is deployed and verified stores the new secret, and removes the old token' {
        $old = Add-TestToken gcore -With @{ Vault = 'Store' }
        $seen = [System.Collections.Generic.List[object]]::new()
        $new = $old | Reset-ApiToken -Vault Store -Deploy { $seen.Add($_.Id) } -Verify { $seen.Count -eq 1 }
        $seen | Should -Be $new.Id
        Test-Vault $new Store | Should -BeTrue
        (Get-ApiToken -Connection gcore -Id $old.Id).Status | Should -Be 'Revoked'
    }

    It 'is compared with the tokens by Test-ApiToken' {
        $token = Add-TestToken gcore -With @{ Vault = 'Store' }
        @(Test-ApiToken -Connection gcore -Vault Store | Where-Object { $_.RuleId -eq 'VaultEntryOrphaned' -and $_.Message -like "*$($token.Id)*" }) | Should -HaveCount 0
        $token | Remove-ApiToken
        @(Test-ApiToken -Connection gcore -Vault Store | Where-Object { $_.RuleId -eq 'VaultEntryOrphaned' -and $_.Message -like "*$($token.Id)*" }) | Should -HaveCount 1
    }

    It 'restores the old secret if the service rejects the new one' {
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

    It 'does not replace the secret of another token with the same name' {
        $other, $old = 1..2 | ForEach-Object { Add-TestToken gcore same-name }
        $other | Save-ApiTokenSecret -Vault Test
        $new = $old | Reset-ApiToken -Vault Test -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure.ErrorDetails.Message | Should -BeLike "*another token ($($other.Id))*"
        Test-Vault $other | Should -BeTrue
        $old, $other, $new | ForEach-Object { Test-Secret $_ | Should -BeTrue }
    }

    It 'does not save two tokens of a run under the same name' {
        $old = 1..2 | ForEach-Object { Add-TestToken gcore same-run }
        $new = @($old | Reset-ApiToken -Vault Test -ErrorVariable failure -ErrorAction SilentlyContinue)
        $new | Should -HaveCount 1
        $failure.FullyQualifiedErrorId | Should -BeLike 'SecretDestinationInUse,*'
        Test-Vault $new[0] | Should -BeTrue
        @($old | Where-Object { Test-Secret $_ }) | Should -HaveCount 1
    }

    It 'that failed in the vault is reported by the next run with the journal, which issues no other token' {
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

    It 'sends nothing and does not change the vault with -WhatIf' {
        $old = Add-TestToken gcore
        $old | Save-ApiTokenSecret -Vault Test
        $writes = (Get-RequestCount).writes
        $old | Reset-ApiToken -Vault Test -WhatIf
        (Get-RequestCount).writes | Should -Be $writes
        Test-Vault $old | Should -BeTrue
    }
}

Describe 'Save-ApiTokenSecret into a vault' -Skip:$noVaults {
    It 'writes only the output of -PassThru, without the secret' {
        $token = Add-TestToken gcore
        $token | Save-ApiTokenSecret -Vault Test | Should -BeNullOrEmpty
        $passed = $token | Save-ApiTokenSecret -Vault Test -SecretName other -PassThru
        $passed.Id | Should -Be $token.Id
        $passed.PSObject.Properties.Name | Should -Not -Contain 'Secret'
        Test-Vault $token -Name other | Should -BeTrue
    }

    It 'accepts any object with a Secret, and requires a name for an object without one' {
        $thing = [pscustomobject]@{ Secret = ConvertTo-Secret 'abc'; Name = 'thing' }
        $thing | Save-ApiTokenSecret -Vault Test -SecretName { "things/$($_.Name)" }
        Get-Secret -Vault Test -Name things/thing -AsPlainText | Should -BeExactly 'abc'
        (Get-Failure { $thing | Save-ApiTokenSecret -Vault Test }).FullyQualifiedErrorId | Should -Contain 'InvalidSecretName,ApiTokens.PowerShell.Commands.SaveApiTokenSecretCommand'
        (Get-Failure { 'text' | Save-ApiTokenSecret -Vault Test }).FullyQualifiedErrorId | Should -BeLike 'InvalidInputObject,*'
    }

    It 'returns secrets that the vault did not accept' {
        $token = Add-TestToken gcore
        $token | Save-ApiTokenSecret -Vault Test
        $remaining = $token | Save-ApiTokenSecret -Vault Test -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure.FullyQualifiedErrorId | Should -BeLike 'SecretExists,*'
        Test-Secret $remaining | Should -BeTrue
        $token | Save-ApiTokenSecret -Vault Test -Force -ErrorAction Stop
    }

    It 'does nothing with -WhatIf' {
        $token = Add-TestToken gcore
        $token | Save-ApiTokenSecret -Vault Test -WhatIf
        Get-SecretInfo -Vault Test -Name (Get-DefaultName $token) | Should -BeNullOrEmpty
    }
}

Describe 'A file for the secret' {
    It 'contains only the secret, and is readable only by its owner' {
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

    It 'is not overwritten without -Force, which sets its permissions again' {
        $file = Join-Path $TestDrive 'there.txt'
        Set-Content -LiteralPath $file -Value 'precious'
        Assert-Rejected SecretExists { New-ApiToken x -Connection gcore -Role Users -ExpiresIn 30d -Path $file }
        Get-Content -LiteralPath $file | Should -Be 'precious'
        $token = Add-TestToken gcore -With @{ Path = $file; Force = $true }
        Test-Secret $token -Secret (ConvertTo-Secret ([System.IO.File]::ReadAllText($file))) | Should -BeTrue
        if (-not $IsWindows) {
            [string] [System.IO.File]::GetUnixFileMode($file) | Should -Be 'UserWrite, UserRead'
        }

        @(Get-ChildItem -LiteralPath $TestDrive -Force -Filter '.there*') | Should -HaveCount 0 -Because 'no temporary file may remain'
    }

    It 'is different for each token with a script block, and never shared by two' {
        $tokens = 1..3 | ForEach-Object { Add-TestToken gcore }
        $new = $tokens | Reset-ApiToken -Path { Join-Path $TestDrive "$($_.Name).txt" }
        $new | Should -HaveCount 3
        foreach ($token in $new) {
            Test-Secret $token -Secret (ConvertTo-Secret ([System.IO.File]::ReadAllText((Join-Path $TestDrive "$($token.Name).txt")))) | Should -BeTrue
        }

        $remaining = @($new | Reset-ApiToken -Path (Join-Path $TestDrive 'one.txt') -ErrorVariable failure -ErrorAction SilentlyContinue)
        $remaining | Should -HaveCount 1
        $failure.FullyQualifiedErrorId | Should -Be (@('SecretDestinationInUse,ApiTokens.PowerShell.Commands.ResetApiTokenCommand') * 2)
    }

    It 'with an invalid path is rejected before a token is issued' {
        Assert-Rejected InvalidPath { New-ApiToken x -Connection gcore -Role Users -ExpiresIn 30d -Path (Join-Path $TestDrive 'nowhere/x.txt') }
        Assert-Rejected InvalidPath { New-ApiToken x -Connection gcore -Role Users -ExpiresIn 30d -Path $TestDrive }
        Assert-Rejected InvalidPath { New-ApiToken x -Connection gcore -Role Users -ExpiresIn 30d -Path x -Vault y }
        Assert-Rejected InvalidSecretName { New-ApiToken x -Connection gcore -Role Users -ExpiresIn 30d -SecretName x }
    }

    It 'is written by Save-ApiTokenSecret' {
        $token = Add-TestToken devo
        $file = Join-Path $TestDrive 'saved.txt'
        $token | Save-ApiTokenSecret -Path $file
        [System.IO.File]::ReadAllText($file) | Should -BeExactly (Get-PlainText $token.Secret)
    }
}
