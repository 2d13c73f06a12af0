# What a service would refuse and we can know fails before any request, with the parameter named.

BeforeDiscovery {
    $long = 'n' * 256
    $past = [DateTimeOffset]::UtcNow.AddMinutes(-1)
    $devo = @{ Connection = 'devo'; Name = 'new'; User = 'user@example.com'; Audience = 'apiv2' }
    $wegnology = @{ Connection = 'wegnology'; Name = 'new' }
    $gcore = @{ Connection = 'gcore'; Name = 'new'; Role = 'Users' }
    $users = @{ Connection = 'application-users'; Name = 'new'; User = 'jdoe' }
    $script:cases = @(
        foreach ($base in $devo, $wegnology, $gcore) {
            @{ Base = $base; Bad = @{ Name = '' }; Parameter = 'Name' }
            @{ Base = $base; Bad = @{ Name = ' ' }; Parameter = 'Name' }
        }

        foreach ($base in $devo, $wegnology, $gcore, $users) {
            @{ Base = $base; Bad = @{ Name = $long }; Parameter = 'Name' }
            @{ Base = $base; Bad = @{ Name = "two`nlines" }; Parameter = 'Name' }
            @{ Base = $base; Bad = @{ ExpiresIn = '3d'; ExpirationMonths = 3 }; Parameter = 'ExpiresAt' }
        }

        @{ Base = $devo; Bad = @{ User = $null }; Parameter = 'User' }
        @{ Base = $devo; Bad = @{ User = ' ' }; Parameter = 'User' }
        @{ Base = $devo; Bad = @{ Audience = $null }; Parameter = 'Audience' }
        @{ Base = $devo; Bad = @{ Audience = ' ' }; Parameter = 'Audience' }
        @{ Base = $devo; Bad = @{ Audience = 'apiv2', 'a/b' }; Parameter = 'Audience' }
        @{ Base = $devo; Bad = @{ Scope = 'read' }; Parameter = 'Scope' }
        @{ Base = $devo; Bad = @{ Scope = 'table://my.app.table' }; Parameter = 'Scope' }
        @{ Base = $devo; Bad = @{ Scope = 'level://admin' }; Parameter = 'Scope' }
        @{ Base = $devo; Bad = @{ Role = 'Users' }; Parameter = 'Role' }
        @{ Base = $devo; Bad = @{ Access = @{ location = 'Read' } }; Parameter = 'Access' }
        @{ Base = $devo; Bad = @{ ApplyToAll = 'Read' }; Parameter = 'ApplyToAll' }

        @{ Base = $wegnology; Bad = @{ Scope = 'Everything' }; Parameter = 'Scope' }
        @{ Base = $wegnology; Bad = @{ Scope = 'ReadOnly', 'devices.fly' }; Parameter = 'Scope' }
        @{ Base = $wegnology; Bad = @{ Audience = 'apiv2' }; Parameter = 'Audience' }
        @{ Base = $wegnology; Bad = @{ Role = 'Users' }; Parameter = 'Role' }
        @{ Base = $wegnology; Bad = @{ Access = 'location=Read' }; Parameter = 'Access' }
        @{ Base = $wegnology; Bad = @{ ApplyToAll = 'None' }; Parameter = 'ApplyToAll' }
        @{ Base = $wegnology; Bad = @{ User = 'jdoe' }; Parameter = 'User' }
        @{ Base = $wegnology; Bad = @{ Description = 'd' * 32768 }; Parameter = 'Description' }

        @{ Base = $gcore; Bad = @{ Role = $null }; Parameter = 'Role' }
        @{ Base = $gcore; Bad = @{ Role = 'Kings' }; Parameter = 'Role' }
        @{ Base = $gcore; Bad = @{ Role = '4711' }; Parameter = 'Role' }
        @{ Base = $gcore; Bad = @{ Scope = 'All' }; Parameter = 'Scope' }
        @{ Base = $gcore; Bad = @{ Audience = 'apiv2' }; Parameter = 'Audience' }
        @{ Base = $gcore; Bad = @{ Access = 'location=Read' }; Parameter = 'Access' }
        @{ Base = $gcore; Bad = @{ ApplyToAll = 'Full' }; Parameter = 'ApplyToAll' }
        @{ Base = $gcore; Bad = @{ User = 'jdoe' }; Parameter = 'User' }

        foreach ($base in $wegnology, $gcore) {
            @{ Base = $base; Bad = @{ ExpiresAt = $past }; Parameter = 'ExpiresAt' }
            @{ Base = $base; Bad = @{ ExpiresIn = [timespan]::Zero }; Parameter = 'ExpiresIn' }
            @{ Base = $base; Bad = @{ ExpiresIn = [timespan]'-1' }; Parameter = 'ExpiresIn' }
            @{ Base = $base; Bad = @{ ExpiresIn = '40000d' }; Parameter = 'ExpiresIn' }
            @{ Base = $base; Bad = @{ ExpirationMonths = 0 }; Parameter = 'ExpirationMonths' }
            @{ Base = $base; Bad = @{ ExpirationMonths = -3 }; Parameter = 'ExpirationMonths' }
            @{ Base = $base; Bad = @{ ExpirationMonths = 99999 }; Parameter = 'ExpirationMonths' }
            @{ Base = $base; Bad = @{ ExpiresAt = [DateTimeOffset]::UtcNow.AddDays(3); NeverExpires = $true }; Parameter = 'ExpiresAt' }
        }

        @{ Base = $users; Bad = @{ User = $null }; Parameter = 'User' }
        @{ Base = $users; Bad = @{ User = '' }; Parameter = 'User' }
        @{ Base = $users; Bad = @{ Scope = 'All' }; Parameter = 'Scope' }
        @{ Base = $users; Bad = @{ Audience = 'apiv2' }; Parameter = 'Audience' }
        @{ Base = $users; Bad = @{ Role = 'Users' }; Parameter = 'Role' }
        @{ Base = $users; Bad = @{ ExpirationMonths = 4 }; Parameter = 'ExpirationMonths' }
        @{ Base = $users; Bad = @{ ExpiresIn = '90d' }; Parameter = 'ExpirationMonths' }
    ) | ForEach-Object {
        $_.Connection = $_.Base.Connection
        $_.What = ($_.Bad.GetEnumerator() | ForEach-Object { $text = "$($_.Value -join ' ')"; "-$($_.Key) '$($text.Substring(0, [Math]::Min(20, $text.Length)).Replace("`n", '\n'))'" }) -join ' '
        $_
    }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'New-ApiToken' {
    It 'refuses on <Connection>: <What>' -ForEach $cases {
        $parameters = @{} + $Base
        $Bad.Keys | ForEach-Object { $parameters[$_] = $Bad[$_] }
        $before = (Get-RequestCount).total
        Assert-Refused "Invalid$Parameter" { New-ApiToken @parameters }
        (Get-Failure { New-ApiToken @parameters }).Exception.Message | Should -BeLike "-${Parameter}: *"
        (Get-Failure { New-ApiToken @parameters }).CategoryInfo.Category | Should -Be 'InvalidArgument'
        (Get-RequestCount).total | Should -Be $before -Because 'it needs no request to know'
    }

    It 'accepts what is just within bounds' {
        (Add-TestToken wegnology ('n' * 255) -With @{ Description = 'd' * 32767 }).Description.Length | Should -Be 32767
        (Add-TestToken devo ('n' * 255)).Name.Length | Should -Be 255
        $name = "`u{DC}n`u{EF}c`u{F8}d`u{E9} `u{2713} `"quoted`" / slash"
        Test-Secret (Add-TestToken gcore $name) | Should -BeTrue
        (Get-ApiToken -Connection gcore -Name "`u{DC}n`u{EF}c`u{F8}d`u{E9}*").Name | Should -BeExactly $name
    }

    It 'refuses a role above that of the connection''s own token' {
        $engineer = Add-TestToken gcore -With @{ Role = 'Engineers' }
        $access = $sandbox.Services | Where-Object Service -EQ gcore
        Connect-ApiTokenService Gcore $access.Account -Token $engineer.Secret -BaseUri $access.BaseUri -Name engineer | Out-Null
        try {
            Assert-Refused InvalidRole { New-ApiToken -Connection engineer -Name high -Role Administrators }
            Test-Secret (New-ApiToken -Connection engineer -Name same -Role Engineers) | Should -BeTrue
            Test-Secret (New-ApiToken -Connection engineer -Name low -Role Users) | Should -BeTrue
        }
        finally {
            Disconnect-ApiTokenService engineer
        }
    }

    It 'shows the service''s own word where only the service can know' {
        $failure = Get-Failure { New-ApiToken -Connection devo -Name x -User nobody@example.com -Audience apiv2 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidData,*'
        $failure.ErrorDetails.Message | Should -Match 'Correlation id: [0-9a-f-]{36}'
        (Get-Failure { New-ApiToken -Connection application-users -User nobody }).FullyQualifiedErrorId | Should -BeLike 'ObjectNotFound,*'
        (Get-Failure { New-ApiToken -Connection application-users -User jdoe -Access @{ nosuch = 'Read' } }).FullyQualifiedErrorId | Should -BeLike 'InvalidData,*'
    }

    It 'refuses what cannot be converted, by the parameter''s name: <Parameter>' -ForEach @(
        @{ Parameter = 'ExpiresIn'; Value = 'soon' }
        @{ Parameter = 'ExpiresAt'; Value = 'tomorrow-ish' }
        @{ Parameter = 'ExpirationMonths'; Value = 'six' }
        @{ Parameter = 'NeverExpires'; Value = 'perhaps' }
        @{ Parameter = 'Access'; Value = 'location' }
        @{ Parameter = 'Access'; Value = @{ location = 'Write' } }
        @{ Parameter = 'ApplyToAll'; Value = 'Write' }
    ) {
        $before = (Get-RequestCount).total
        $bad = @{ $Parameter = $Value }
        $failure = @(Get-Failure { New-ApiToken -Connection application-users -User jdoe @bad })
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -Match '^(ParameterArgumentTransformationError|CannotConvertArgument)'
        $failure[0].Exception.Message | Should -BeLike "*$Parameter*"
        (Get-RequestCount).total | Should -Be $before
    }
}

Describe 'Rename-ApiToken' {
    It 'refuses on <_> a name that is blank, too long or has line breaks' -ForEach 'devo', 'wegnology', 'application-users' {
        $token = Add-TestToken $_
        foreach ($name in ' ', ('n' * 256), "two`nlines") {
            Assert-Refused InvalidNewName { $token | Rename-ApiToken -NewName $name }
        }
    }
}

Describe 'Set-ApiToken' {
    It 'refuses to change nothing' {
        $token = Add-TestToken wegnology
        Assert-Refused InvalidDescription { $token | Set-ApiToken }
    }

    It 'refuses a description that is too long' {
        $token = Add-TestToken wegnology
        Assert-Refused InvalidDescription { $token | Set-ApiToken -Description ('d' * 32768) }
    }
}

Describe 'An id that has not the form of the service''s ids' {
    It 'is refused by <Command>' -ForEach @(
        @{ Command = 'Remove-ApiToken'; With = @{} }
        @{ Command = 'Reset-ApiToken'; With = @{} }
        @{ Command = 'Rename-ApiToken'; With = @{ NewName = 'x' } }
    ) {
        foreach ($id in '../1', '1/disable', '1?x=y', 'abc') {
            $before = (Get-RequestCount).total
            Assert-Refused InvalidId { [pscustomobject]@{ Connection = 'devo'; Id = $id } | & $Command @With }
            (Get-RequestCount).total | Should -Be $before
        }
    }
}
