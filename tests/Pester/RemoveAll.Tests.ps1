# Remove-ApiToken -User -All: one request where the service has one, else one for each token.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'Remove-ApiToken -User -All' {
    It 'sends one request to application-users' {
        $tokens = 1..5 | ForEach-Object { Add-TestToken application-users -With @{ User = 'asmith' } }
        $other = Add-TestToken application-users -With @{ User = 'jdoe' }
        $before = Get-RequestCount
        Remove-ApiToken -User asmith -All -Connection application-users | Should -BeNullOrEmpty
        $sent = @(Get-RequestSince $before)
        $sent | Should -HaveCount 1
        $sent[0].method | Should -Be 'POST'
        $sent[0].path | Should -BeLike '*/users/asmith/tokens/revoke'
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
        Test-Secret $other | Should -BeTrue
        Get-ApiToken -Connection application-users -User asmith | Should -BeNullOrEmpty
    }

    It 'sends one for each token to devo' {
        $tokens = 1..5 | ForEach-Object { Add-TestToken devo -With @{ User = 'ci@example.com' } }
        $other = Add-TestToken devo
        $all = @(Get-ApiToken -Connection devo -User ci@example.com)
        $before = Get-RequestCount
        Remove-ApiToken -User ci@example.com -All -Connection devo | Should -BeNullOrEmpty
        (Get-RequestCount).writes | Should -Be ($before.writes + $all.Count)
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
        Test-Secret $other | Should -BeTrue
        Get-ApiToken -Connection devo -User ci@example.com | Should -BeNullOrEmpty
    }

    It 'leaves the connection''s own token on <Connection>' -ForEach @(
        @{ Connection = 'devo'; User = 'admin@example.com'; Errors = 1; With = @{ User = 'admin@example.com' } }
        @{ Connection = 'gcore'; User = 'admin@example.com'; Errors = 1; With = @{} }
        @{ Connection = 'wegnology'; User = '575ed70c7ae143cd83dc4aa9'; Errors = 1; With = @{} }
        @{ Connection = 'application-users'; User = 'admin'; Errors = 0; With = @{ User = 'admin' } }
    ) {
        $token = Add-TestToken $Connection -With $With
        $failure = @(Get-Failure { Remove-ApiToken -User $User -All -Connection $Connection })
        $failure | Should -HaveCount $Errors
        $failure | ForEach-Object { $_.FullyQualifiedErrorId | Should -BeLike 'OwnTokenProtected,*' }
        Test-Secret $token | Should -BeFalse
        (Get-ApiToken -Connection $Connection -User $User).Name | Should -Be 'administrator'
    }

    It 'crosses services' {
        $tokens = @(
            Add-TestToken devo -With @{ User = 'leaver@example.com' }
            Add-TestToken devo -With @{ User = 'leaver@example.com' }
        )
        Remove-ApiToken -User leaver@example.com -All -Connection devo, gcore
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
        Get-ApiToken -Connection devo, gcore -User leaver@example.com | Should -BeNullOrEmpty
    }

    It 'writes the removed tokens with -PassThru, on <Connection>' -ForEach @(
        @{ Connection = 'devo'; User = 'jdoe@example.com'; With = @{ User = 'jdoe@example.com' } }
        @{ Connection = 'application-users'; User = 'clerk'; With = @{ User = 'clerk' } }
    ) {
        $tokens = 1..3 | ForEach-Object { Add-TestToken $Connection -With $With }
        $passed = @(Remove-ApiToken -User $User -All -Connection $Connection -PassThru)
        $tokens.Id | ForEach-Object { $passed.Id | Should -Contain $_ }
        $passed.Owner | Select-Object -Unique | Should -Be $User
    }

    It 'says when the site has no such user' {
        (Get-Failure { Remove-ApiToken -User nobody -All -Connection application-users }).FullyQualifiedErrorId | Should -BeLike 'ObjectNotFound,*'
    }

    It 'needs both parameters' {
        (Get-Command Remove-ApiToken).ParameterSets | Where-Object Name -EQ All | ForEach-Object {
            ($_.Parameters | Where-Object IsMandatory).Name | Sort-Object | Should -Be 'All', 'User'
            $_.Parameters.Name | Should -Not -Contain 'Token'
        }
    }
}
