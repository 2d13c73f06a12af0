# Every cell of the table of what the services can do: what one can is proven by its effect on the secret, what one cannot
# by the error's id and by the sandbox, which saw no write.

BeforeDiscovery {
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe '<Connection>' -ForEach $services {
    Context 'list and get' {
        It 'lists its tokens' {
            $token = Add-TestToken $Connection
            $listed = Get-ApiToken -Connection $Connection | Where-Object Id -EQ $token.Id
            $listed | Should -HaveCount 1
            $listed.Name | Should -Be $token.Name
            $listed.Status | Should -Be 'Active'
            $listed.Connection | Should -Be $Connection
            $listed.CreatedAt.Offset | Should -Be ([timespan]::Zero)
            $listed.PSObject.Properties.Name | Should -Not -Contain 'Secret'
        }

        It 'reads one token by its id' {
            $token = Add-TestToken $Connection
            $read = Get-ApiToken -Connection $Connection -Id $token.Id
            $read | Should -HaveCount 1
            $read.Name | Should -Be $token.Name
            $read.CreatedAt | Should -Be $token.CreatedAt
        }
    }

    Context 'create' {
        It 'issues a token whose secret is accepted' {
            $token = Add-TestToken $Connection
            $token | Should -HaveCount 1
            $token.Secret | Should -BeOfType [securestring]
            Test-Secret $token | Should -BeTrue
        }

        It 'issues tokens with different secrets' {
            $first = Add-TestToken $Connection same
            $second = Add-TestToken $Connection same
            $first.Id | Should -Not -Be $second.Id
            Get-PlainText $first.Secret | Should -Not -Be (Get-PlainText $second.Secret)
        }
    }

    Context 'remove' {
        It 'kills the secret' {
            $token = Add-TestToken $Connection
            Remove-ApiToken $token -Confirm:$false
            Test-Secret $token | Should -BeFalse
            Get-ApiToken -Connection $Connection | Where-Object Id -EQ $token.Id | Should -BeNullOrEmpty
        }

        It 'leaves the other tokens alone' {
            $token = Add-TestToken $Connection
            $other = Add-TestToken $Connection $token.Name
            Revoke-ApiToken $token -Confirm:$false
            Test-Secret $other | Should -BeTrue
        }
    }

    Context 'enable and disable' {
        if ($SetEnabled) {
            It 'refuses the secret after disable and accepts it after enable' {
                $token = Add-TestToken $Connection
                Disable-ApiToken $token
                Test-Secret $token | Should -BeFalse
                (Get-ApiToken -Connection $Connection -Id $token.Id).Status | Should -Be 'Inactive'
                Enable-ApiToken $token
                Test-Secret $token | Should -BeTrue
                (Get-ApiToken -Connection $Connection -Id $token.Id).Status | Should -Be 'Active'
            }
        }
        else {
            It 'says that it cannot disable' {
                $token = Add-TestToken $Connection
                Assert-Refused OperationNotSupported { Disable-ApiToken $token }
                Test-Secret $token | Should -BeTrue
            }

            It 'says that it cannot enable' {
                $token = Add-TestToken $Connection
                Assert-Refused OperationNotSupported { Enable-ApiToken $token }
            }
        }
    }

    Context 'rename' {
        if ($Rename) {
            It 'gives the token another name and leaves its secret' {
                $token = Add-TestToken $Connection
                $name = New-UniqueName 'renamed'
                Rename-ApiToken $token -NewName $name
                (Get-ApiToken -Connection $Connection -Id $token.Id).Name | Should -Be $name
                Test-Secret $token | Should -BeTrue
            }
        }
        else {
            It 'says that it cannot' {
                $token = Add-TestToken $Connection
                Assert-Refused OperationNotSupported { Rename-ApiToken $token -NewName other }
                (Get-ApiToken -Connection $Connection -Id $token.Id).Name | Should -Be $token.Name
            }
        }
    }

    Context 'description' {
        if ($NewDescription) {
            It 'keeps one when the token is issued' {
                $token = Add-TestToken $Connection -With @{ Description = 'what it is for' }
                (Get-ApiToken -Connection $Connection -Id $token.Id).Description | Should -Be 'what it is for'
            }
        }
        else {
            It 'says that it cannot keep one when the token is issued' {
                $name = New-UniqueName
                Assert-Refused OperationNotSupported { Add-TestToken $Connection $name -With @{ Description = 'what it is for'; ErrorAction = 'Continue' } }
                Get-ApiToken -Connection $Connection | Where-Object Name -EQ $name | Should -BeNullOrEmpty
            }
        }

        if ($SetDescription) {
            It 'changes and removes it later' {
                $token = Add-TestToken $Connection
                Set-ApiToken $token -Description 'changed'
                (Get-ApiToken -Connection $Connection -Id $token.Id).Description | Should -Be 'changed'
                Set-ApiToken $token -Description ''
                (Get-ApiToken -Connection $Connection -Id $token.Id).Description | Should -BeNullOrEmpty
                Test-Secret $token | Should -BeTrue
            }
        }
        else {
            It 'says that it cannot change it later' {
                $token = Add-TestToken $Connection
                Assert-Refused OperationNotSupported { Set-ApiToken $token -Description 'changed' }
            }
        }
    }

    Context 'edit permissions' {
        if ($SetAccess) {
            It 'changes the access to an API, at once' {
                $token = Add-TestToken $Connection -With @{ ApplyToAll = 'None'; Access = @{ location = 'Read' } }
                Get-SecretStatus $token -Api location | Should -Be 200
                Get-SecretStatus $token -Api location -Method POST | Should -Be 403
                Get-SecretStatus $token -Api vendor | Should -Be 403

                Set-ApiToken $token -Access @{ location = 'None'; vendor = 'Full' }
                Get-SecretStatus $token -Api location | Should -Be 403
                Get-SecretStatus $token -Api vendor -Method POST | Should -Be 200
            }

            It 'leaves the APIs that are not named' {
                $token = Add-TestToken $Connection -With @{ ApplyToAll = 'Read' }
                Set-ApiToken $token -Access @{ vendor = 'None' }
                $access = (Get-ApiToken -Connection $Connection -Id $token.Id).Access
                $access['vendor'] | Should -Be 'None'
                $access['location'] | Should -Be 'Read'
            }

            It 'applies one level to all APIs before it changes some' {
                $token = Add-TestToken $Connection -With @{ ApplyToAll = 'None' }
                Set-ApiToken $token -ApplyToAll Full -Access @{ vendor = 'Read' }
                Get-SecretStatus $token -Api location -Method POST | Should -Be 200
                Get-SecretStatus $token -Api vendor -Method POST | Should -Be 403
            }
        }
        else {
            It 'says that it cannot change the access' {
                $token = Add-TestToken $Connection
                Assert-Refused OperationNotSupported { Set-ApiToken $token -Access @{ location = 'Read' } }
                Assert-Refused OperationNotSupported { Set-ApiToken $token -ApplyToAll Read }
            }
        }
    }

    Context 'a new secret' {
        if ($InPlace) {
            It 'comes in place: the id stays, the old secret is dead' {
                $token = Add-TestToken $Connection
                $reset = Reset-ApiToken $token -Confirm:$false
                $reset.Id | Should -Be $token.Id
                Test-Secret $reset | Should -BeTrue
                Test-Secret $token | Should -BeFalse
            }
        }
        else {
            It 'comes with a successor: the id is another, the old secret is dead' {
                $token = Add-TestToken $Connection
                $reset = Reset-ApiToken $token -Confirm:$false
                $reset.Id | Should -Not -Be $token.Id
                Test-Secret $reset | Should -BeTrue
                Test-Secret $token | Should -BeFalse
            }

            It 'is no capability that the connection claims to have in place' {
                (Get-ApiTokenService $Connection).Capabilities.Regenerate | Should -BeFalse
            }
        }
    }

    Context 'read the secret again' {
        if ($ReadSecret) {
            It 'shows it to the token''s owner' {
                $token = Add-TestToken $Connection
                $again = Get-ApiToken -Connection $Connection -Id $token.Id -IncludeSecret
                Get-PlainText $again.Secret | Should -BeExactly (Get-PlainText $token.Secret)
                Test-Secret $again | Should -BeTrue
            }

            It 'gives it as text only where that is asked for' {
                $token = Add-TestToken $Connection
                $again = Get-ApiToken -Connection $Connection -Id $token.Id -IncludeSecret -AsPlainText
                $again.Secret | Should -BeExactly (Get-PlainText $token.Secret)
            }
        }
        else {
            It 'says that it cannot' {
                $token = Add-TestToken $Connection
                Assert-Refused OperationNotSupported { Get-ApiToken -Connection $Connection -Id $token.Id -IncludeSecret }
            }
        }
    }

    Context 'expiry when the token is issued' {
        if ($Expiry -eq 'None') {
            It 'says that it cannot take one: <_>' -ForEach 'ExpiresAt', 'ExpiresIn', 'ExpirationMonths', 'NeverExpires' {
                $value = @{ ExpiresAt = [DateTimeOffset]::UtcNow.AddDays(9); ExpiresIn = '9d'; ExpirationMonths = 6; NeverExpires = $true }[$_]
                Assert-Refused OperationNotSupported { Add-TestToken $Connection -With @{ $_ = $value; ErrorAction = 'Continue' } }
            }
        }

        if ($Expiry -eq 'AnyOrNever') {
            It 'takes a moment' {
                $moment = [DateTimeOffset]::UtcNow.AddDays(45)
                $token = Add-TestToken $Connection -With @{ ExpiresAt = $moment }
                ((Get-ApiToken -Connection $Connection -Id $token.Id).ExpiresAt - $moment).Duration() | Should -BeLessThan ([timespan]'0:0:1')
            }

            It 'takes a length of life' {
                $token = Add-TestToken $Connection -With @{ ExpiresIn = '45d' }
                ($token.ExpiresAt - [DateTimeOffset]::UtcNow.AddDays(45)).Duration() | Should -BeLessThan ([timespan]'0:0:10')
            }

            It 'takes calendar months' {
                $token = Add-TestToken $Connection -With @{ ExpirationMonths = 5 }
                ($token.ExpiresAt - [DateTimeOffset]::UtcNow.AddMonths(5)).Duration() | Should -BeLessThan ([timespan]'0:0:10')
            }

            It 'takes never' {
                $token = Add-TestToken $Connection -With @{ NeverExpires = $true }
                (Get-ApiToken -Connection $Connection -Id $token.Id).ExpiresAt | Should -BeNullOrEmpty
            }

            It 'refuses the secret once the time is over' {
                $token = Add-TestToken $Connection -With @{ ExpiresIn = [timespan]'0:0:2.5' }
                Test-Secret $token | Should -BeTrue
                Start-Sleep -Milliseconds 2600
                Test-Secret $token | Should -BeFalse
                (Get-ApiToken -Connection $Connection -Id $token.Id).Status | Should -Be 'Expired'
            }
        }

        if ($Expiry -eq 'Months') {
            It 'takes <_> months' -ForEach 3, 6, 12 {
                $token = Add-TestToken $Connection -With @{ ExpirationMonths = $_ }
                $token.ExpiresAt | Should -Be $token.CreatedAt.AddMonths($_)
            }

            It 'takes 6 months by default' {
                $token = Add-TestToken $Connection
                $token.ExpiresAt | Should -Be $token.CreatedAt.AddMonths(6)
            }

            It 'refuses any other: <_>' -ForEach 'ExpiresAt', 'ExpiresIn', 'ExpirationMonths', 'NeverExpires' {
                $value = @{ ExpiresAt = [DateTimeOffset]::UtcNow.AddDays(9); ExpiresIn = '9d'; ExpirationMonths = 5; NeverExpires = $true }[$_]
                Assert-Refused InvalidExpirationMonths { Add-TestToken $Connection -With @{ $_ = $value; ErrorAction = 'Continue' } }
            }
        }
    }

    Context 'last use' {
        if ($LastUsed) {
            It 'tells which tokens were not used' {
                $used = Add-TestToken $Connection
                $unused = Add-TestToken $Connection
                Test-Secret $used | Should -BeTrue
                Start-Sleep -Milliseconds 50
                (Get-ApiToken -Connection $Connection -Id $used.Id).LastUsedAt | Should -BeGreaterThan $used.CreatedAt.AddMinutes(-1)
                (Get-ApiToken -Connection $Connection -Id $unused.Id).LastUsedAt | Should -BeNullOrEmpty

                $found = Get-ApiToken -Connection $Connection -UnusedFor 30d
                $found.Id | Should -Not -Contain $used.Id
                $found.Id | Should -Not -Contain $unused.Id -Because 'it is younger than that'
                Get-ApiToken -Connection $Connection -UnusedFor ([timespan]::Zero) | ForEach-Object Id | Should -Contain $unused.Id
            }
        }
        else {
            It 'says that it does not know' {
                Assert-Refused OperationNotSupported { Get-ApiToken -Connection $Connection -UnusedFor 30d }
            }
        }
    }

    It 'shows the same in what its connection says of itself' {
        $capabilities = (Get-ApiTokenService $Connection).Capabilities
        $capabilities.SetEnabled | Should -Be $SetEnabled
        $capabilities.Rename | Should -Be $Rename
        $capabilities.Description | Should -Be $NewDescription
        $capabilities.UpdateDescription | Should -Be $SetDescription
        $capabilities.UpdateAccess | Should -Be $SetAccess
        $capabilities.Regenerate | Should -Be $InPlace
        $capabilities.ReadSecret | Should -Be $ReadSecret
        $capabilities.LastUsed | Should -Be $LastUsed
        $capabilities.Expiry | Should -Be $Expiry
    }
}

Describe 'What devo shows of another''s token' {
    It 'is not the secret, and not a mask in its place' {
        Assert-Refused SecretNotShown { Get-ApiToken -Connection devo -Id 4 -IncludeSecret }
    }
}
