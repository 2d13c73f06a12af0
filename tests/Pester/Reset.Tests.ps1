# Reset-ApiToken: a new secret for the same purpose, and never a moment at which nobody has a working one.

BeforeDiscovery {
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
    $script:successors = $services | Where-Object { -not $_.InPlace }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox

    # What a stopped cmdlet tells the host is not for this one.
    $script:other = Open-Runspace
}

AfterAll {
    $other.Dispose()
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'Reset-ApiToken on <Connection>' -ForEach $services {
    It 'gives a token that is like the old one, with another secret' {
        $old = Add-TestToken $Connection -With $Like
        $new = $old | Reset-ApiToken
        $new | Should -HaveCount 1
        $new.Secret | Should -BeOfType [securestring]
        Get-PlainText $new.Secret | Should -Not -BeExactly (Get-PlainText $old.Secret)
        foreach ($property in 'Connection', 'Service', 'Account', 'Name', 'Description', 'Owner', 'Role', 'Status') {
            $new.$property | Should -BeExactly $old.$property -Because $property
        }

        $new.Scope -join ' ' | Should -BeExactly ($old.Scope -join ' ')
        $new.Audience -join ' ' | Should -BeExactly ($old.Audience -join ' ')
        if ($old.Access) {
            foreach ($api in $old.Access.Keys) {
                $new.Access[$api] | Should -Be $old.Access[$api] -Because $api
            }
        }
    }

    It 'keeps the length of life' {
        $old = Add-TestToken $Connection -With $Like
        $new = $old | Reset-ApiToken
        (($new.ExpiresAt - [DateTimeOffset]::UtcNow) - ($old.ExpiresAt - $old.CreatedAt)).Duration() | Should -BeLessThan ([timespan]'0:1')
    }

    It 'kills the old secret, and the new one works' {
        $old = Add-TestToken $Connection
        $new = Reset-ApiToken $old.Id -Connection $Connection
        Test-Secret $new | Should -BeTrue
        Test-Secret $old | Should -BeFalse
        @(Get-ApiToken -Connection $Connection | Where-Object Name -EQ $old.Name).Id | Should -Be $new.Id
    }

    It 'takes many tokens through the pipeline' {
        $old = 1..12 | ForEach-Object { Add-TestToken $Connection }
        $new = @($old | Reset-ApiToken)
        $new.Name | Sort-Object | Should -Be ($old.Name | Sort-Object)
        $new | ForEach-Object { Test-Secret $_ | Should -BeTrue }
        $old | ForEach-Object { Test-Secret $_ | Should -BeFalse }
    }

    It 'gives the secret as text only where that is asked for' {
        $new = Add-TestToken $Connection | Reset-ApiToken -AsPlainText
        $new.Secret | Should -BeOfType [string]
        Test-Secret $new -Secret (ConvertTo-Secret $new.Secret) | Should -BeTrue
    }

    It 'changes nothing where the token is not there' {
        Assert-Refused ObjectNotFound { Reset-ApiToken $gone -Connection $Connection }
    }
}

Describe 'A new end with Reset-ApiToken' {
    It 'can be given on <Connection>' -ForEach @(@{ Connection = 'wegnology' }, @{ Connection = 'gcore' }) {
        $new = Add-TestToken $Connection | Reset-ApiToken -ExpiresIn 3d
        ($new.ExpiresAt - [DateTimeOffset]::UtcNow.AddDays(3)).Duration() | Should -BeLessThan ([timespan]'0:1')
        $moment = [DateTimeOffset]::UtcNow.AddDays(77)
        $new = $new | Reset-ApiToken -ExpiresAt $moment
        ($new.ExpiresAt - $moment).Duration() | Should -BeLessThan ([timespan]'0:0:1')
        $new = $new | Reset-ApiToken -NeverExpires
        $new.ExpiresAt | Should -BeNullOrEmpty
        ($new | Reset-ApiToken).ExpiresAt | Should -BeNullOrEmpty -Because 'a token without end stays one'
    }

    It 'can be 3, 6 or 12 months on application-users' {
        $token = Add-TestToken application-users
        foreach ($months in 3, 12, 6) {
            $new = $token | Reset-ApiToken -ExpirationMonths $months
            ($new.ExpiresAt - [DateTimeOffset]::UtcNow.AddMonths($months)).Duration() | Should -BeLessThan ([timespan]'0:1')
        }
    }

    It 'is refused before anything is done: <Connection> <With.Keys>' -ForEach @(
        @{ Connection = 'devo'; With = @{ ExpiresIn = '3d' }; ErrorId = 'OperationNotSupported' }
        @{ Connection = 'devo'; With = @{ NeverExpires = $true }; ErrorId = 'OperationNotSupported' }
        @{ Connection = 'application-users'; With = @{ ExpirationMonths = 5 }; ErrorId = 'InvalidExpirationMonths' }
        @{ Connection = 'application-users'; With = @{ NeverExpires = $true }; ErrorId = 'InvalidExpirationMonths' }
        @{ Connection = 'gcore'; With = @{ ExpiresAt = [DateTimeOffset]::UtcNow.AddDays(-1) }; ErrorId = 'InvalidExpiresAt' }
        @{ Connection = 'wegnology'; With = @{ ExpiresIn = [timespan]'-1' }; ErrorId = 'InvalidExpiresIn' }
        @{ Connection = 'wegnology'; With = @{ ExpiresIn = '1d'; NeverExpires = $true }; ErrorId = 'InvalidExpiresAt' }
    ) {
        $token = Add-TestToken $Connection
        Assert-Refused $ErrorId { $token | Reset-ApiToken @With }
        Test-Secret $token | Should -BeTrue
    }
}

Describe 'A token that is revoked for good' {
    It 'cannot be reset' {
        $token = Add-TestToken application-users
        $token | Remove-ApiToken
        Assert-Refused TokenRevoked { $token | Reset-ApiToken }
    }
}

Describe 'A pipeline that ends early, with <Connection>' -ForEach $successors {
    It 'leaves the predecessor of every successor that was not delivered: Select-Object -First' {
        $old = 1..12 | ForEach-Object { Add-TestToken $Connection }
        $delivered = @(Invoke-InRunspace $other -Variable @{ old = $old } { $old | Reset-ApiToken -ThrottleLimit 3 | Select-Object -First 1 })
        $delivered | Should -HaveCount 1
        Test-Secret $delivered[0] | Should -BeTrue
        $old | Where-Object Name -NE $delivered[0].Name | ForEach-Object { Test-Secret $_ | Should -BeTrue -Because 'nobody has its successor''s secret' }
    }

    It 'leaves the predecessor of every successor that was not delivered: a throw further down' {
        $old = 1..12 | ForEach-Object { Add-TestToken $Connection }
        $taken = @(Invoke-InRunspace $other -Variable @{ old = $old } {
            $names = [System.Collections.Generic.List[string]]::new()
            try {
                $old | Reset-ApiToken -ThrottleLimit 3 | ForEach-Object {
                    if ($names.Count -eq 3) {
                        throw 'the vault is full'
                    }

                    $names.Add($_.Name)
                }
            }
            catch {
                $names
            }
        })
        $taken | Should -HaveCount 3
        $old | Where-Object Name -NotIn $taken | ForEach-Object { Test-Secret $_ | Should -BeTrue -Because 'its successor''s secret was not kept' }
    }

    It 'removes the predecessor of every successor that was delivered before' {
        $old = 1..12 | ForEach-Object { Add-TestToken $Connection }
        $delivered = @(Invoke-InRunspace $other -Variable @{ old = $old } { $old | Reset-ApiToken -ThrottleLimit 1 })
        $delivered | Should -HaveCount 12
        $delivered | ForEach-Object { Test-Secret $_ | Should -BeTrue }
        $old | ForEach-Object { Test-Secret $_ | Should -BeFalse }
    }

    It 'removes nothing before the successor has gone down the pipeline' {
        $old = Add-TestToken $Connection
        $alive = $old | Reset-ApiToken | ForEach-Object { Test-Secret $old }
        $alive | Should -BeTrue -Because 'both work while the new secret is being put in its place'
        Test-Secret $old | Should -BeFalse
    }
}
