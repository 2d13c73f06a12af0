# The token that a connection itself is using is not cut off by accident.

BeforeDiscovery {
    $script:services = @(
        @{ Connection = 'devo'; OwnId = '1'; Administrator = @{ User = 'admin@example.com'; Audience = 'credentials' } }
        @{ Connection = 'wegnology'; OwnId = '5e00000000000000000000ff'; Administrator = @{ Scope = 'All' } }
        @{ Connection = 'gcore'; OwnId = '7001'; Administrator = @{ Role = 'Administrators' } }
        @{ Connection = 'application-users'; OwnId = 'at_00000000000000000adm'; Administrator = @{ User = 'admin'; ApplyToAll = 'Full' } }
    )
    $script:cases = foreach ($service in $services) {
        'Remove-ApiToken', 'Reset-ApiToken', 'Disable-ApiToken' | ForEach-Object {
            if ($_ -ne 'Disable-ApiToken' -or $service.Connection -in 'devo', 'wegnology') {
                @{ Command = $_ } + $service
            }
        }
    }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox

    function Connect-AsNew {
        <# Issues an administrator's token and connects with it, under its name. #>
        param([Parameter(Mandatory)] [string] $Connection, [Parameter(Mandatory)] [hashtable] $Administrator)

        $token = New-ApiToken -Connection $Connection -Name (New-UniqueName administrator) @Administrator
        $access = $sandbox.Services | Where-Object Service -EQ $Connection
        Connect-ApiTokenService $Connection $access.Account -Token $token.Secret -BaseUri $access.BaseUri -Name $token.Name | Out-Null
        $token
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe '<Command> of the connection''s own token, on <Connection>' -ForEach $cases {
    It 'is refused, whether it is named by object, id or name' {
        $own = Get-ApiToken -Connection $Connection -Id $OwnId
        Assert-Refused OwnTokenProtected { $own | & $Command }
        Assert-Refused OwnTokenProtected { & $Command $OwnId -Connection $Connection }
        Assert-Refused OwnTokenProtected { & $Command administrator -Connection $Connection }
        Assert-Refused OwnTokenProtected { Get-ApiToken -Connection $Connection -Name administrator | Select-Object Connection, Id | & $Command }
        (Get-ApiToken -Connection $Connection -Id $OwnId).Status | Should -Be 'Active'
    }

    It 'is done with -Force' {
        $own = Connect-AsNew $Connection $Administrator
        try {
            Assert-Refused OwnTokenProtected { & $Command $own.Id -Connection $own.Name }
            Test-Secret $own | Should -BeTrue
            & $Command $own.Id -Connection $own.Name -Force -ErrorAction SilentlyContinue | Out-Null
            Test-Secret $own | Should -BeFalse
        }
        finally {
            Disconnect-ApiTokenService $own.Name
        }
    }

    It 'is done through another connection, which does not use it' {
        $own = Connect-AsNew $Connection $Administrator
        Disconnect-ApiTokenService $own.Name
        & $Command $own.Id -Connection $Connection | Out-Null
        Test-Secret $own | Should -BeFalse
    }
}

Describe 'A mass revocation' {
    It 'leaves the connections'' own tokens, says so, and removes the rest' {
        $failure = @()
        Get-ApiToken -Connection * | Remove-ApiToken -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure | Should -HaveCount 4
        $failure | ForEach-Object { $_.FullyQualifiedErrorId | Should -BeLike 'OwnTokenProtected,*' }
        (Get-ApiToken -Connection *).Name | Should -Be 'administrator', 'administrator', 'administrator', 'administrator'
    }
}
