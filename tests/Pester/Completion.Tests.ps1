# What the Tab key offers: from what the session knows, without a request, quoted where needed.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox

    function Get-Completion {
        <# What completes a command line at its end. #>
        [OutputType([string])]
        param([Parameter(Mandatory)] [string] $Line)

        (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches.CompletionText
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'Names of the session' {
    It 'complete <Line>' -ForEach @(
        @{ Line = 'Get-ApiToken -Connection w'; Is = 'wegnology' }
        @{ Line = 'Get-ApiToken -Connection W'; Is = 'wegnology' }
        @{ Line = 'Remove-ApiToken -Connection *users'; Is = 'application-users' }
        @{ Line = 'Get-ApiTokenService gc'; Is = 'gcore' }
        @{ Line = 'Connect-ApiTokenService weg'; Is = 'Wegnology' }
        @{ Line = "Connect-ApiTokenService 'DE"; Is = 'Devo' }
        @{ Line = 'Connect-ApiTokenService Devo -Region eu'; Is = 'EU' }
        @{ Line = 'Test-ApiToken -Rule nevere'; Is = 'NeverExpires' }
    ) {
        Get-Completion $Line | Should -Be $Is
    }

    It 'quote what needs quotes' {
        $access = $sandbox.Services | Where-Object Service -EQ gcore
        Connect-ApiTokenService Gcore $access.Account -Token $access.Secret -BaseUri $access.BaseUri -Name "it's mine" | Out-Null
        try {
            Get-Completion 'Get-ApiToken -Connection it' | Should -Be "'it''s mine'"
            Get-Completion "Get-ApiToken -Connection 'it" | Should -Be "'it''s mine'"
            Get-Completion 'Get-ApiToken -Connection gcore,it' | Should -Be "'it''s mine'"
        }
        finally {
            Disconnect-ApiTokenService "it's mine"
        }
    }

    It 'are no regions of a service without any' {
        Get-Completion 'Connect-ApiTokenService Gcore -Region ' | Should -Not -Contain 'EU'
    }
}

Describe 'Tokens' {
    BeforeAll {
        $script:issued = Add-TestToken wegnology -Name 'ci [linux] $1'
        $script:twins = @(Add-TestToken wegnology -Name twin) + (Add-TestToken gcore -Name twin)
        Get-ApiToken -Connection * | Out-Null
    }

    It 'complete by name, as a pattern that fits only them' {
        $text = Get-Completion 'Get-ApiToken -Name CI'
        $text | Should -Be "'ci ``[linux``] `$1'"
        (& ([scriptblock]::Create("Get-ApiToken -Connection wegnology -Name $text"))).Id | Should -Be $issued.Id
    }

    It 'complete by the middle of a name' {
        Get-Completion 'Get-ApiToken -Name *linux' | Should -Be "'ci ``[linux``] `$1'"
    }

    It 'complete by id, also when their name is typed' {
        Get-Completion "Get-ApiToken -Id $($issued.Id.Substring(0, 20))" | Should -Contain $issued.Id
        Get-Completion 'Get-ApiToken -Connection wegnology -Id ci' | Should -Be $issued.Id
    }

    It 'complete as a token of another cmdlet: the name, or the ids of those who share it' {
        $text = Get-Completion 'Remove-ApiToken ci'
        $text | Should -Be "'ci [linux] `$1'"
        Get-Completion 'Disable-ApiToken -Token twin' | Sort-Object | Should -Be ($twins.Id | Sort-Object)
        Get-Completion 'Disable-ApiToken -Connection gcore -Token twin' | Should -Be twin
        { & ([scriptblock]::Create("Remove-ApiToken -Connection wegnology $text -WhatIf")) } | Should -Not -Throw
    }

    It 'are those that this runspace listed' {
        $other = Open-Runspace
        try {
            @(Invoke-InRunspace $other { (TabExpansion2 'Get-ApiToken -Name ci' 20).CompletionMatches.CompletionText }) -like '*linux*' | Should -BeNullOrEmpty
        }
        finally {
            $other.Dispose()
        }
    }
}

Describe 'Permissions' {
    It 'complete <Line>' -ForEach @(
        @{ Line = 'New-ApiToken -Connection wegnology -Scope reado'; Is = 'ReadOnly' }
        @{ Line = 'New-ApiToken -Connection wegnology -Scope All,all.user.r'; Is = 'all.User.read' }
        @{ Line = 'New-ApiToken -Connection devo -Audience alert'; Is = 'alerts' }
        @{ Line = 'New-ApiToken -Connection gcore -Role eng'; Is = 'Engineers' }
        @{ Line = "New-ApiToken -Connection gcore -Role '*api)"; Is = "'Purge and Prefetch only (API)'" }
        @{ Line = 'Get-ApiToken -Connection gcore -Role admin'; Is = 'Administrators' }
    ) {
        Get-Completion $Line | Should -Be $Is
    }

    It 'complete APIs with their levels, after the catalogue or tokens were listed' {
        Get-ApiTokenPermission -Connection application-users | Out-Null
        Get-Completion 'New-ApiToken -Connection application-users -Access loc' | Select-Object -First 3 | Should -Be 'location=Read', 'location=Full', 'location=None'
        Get-Completion 'Set-ApiToken x -Connection application-users -Access vendor=Full,loc' | Should -Contain 'location=Full'
    }
}

Describe 'Vaults' {
    It 'complete by what Get-SecretVault of SecretManagement gives' {
        $other = Open-Runspace
        try {
            $text = Invoke-InRunspace $other {
                New-Module -Name Microsoft.PowerShell.SecretManagement {
                    function Get-SecretVault { [pscustomobject]@{ Name = 'my vault'; ModuleName = 'Store' }, [pscustomobject]@{ Name = 'other'; ModuleName = 'Store' } }
                } | Import-Module
                foreach ($line in 'Save-ApiTokenSecret -Vault My', 'New-ApiToken -Vault oth', 'Reset-ApiToken x -Vault *vau') {
                    (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText
                }
            }
            $text | Should -Be "'my vault'", 'other', "'my vault'"
        }
        finally {
            $other.Dispose()
        }
    }
}

Describe 'Completing' {
    It 'sends no request and is quick' {
        Get-ApiToken -Connection * | Out-Null
        $lines = @(
            'Get-ApiToken -Connection ', 'Get-ApiToken -Name ', 'Get-ApiToken -Id ', 'Remove-ApiToken ', 'New-ApiToken -Connection wegnology -Scope '
            'New-ApiToken -Connection devo -Audience ', 'New-ApiToken -Connection gcore -Role ', 'New-ApiToken -Connection application-users -Access ', 'Connect-ApiTokenService '
        )
        $lines | ForEach-Object { Get-Completion $_ | Should -Not -BeNullOrEmpty }
        $before = (Get-RequestCount).total
        $times = $lines | ForEach-Object { (Measure-Command { Get-Completion $_ }).TotalMilliseconds }
        (Get-RequestCount).total | Should -Be $before
        ($times | Sort-Object)[4] | Should -BeLessThan 500
    }

    It 'remembers a bounded number of tokens, the last' {
        $large = Start-ApiTokenSandbox -Tokens 2500 -SkipConnect
        try {
            $access = $large.Services | Where-Object Service -EQ wegnology
            Connect-ApiTokenService Wegnology $access.Account -Token $access.Secret -BaseUri $access.BaseUri -Name large | Out-Null
            $listed = Get-ApiToken -Connection large
            $listed.Count | Should -BeGreaterThan 2500
            Get-Completion "Get-ApiToken -Connection large -Id $($listed[-1].Id)" | Should -Be $listed[-1].Id
            Get-Completion "Get-ApiToken -Connection large -Id $($listed[0].Id)" | Should -Not -Contain $listed[0].Id
        }
        finally {
            Disconnect-ApiTokenService large
            $large | Stop-ApiTokenSandbox
        }
    }
}
