# Connecting: with what, to what, and to whom the connections belong.

BeforeDiscovery {
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox -SkipConnect
    $script:wrong = ConvertTo-Secret '4242_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'

    function Get-Access {
        <# What is needed to connect to one of the sandbox's services. #>
        param([Parameter(Mandatory)] [string] $Service)

        $sandbox.Services | Where-Object Service -EQ $Service
    }

    function Connect-Test {
        <# Connects to one of the sandbox's services with its administrator's secret. #>
        param([Parameter(Mandatory)] [string] $Service, [hashtable] $With = @{})

        $access = Get-Access $Service
        $parameters = @{ Service = $Service; Account = $access.Account; Token = $access.Secret; BaseUri = $access.BaseUri }
        $With.Keys | ForEach-Object { $parameters[$_] = $With[$_] }
        Connect-ApiTokenService @parameters
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'Connecting to <Service>' -ForEach $services {
    AfterEach {
        Get-ApiTokenService | Disconnect-ApiTokenService
    }

    It 'with a token''s secret' {
        $made = Connect-Test $Connection
        $made.Name | Should -Be $Connection
        $made.Service | Should -Be $Service
        $made.Account | Should -Be (Get-Access $Connection).Account
        Get-ApiToken | Should -Not -BeNullOrEmpty
    }

    It 'proves the credential with one cheap call, and looks for tokens that expire soon with one more' {
        $before = Get-RequestCount
        Connect-Test $Connection | Out-Null
        $after = Get-RequestCount
        $after.total | Should -Be ($before.total + 2)
        $after.writes | Should -Be $before.writes
    }

    It 'warns in one line of the tokens that expire within 7 days, and heeds -WarningAction' {
        $made, $warning = (Connect-Test $Connection 3>&1).Where({ $_ -isnot [System.Management.Automation.WarningRecord] }, 'Split').ForEach({ $_ })
        $expected = @(Get-ApiToken -ExpiringWithin 7d -Status Active | Sort-Object ExpiresAt)
        $made.Service | Should -Be $Service
        @($warning) | Should -HaveCount 1
        $warning.Message | Should -BeLike "*$($expected.Count) token* within 7 days*$($expected[0].Id)*Get-ApiToken -Connection $Connection -ExpiringWithin 7d"
        $warning.Message | Should -Not -Match "`n"
        Connect-Test $Connection -With @{ WarningAction = 'Ignore' } 3>&1 | Should -HaveCount 1
    }

    if ($Connection -in 'gcore', 'application-users') {
        It 'connects all the same, and warns of nothing, when that look fails' {
            Add-Fault @{ service = $Connection; path = '*tokens'; kind = 'status'; status = 404; count = 1 }
            try {
                @(Connect-Test $Connection 3>&1).Service | Should -Be $Service
                (Get-Fault).fired | Should -Be 1
            }
            finally {
                Clear-Fault
            }
        }
    }

    It 'sends nothing with -SkipCheck' {
        $before = (Get-RequestCount).total
        (Connect-Test $Connection -With @{ SkipCheck = $true; Token = $wrong }).Service | Should -Be $Service
        (Get-RequestCount).total | Should -Be $before
    }

    It 'ends with an error when the secret is wrong, and no connection is made' {
        $failure = Get-TerminatingFailure { Connect-Test $Connection -With @{ Token = $wrong } }
        $failure.FullyQualifiedErrorId | Should -BeLike $(if ($Service -eq 'Devo') { 'PermissionDenied,*' } else { 'AuthenticationError,*' })
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Get-ApiTokenService | Should -BeNullOrEmpty
    }

    It 'by a hashtable, as a connection asset of a runbook' {
        $access = Get-Access $Connection
        $asset = @{ Service = $Service; Account = $access.Account; Token = Get-PlainText $access.Secret; BaseUri = "$($access.BaseUri)"; Name = 'asset' }
        $made = Connect-ApiTokenService -ConnectionInfo $asset
        $made.Name | Should -Be 'asset'
        Get-ApiToken | Should -Not -BeNullOrEmpty
    }

    if ($HasLogin) {
        It 'with a user name and password' {
            $access = Get-Access $Connection
            $made = Connect-ApiTokenService $Service -Credential $access.Credential -BaseUri $access.BaseUri
            $made.Account | Should -Be $access.Account
            $token = Add-TestToken $Connection
            Test-Secret $token | Should -BeTrue
            $token | Remove-ApiToken
            Test-Secret $token | Should -BeFalse
        }

        It 'with a user name and password in a hashtable' {
            $access = Get-Access $Connection
            $asset = @{ Service = $Service; UserName = $access.Credential.UserName; Password = $access.Credential.Password; BaseUri = $access.BaseUri }
            (Connect-ApiTokenService -ConnectionInfo $asset).Service | Should -Be $Service
            Get-ApiToken | Should -Not -BeNullOrEmpty
        }

        It 'ends with an error when the password is wrong' {
            $access = Get-Access $Connection
            $credential = [pscredential]::new($access.Credential.UserName, $wrong)
            $failure = Get-TerminatingFailure { Connect-ApiTokenService $Service -Credential $credential -BaseUri $access.BaseUri }
            $failure.FullyQualifiedErrorId | Should -BeLike 'AuthenticationError,*'
            $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }
    }
    else {
        It 'has no login by password, and says so' {
            $credential = [pscredential]::new('admin@example.com', $wrong)
            $access = Get-Access $Connection
            Assert-Refused InvalidCredential { Connect-ApiTokenService $Service $access.Account -Credential $credential -BaseUri $access.BaseUri }
        }
    }

    It 'stops a pipeline whose credential the service refuses' {
        if ($Service -eq 'Devo') {
            # Devo answers 403, which can also mean one token only.
            Connect-Test $Connection -With @{ SkipCheck = $true; Token = $wrong } | Out-Null
            (Get-Failure { Get-ApiToken }).FullyQualifiedErrorId | Should -BeLike 'PermissionDenied,*'
            return
        }

        Connect-Test $Connection -With @{ SkipCheck = $true; Token = $wrong } | Out-Null
        (Get-TerminatingFailure { Get-ApiToken }).FullyQualifiedErrorId | Should -BeLike 'AuthenticationError,*'
        $id = $Gone
        (Get-TerminatingFailure { $id, $id, $id | Remove-ApiToken }).FullyQualifiedErrorId | Should -BeLike 'AuthenticationError,*'
    }
}

Describe 'A service that is down' {
    AfterEach {
        Get-ApiTokenService | Disconnect-ApiTokenService
    }

    BeforeAll {
        # A port that was free a moment ago; nobody listens there.
        $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $listener.Start()
        $script:nobody = "http://127.0.0.1:$($listener.LocalEndpoint.Port)"
        $listener.Stop()
    }

    It 'is an error that ends connecting, after some tries' {
        $failure = Get-TerminatingFailure { Connect-ApiTokenService Gcore -Token $wrong -BaseUri $nobody }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ConnectionError,*'
        $failure.CategoryInfo.Category | Should -Be 'ConnectionError'
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'does not keep the tokens of another from being listed' {
        Connect-ApiTokenService Gcore 1001 -Token $wrong -BaseUri $nobody -Name down -SkipCheck | Out-Null
        Connect-Test devo | Out-Null
        $failure = @()
        $tokens = Get-ApiToken -Connection down, devo -ErrorVariable failure -ErrorAction SilentlyContinue
        $tokens.Connection | Sort-Object -Unique | Should -Be 'devo'
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'ConnectionError,*'
        "$($failure[0].TargetObject)" | Should -Be 'down'
    }
}

Describe 'What cannot be connected to' {
    AfterEach {
        Get-ApiTokenService | Disconnect-ApiTokenService
    }

    It 'is an unknown service' {
        Assert-Refused InvalidService { Connect-ApiTokenService Nosuch acc -Token $wrong }
        (Get-TerminatingFailure { Connect-ApiTokenService Nosuch acc -Token $wrong }).Exception.Message | Should -BeLike '*Nosuch*'
    }

    It 'is an unknown region' {
        Assert-Refused InvalidRegion { Connect-ApiTokenService Devo domain -Token $wrong -Region Moon }
        Assert-Refused InvalidRegion { Connect-ApiTokenService Devo domain -Token $wrong }
        Assert-Refused InvalidRegion { Connect-ApiTokenService ApplicationUsers site -Token $wrong -Region EU }
        Assert-Refused InvalidRegion { Connect-ApiTokenService Devo domain -Token $wrong -Region EU -BaseUri http://127.0.0.1:1 }
    }

    It 'is a known region that needs no address: <Region>' -ForEach @(
        @{ Region = 'US' }, @{ Region = 'eu' }, @{ Region = 'CA' }, @{ Region = 'APAC' }
    ) {
        (Connect-ApiTokenService Devo domain -Token $wrong -Region $Region -SkipCheck).BaseUri.Host | Should -Be "api-$($Region.ToLowerInvariant()).devo.com"
    }

    It 'is an address without https that is not this machine: <_>' -ForEach 'http://api.example.com', 'ftp://127.0.0.1/', 'http://127.0.0.1.example.com', 'api.example.com' {
        Assert-Refused InvalidBaseUri { Connect-ApiTokenService Gcore -Token $wrong -BaseUri $_ }
    }

    It 'is an address with a user, a query or a fragment: <_>' -ForEach 'https://me:pw@api.example.com', 'https://api.example.com/?a=b', 'https://api.example.com/#a' {
        Assert-Refused InvalidBaseUri { Connect-ApiTokenService Gcore -Token $wrong -BaseUri $_ }
    }

    It 'is an application-users service without an address' {
        Assert-Refused InvalidBaseUri { Connect-ApiTokenService ApplicationUsers site -Token $wrong }
    }

    It 'is an account of the wrong form: <Service> <Account>' -ForEach @(
        @{ Service = 'Devo'; Account = '' }
        @{ Service = 'Devo'; Account = 'child@parent' }
        @{ Service = 'Wegnology'; Account = 'application/1' }
        @{ Service = 'Wegnology'; Account = 'somebody' }
        @{ Service = 'Gcore'; Account = 'acme' }
        @{ Service = 'ApplicationUsers'; Account = '' }
    ) {
        Assert-Refused InvalidAccount { Connect-ApiTokenService $Service $Account -Token $wrong -BaseUri http://127.0.0.1:1 }
    }

    It 'is a Gcore account that the credential is not for' {
        Assert-Refused InvalidAccount { Connect-Test gcore -With @{ Account = '4711' } }
    }

    It 'is a Gcore version that does not exist' {
        Assert-Refused InvalidApiVersion { Connect-Test gcore -With @{ ApiVersion = 'V9' } }
    }

    It 'is a secret that no header can hold' {
        foreach ($text in 'two words', "line`nbreak") {
            $secret = ConvertTo-Secret $text
            Assert-Refused InvalidToken { Connect-ApiTokenService Gcore -Token $secret -BaseUri http://127.0.0.1:1 }
        }

        Assert-Refused InvalidToken { Connect-ApiTokenService Gcore -Token ([securestring]::new()) -BaseUri http://127.0.0.1:1 }
    }

    It 'is a hashtable with a field too many or too few' {
        Assert-Refused InvalidConnectionInfo { Connect-ApiTokenService -ConnectionInfo @{ Service = 'Gcore'; Token = 'x'; Colour = 'red' } }
        Assert-Refused InvalidConnectionInfo { Connect-ApiTokenService -ConnectionInfo @{ Token = 'x' } }
        Assert-Refused InvalidToken { Connect-ApiTokenService -ConnectionInfo @{ Service = 'Gcore' } }
    }
}

Describe 'The accounts of wegnology' {
    AfterEach {
        Get-ApiTokenService | Disconnect-ApiTokenService
    }

    It 'are also applications and instances: <_>' -ForEach 'application/575ec8687ae143cd83dc4a97', 'instance/575ec8687ae143cd83dc4b01' {
        (Get-Access wegnology).OtherAccounts | Should -Contain $_
        Connect-Test wegnology -With @{ Account = $_ } | Out-Null
        $token = New-ApiToken -Name (New-UniqueName) -Scope All
        $token.Account | Should -Be $_
        Test-Secret $token | Should -BeTrue
        Disable-ApiToken $token
        Test-Secret $token | Should -BeFalse
        Enable-ApiToken $token
        Test-Secret $token | Should -BeTrue
        (Get-ApiToken).Account | Select-Object -Unique | Should -Be $_
        Remove-ApiToken $token
        Test-Secret $token | Should -BeFalse
    }

    It 'each have presets of their own' {
        Connect-Test wegnology -With @{ Account = 'application/575ec8687ae143cd83dc4a97' } | Out-Null
        (New-ApiToken -Name preset -Scope ReadOnly).Scope | Should -Be 'all.Application.read'
        (New-ApiToken -Name preset -Scope Cli).Scope | Should -Be 'all.Application.cli'
        Connect-Test wegnology -With @{ Account = 'instance/575ec8687ae143cd83dc4b01' } | Out-Null
        (New-ApiToken -Name preset -Scope ReadOnly).Scope | Should -Be 'all.Instance.read'
        Assert-Refused InvalidScope { New-ApiToken -Name preset -Scope Cli }
    }
}

Describe 'Gcore' {
    AfterEach {
        Get-ApiTokenService | Disconnect-ApiTokenService
    }

    It 'finds out the account by itself' {
        $access = Get-Access gcore
        (Connect-ApiTokenService Gcore -Token $access.Secret -BaseUri $access.BaseUri).Account | Should -Be '1001'
    }

    It 'is spoken to in V1 on request' {
        Connect-Test gcore -With @{ ApiVersion = 'V1' } | Out-Null
        $before = Get-RequestCount
        $token = Add-TestToken gcore
        Get-PlainText $token.Secret | Should -BeLike "$($token.Id)`$*"
        Test-Secret $token | Should -BeTrue
        Get-ApiToken -Name $token.Name | Should -HaveCount 1
        $token | Remove-ApiToken
        Test-Secret $token | Should -BeFalse
        (Get-RequestSince $before).path | Should -Not -BeLike '*/v2/*'
    }

    It 'is spoken to in V2 by default' {
        Connect-Test gcore | Out-Null
        $before = Get-RequestCount
        $token = Add-TestToken gcore
        Get-PlainText $token.Secret | Should -BeLike "$($token.Id)_*"
        (Get-RequestSince $before).path | Should -Contain '/gcore/iam/v2/clients/1001/tokens'
    }
}

Describe 'The connections' {
    AfterEach {
        Get-ApiTokenService | Disconnect-ApiTokenService
    }

    It 'are listed by Get-ApiTokenService, by name and pattern' {
        Connect-Test devo | Out-Null
        Connect-Test gcore | Out-Null
        (Get-ApiTokenService).Name | Should -Be 'devo', 'gcore'
        (Get-ApiTokenService d*).Name | Should -Be 'devo'
        (Get-ApiTokenService gcore, devo).Name | Should -Be 'gcore', 'devo'
        Get-ApiTokenService nothing* | Should -BeNullOrEmpty
        (Get-Failure { Get-ApiTokenService nothing }).FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound,*'
    }

    It 'show which of them is used where none is named: the newest' {
        Connect-Test devo | Out-Null
        Connect-Test gcore | Out-Null
        (Get-ApiTokenService | Where-Object IsDefault).Name | Should -Be 'gcore'
        (Get-ApiToken).Connection | Select-Object -Unique | Should -Be 'gcore'
        Connect-Test devo | Out-Null
        (Get-ApiTokenService | Where-Object IsDefault).Name | Should -Be 'devo'
        (Get-ApiToken).Connection | Select-Object -Unique | Should -Be 'devo'
        Disconnect-ApiTokenService devo
        (Get-ApiTokenService | Where-Object IsDefault).Name | Should -Be 'gcore'
    }

    It 'of the same name replace one another' {
        Connect-Test devo -With @{ Name = 'mine' } | Out-Null
        Connect-Test gcore -With @{ Name = 'MINE' } | Out-Null
        Get-ApiTokenService | Should -HaveCount 1
        (Get-ApiTokenService mine).Service | Should -Be 'Gcore'
    }

    It 'are forgotten by Disconnect-ApiTokenService, by name, pattern and from the pipeline' {
        'devo', 'gcore', 'wegnology', 'application-users' | ForEach-Object { Connect-Test $_ | Out-Null }
        Disconnect-ApiTokenService devo
        Get-ApiTokenService g* | Disconnect-ApiTokenService
        Disconnect-ApiTokenService -Name weg*
        (Get-ApiTokenService).Name | Should -Be 'application-users'
        (Get-Failure { Disconnect-ApiTokenService devo }).FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound,*'
    }

    It 'are needed: without any, and by an unknown name, <_> ends with an error' -ForEach @(
        'Get-ApiToken', 'Get-ApiTokenPermission', 'New-ApiToken', 'Remove-ApiToken', 'Disable-ApiToken', 'Reset-ApiToken'
    ) {
        $with = if ($_ -like '*-ApiToken' -and $_ -notlike 'Get-*' -and $_ -notlike 'New-*') { @{ Token = '42' } } else { @{} }
        $none = Get-Failure { & $_ @with }
        $none.FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound,*'
        $none.ErrorDetails.RecommendedAction | Should -BeLike '*Connect-ApiTokenService*'
        Connect-Test devo | Out-Null
        $unknown = Get-TerminatingFailure { & $_ @with -Connection nowhere }
        $unknown.FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound,*'
        $unknown.Exception.Message | Should -BeLike '*nowhere*'
        $unknown.ErrorDetails.RecommendedAction | Should -BeLike '*devo*'
    }

    It 'belong to their runspace: another sees none, and has its own' {
        Connect-Test devo | Out-Null
        $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
        $runspace.Open()
        try {
            Invoke-InRunspace $runspace -Variable @{ moduleFolder = $moduleFolder } { Import-Module $moduleFolder; Get-ApiTokenService } | Should -BeNullOrEmpty
            (Invoke-InRunspace $runspace { Get-ApiToken }).FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound,*'
            $access = Get-Access gcore
            (Invoke-InRunspace $runspace -Variable @{ access = $access } {
                Connect-ApiTokenService Gcore -Token $access.Secret -BaseUri $access.BaseUri -Name theirs
            }).Name | Should -Be 'theirs'
            Invoke-InRunspace $runspace { Get-ApiToken } | Should -Not -BeNullOrEmpty
        }
        finally {
            $runspace.Dispose()
        }

        (Get-ApiTokenService).Name | Should -Be 'devo'
    }

    It 'can be handed to another runspace as objects' -Tag PowerShell7 {
        $connection = Connect-Test devo
        $found = 1..3 | ForEach-Object -Parallel {
            Import-Module $using:moduleFolder
            (Get-ApiToken -Connection $using:connection | Select-Object -First 1).Connection
        }
        $found | Should -Be 'devo', 'devo', 'devo'
    }

    It 'show no credential' {
        $connection = Connect-Test devo
        $secret = Get-PlainText (Get-Access devo).Secret
        "$connection" | Should -Be 'devo'
        $connection | Format-List * -Force | Out-String -Width 500 | Should -Not -BeLike "*$secret*"
        $connection | ConvertTo-Json -Depth 5 | Should -Not -BeLike "*$secret*"
    }

    It 'are completed by name' {
        Connect-Test devo | Out-Null
        Connect-Test gcore | Out-Null
        $text = 'Get-ApiToken -Connection d'
        (TabExpansion2 -inputScript $text -cursorColumn $text.Length).CompletionMatches.CompletionText | Should -Be 'devo'
        $text = 'Connect-ApiTokenService g'
        (TabExpansion2 -inputScript $text -cursorColumn $text.Length).CompletionMatches.CompletionText | Should -Be 'Gcore'
    }
}
