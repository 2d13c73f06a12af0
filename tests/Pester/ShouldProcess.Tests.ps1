# Asking before anything is changed, and what comes out afterwards.

BeforeDiscovery {
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
    $script:impacts = @(
        @{ Command = 'New-ApiToken'; Impact = 'Low' }
        @{ Command = 'Set-ApiToken'; Impact = 'Medium' }
        @{ Command = 'Enable-ApiToken'; Impact = 'Low' }
        @{ Command = 'Disable-ApiToken'; Impact = 'Medium' }
        @{ Command = 'Rename-ApiToken'; Impact = 'Low' }
        @{ Command = 'Remove-ApiToken'; Impact = 'High' }
        @{ Command = 'Reset-ApiToken'; Impact = 'High' }
    )
    $script:writes = @(
        @{ Command = 'Remove-ApiToken'; With = @{}; On = $services.Connection }
        @{ Command = 'Reset-ApiToken'; With = @{}; On = $services.Connection }
        @{ Command = 'Disable-ApiToken'; With = @{}; On = $services.Where({ $_.SetEnabled }).Connection }
        @{ Command = 'Enable-ApiToken'; With = @{}; On = $services.Where({ $_.SetEnabled }).Connection }
        @{ Command = 'Rename-ApiToken'; With = @{ NewName = 'other' }; On = $services.Where({ $_.Rename }).Connection }
        @{ Command = 'Set-ApiToken'; With = @{ Description = 'other' }; On = , 'wegnology' }
        @{ Command = 'Set-ApiToken'; With = @{ ApplyToAll = 'None' }; On = , 'application-users' }
    )
    $script:cases = foreach ($write in $writes) {
        $write.On | ForEach-Object { @{ Command = $write.Command; With = $write.With; Connection = $_ } }
    }
    $script:passing = $cases | Where-Object Command -NE 'Reset-ApiToken'
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox

    # What -WhatIf says goes to the host; here, to one that nobody sees.
    $script:other = Open-Runspace
}

AfterAll {
    $other.Dispose()
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'ConfirmImpact' {
    It 'of <Command> is <Impact>' -ForEach $impacts {
        $attribute = (Get-Command $Command).ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false)[0]
        $attribute.SupportsShouldProcess | Should -BeTrue
        $attribute.ConfirmImpact | Should -Be $Impact
    }

    It 'is not asked for by a cmdlet that changes no token: <_>' -ForEach @(
        'Get-ApiToken', 'Get-ApiTokenService', 'Get-ApiTokenPermission', 'Get-ApiTokenSandbox'
    ) {
        (Get-Command $_).Parameters.ContainsKey('WhatIf') | Should -BeFalse
    }
}

Describe '-WhatIf' {
    It 'of <Command> sends no write, on <Connection>' -ForEach $cases {
        $token = Add-TestToken $Connection
        $before = (Get-RequestCount).writes
        Invoke-InRunspace $other -Variable @{ token = $token; command = $Command; with = $With } {
            $token | & $command @with -WhatIf
            & $command $token.Id -Connection $token.Connection @with -WhatIf
            & $command $token.Name -Connection $token.Connection @with -WhatIf
        } | Should -BeNullOrEmpty
        (Get-RequestCount).writes | Should -Be $before
        Test-Secret $token | Should -BeTrue
        (Get-ApiToken -Connection $Connection -Id $token.Id).Name | Should -Be $token.Name
    }

    It 'of New-ApiToken sends no write and issues nothing, on <Connection>' -ForEach $services {
        $name = New-UniqueName
        $before = (Get-RequestCount).writes
        Invoke-InRunspace $other -Variable @{ connection = $Connection; name = $name; with = $Issue } {
            New-ApiToken -Connection $connection -Name $name @with -WhatIf
        } | Should -BeNullOrEmpty
        (Get-RequestCount).writes | Should -Be $before
        Get-ApiToken -Connection $Connection | Where-Object Name -EQ $name | Should -BeNullOrEmpty
    }

    It 'of New-ApiToken still refuses what is wrong' {
        Assert-Refused InvalidRole { New-ApiToken -Connection gcore -Name x -Role Kings -WhatIf }
    }

    It 'of Remove-ApiToken -All sends no write, on <_>' -ForEach 'devo', 'gcore', 'application-users' {
        $user = @{ 'devo' = 'user@example.com'; 'gcore' = 'admin@example.com'; 'application-users' = 'jdoe' }[$_]
        $token = Add-TestToken $_
        $before = (Get-RequestCount).writes
        Invoke-InRunspace $other -Variable @{ connection = $_; user = $user } {
            Remove-ApiToken -User $user -All -Connection $connection -WhatIf
        } | Should -BeNullOrEmpty
        (Get-RequestCount).writes | Should -Be $before
        Test-Secret $token | Should -BeTrue
    }

    It 'is taken from the preference' {
        $token = Add-TestToken devo
        Invoke-InRunspace $other -Variable @{ token = $token } {
            & {
                $WhatIfPreference = $true
                $token | Remove-ApiToken
            }
        } | Should -BeNullOrEmpty
        Test-Secret $token | Should -BeTrue
        Invoke-InRunspace $other -Variable @{ token = $token } { $token | Remove-ApiToken } | Should -BeNullOrEmpty
        Test-Secret $token | Should -BeFalse
    }
}

Describe '-Confirm' {
    It '$false asks nothing, whatever the preference is' {
        $token = Add-TestToken devo
        & {
            $ConfirmPreference = 'Low'
            $token | Disable-ApiToken -Confirm:$false
            $token | Remove-ApiToken -Confirm:$false
        }
        Test-Secret $token | Should -BeFalse
    }

    It 'asks before <Command>, and nothing is sent until it is answered' -ForEach @(
        @{ Command = 'Remove-ApiToken'; Preference = 'High' }
        @{ Command = 'Reset-ApiToken'; Preference = 'High' }
        @{ Command = 'Disable-ApiToken'; Preference = 'Medium' }
    ) {
        # This host cannot be asked anything, so the question itself is an error.
        $token = Add-TestToken devo
        $answer = Invoke-ChildPowerShell @"
Import-Module '$moduleFolder'
`$null = Connect-ApiTokenService -ConnectionInfo @{
    Service = 'Devo'; Account = 'example-domain'; BaseUri = '$($sandbox.BaseUri)devo'
    Token = '$(Get-PlainText ($sandbox.Services | Where-Object Service -EQ devo).Secret)'
}
`$ConfirmPreference = '$Preference'
`$failure = `$null
try { $Command $($token.Id) -ErrorAction Stop } catch { `$failure = "`$_" }
@{ Failure = `$failure } | ConvertTo-Json -Compress
"@
        $answer.Failure | Should -BeLike '*NonInteractive*'
        Test-Secret $token | Should -BeTrue
    }
}

Describe 'The output' {
    It 'of <Command> is nothing, on <Connection>' -ForEach $passing {
        $token = Add-TestToken $Connection
        $token | & $Command @With | Should -BeNullOrEmpty
    }

    It 'of <Command> -PassThru is the token, on <Connection>' -ForEach $passing {
        $token = Add-TestToken $Connection
        $passed = $token | & $Command @With -PassThru
        $passed | Should -HaveCount 1
        $passed.PSObject.TypeNames[0] | Should -BeIn 'ApiTokens.ApiToken', 'ApiTokens.IssuedToken'
        $passed.Id | Should -Be $token.Id
        $passed.Connection | Should -Be $Connection
    }

    It 'of <Command> -PassThru by id is a whole token, on <Connection>' -ForEach $passing {
        $token = Add-TestToken $Connection
        $passed = & $Command $token.Id -Connection $Connection @With -PassThru
        $passed.Id | Should -Be $token.Id
        $passed.CreatedAt | Should -Be $token.CreatedAt
        $passed.Name | Should -Not -BeNullOrEmpty
    }

    It 'of -PassThru shows the token as it is now' {
        (Add-TestToken devo | Disable-ApiToken -PassThru).Status | Should -Be 'Inactive'
        (Add-TestToken wegnology | Rename-ApiToken -NewName 'now' -PassThru).Name | Should -Be 'now'
        (Add-TestToken wegnology | Set-ApiToken -Description 'now' -PassThru).Description | Should -Be 'now'
    }

    It 'of -PassThru can go on through the pipeline' {
        $token = Add-TestToken devo
        $token | Disable-ApiToken -PassThru | Enable-ApiToken -PassThru | Rename-ApiToken -NewName 'chained' -PassThru | Remove-ApiToken -PassThru |
            ForEach-Object Name | Should -Be 'chained'
        Test-Secret $token | Should -BeFalse
    }

    It 'of Remove-ApiToken on application-users, where the record stays, is the revoked token' {
        $token = Add-TestToken application-users
        $token | Remove-ApiToken
        (Get-ApiToken -Connection application-users -Id $token.Id).Status | Should -Be 'Revoked'
    }
}
