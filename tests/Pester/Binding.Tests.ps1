# What a token parameter takes, from where, and which token of which connection it then means.

BeforeDiscovery {
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox

    function Export-Row {
        <# Writes rows into a real CSV file and gives its path. #>
        [OutputType([string])]
        param([Parameter(Mandatory)] [object[]] $Row)

        $file = Join-Path $TestDrive "$(New-UniqueName rows).csv"
        $Row | Export-Csv -LiteralPath $file
        $file
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'A token parameter on <Connection>' -ForEach $services {
    It 'takes a token from the pipeline' {
        $token = Add-TestToken $Connection
        Get-ApiToken -Connection $Connection -Name $token.Name | Remove-ApiToken
        Test-Secret $token | Should -BeFalse
    }

    It 'takes a token just issued' {
        $token = Add-TestToken $Connection
        $token | Remove-ApiToken
        Test-Secret $token | Should -BeFalse
    }

    It 'takes a token as argument, and several' {
        $first = Add-TestToken $Connection
        $second = Add-TestToken $Connection
        Remove-ApiToken -Token $first, $second
        Test-Secret $first | Should -BeFalse
        Test-Secret $second | Should -BeFalse
    }

    It 'takes an id, as argument, by its alias and from the pipeline' {
        $tokens = 1..3 | ForEach-Object { Add-TestToken $Connection }
        Remove-ApiToken $tokens[0].Id -Connection $Connection
        Remove-ApiToken -Id $tokens[1].Id -Connection $Connection
        $tokens[2].Id | Remove-ApiToken -Connection $Connection
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
    }

    It 'takes a name, as argument and from the pipeline' {
        $tokens = 1..3 | ForEach-Object { Add-TestToken $Connection }
        Remove-ApiToken $tokens[0].Name -Connection $Connection
        $tokens[1..2].Name | Remove-ApiToken -Connection $Connection
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
    }

    It 'takes rows of a CSV file with <_>' -ForEach @(
        , @('Id', 'Connection')
        , @('Name', 'Connection')
        , @('Connection', 'Service', 'Account', 'Id', 'Name', 'Status')
    ) {
        $tokens = 1..3 | ForEach-Object { Add-TestToken $Connection }
        $file = Export-Row ($tokens | Select-Object -Property $_)
        Import-Csv -LiteralPath $file | Remove-ApiToken
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
    }

    It 'takes rows of a CSV file without a connection, which is then the one named' {
        $tokens = 1..2 | ForEach-Object { Add-TestToken $Connection }
        $file = Export-Row ($tokens | Select-Object -Property Id)
        Import-Csv -LiteralPath $file | Remove-ApiToken -Connection $Connection
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
    }

    It 'takes rows whose connection is blank' {
        $token = Add-TestToken $Connection
        $file = Export-Row ([pscustomobject]@{ Connection = ''; Id = $token.Id; Name = '' })
        Import-Csv -LiteralPath $file | Remove-ApiToken -Connection $Connection
        Test-Secret $token | Should -BeFalse
    }

    It 'takes tokens that went through Export-Clixml' {
        $token = Add-TestToken $Connection
        $file = Join-Path $TestDrive 'tokens.clixml'
        Get-ApiToken -Connection $Connection -Id $token.Id | Export-Clixml -LiteralPath $file
        $read = Import-Clixml -LiteralPath $file
        $read.Name | Should -Be $token.Name
        [string] $read.Status | Should -Be 'Active'
        [string] $read.ExpiresAt | Should -Be ([string] $token.ExpiresAt)
        $read | Remove-ApiToken
        Test-Secret $token | Should -BeFalse
    }

    It 'takes tokens that went through JSON' {
        $token = Add-TestToken $Connection
        Get-ApiToken -Connection $Connection -Id $token.Id | ConvertTo-Json | ConvertFrom-Json | Remove-ApiToken
        Test-Secret $token | Should -BeFalse
    }

    It 'takes tokens that came from a job' {
        $token = Add-TestToken $Connection
        $xml = [System.Management.Automation.PSSerializer]::Serialize((Get-ApiToken -Connection $Connection -Id $token.Id))
        # Where the module is loaded it is a token again (Display.Tests.ps1); elsewhere it stays what the serializer left.
        $elsewhere = [powershell]::Create()
        $copy = $elsewhere.AddScript('param($xml) [System.Management.Automation.PSSerializer]::Deserialize($xml)').AddArgument($xml).Invoke()[0]
        $elsewhere.Dispose()
        $copy.PSObject.TypeNames | Should -Contain 'Deserialized.ApiTokens.ApiToken'
        $copy | Remove-ApiToken
        Test-Secret $token | Should -BeFalse
    }

    It 'finds the token again in Get-ApiToken' {
        $token = Add-TestToken $Connection
        ($token | Get-ApiToken).Name | Should -Be $token.Name
        ([pscustomobject]@{ Id = $token.Id; Connection = $Connection } | Get-ApiToken).Name | Should -Be $token.Name
    }

    It 'names the input when there is no such token' {
        $failure = Get-Failure { Remove-ApiToken 'no such name' -Connection $Connection }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ObjectNotFound,*'
        $failure.TargetObject | Should -Be 'no such name'
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'goes on with the next token after one that is not there' {
        $token = Add-TestToken $Connection
        $failure = @(Get-Failure { 'no such name', $token.Name, 'nor this' | Remove-ApiToken -Connection $Connection })
        $failure | Should -HaveCount 2
        Test-Secret $token | Should -BeFalse
    }

    It 'refuses a name that fits several tokens, and lists their ids' {
        $name = New-UniqueName twice
        $first = Add-TestToken $Connection $name
        $second = Add-TestToken $Connection $name
        Assert-Refused AmbiguousName { Remove-ApiToken $name -Connection $Connection }
        $failure = Get-Failure { Remove-ApiToken $name -Connection $Connection }
        $failure.Exception.Message | Should -BeLike "*$($first.Id)*"
        $failure.Exception.Message | Should -BeLike "*$($second.Id)*"
        Test-Secret $first | Should -BeTrue
        Test-Secret $second | Should -BeTrue
    }

    It 'prefers the exact name to one in other letters' {
        $name = New-UniqueName case
        $lower = Add-TestToken $Connection $name
        $upper = Add-TestToken $Connection $name.ToUpperInvariant()
        Remove-ApiToken $name.ToUpperInvariant() -Connection $Connection
        Test-Secret $lower | Should -BeTrue
        Test-Secret $upper | Should -BeFalse
    }

    It 'takes wildcard characters of a name to the letter: <_>' -ForEach 'all-*', 'all-?', 'all-[0-9]', 'all-`*' {
        $literal = Add-TestToken $Connection $_
        $bystander = Add-TestToken $Connection 'all-1'
        try {
            Remove-ApiToken $_ -Connection $Connection
            Test-Secret $literal | Should -BeFalse
            Test-Secret $bystander | Should -BeTrue
            Assert-Refused ObjectNotFound { Remove-ApiToken $_ -Connection $Connection }
        }
        finally {
            $bystander | Remove-ApiToken
        }
    }

    It 'refuses an object that names no token' {
        $before = (Get-RequestCount).total
        $failure = @(
            Get-Failure { [pscustomobject]@{ Colour = 'red' } | Remove-ApiToken -Connection $Connection }
            Get-Failure { [pscustomobject]@{ Id = ''; Name = '' } | Remove-ApiToken -Connection $Connection }
            Get-Failure { Remove-ApiToken '' -Connection $Connection }
            Get-Failure { Remove-ApiToken $null -Connection $Connection }
        )
        $failure | Should -HaveCount 4
        $failure | ForEach-Object { $_.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError*' }
        (Get-RequestCount).total | Should -Be $before
    }
}

Describe 'Renaming from a CSV file' {
    It 'gives each row its new name, on <Connection>' -ForEach @(
        @{ Connection = 'devo' }
        @{ Connection = 'wegnology' }
        @{ Connection = 'application-users' }
    ) {
        $tokens = 1..8 | ForEach-Object { Add-TestToken $Connection }
        $rows = $tokens | ForEach-Object { [pscustomobject]@{ Connection = $_.Connection; Name = $_.Name; NewName = "$($_.Name)-new" } }
        Import-Csv -LiteralPath (Export-Row $rows) | Rename-ApiToken
        foreach ($token in $tokens) {
            (Get-ApiToken -Connection $Connection -Id $token.Id).Name | Should -Be "$($token.Name)-new"
        }
    }
}

Describe 'Disabling from a CSV file' {
    It 'crosses the services that the rows name' {
        $tokens = 'devo', 'wegnology', 'devo', 'wegnology' | ForEach-Object { Add-TestToken $_ }
        Import-Csv -LiteralPath (Export-Row ($tokens | Select-Object Connection, Id)) | Disable-ApiToken
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
        Import-Csv -LiteralPath (Export-Row ($tokens | Select-Object Connection, Id)) | Enable-ApiToken
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeTrue }
    }
}

Describe 'New-ApiToken from a CSV file' {
    It 'issues devo tokens by the columns Name, User, Audience and Scope' {
        $file = Join-Path $TestDrive 'devo.csv'
        Set-Content -LiteralPath $file @'
Name,User,Audience,Scope
csv-one,user@example.com,apiv2,table://my.app.table level://admin
csv-two,jdoe@example.com,apiv2 alerts,
'@
        $issued = Import-Csv -LiteralPath $file | New-ApiToken -Connection devo | Sort-Object Name
        $issued.Name | Should -Be 'csv-one', 'csv-two'
        $issued.Owner | Should -Be 'user@example.com', 'jdoe@example.com'
        $issued[0].Scope | Should -Be 'table://my.app.table', 'level://admin'
        $issued[1].Audience | Should -Be 'apiv2', 'alerts'
        $issued | ForEach-Object { Test-Secret $_ | Should -BeTrue }
    }

    It 'crosses the services that a column names, and takes blank columns for none' {
        $file = Join-Path $TestDrive 'all.csv'
        Set-Content -LiteralPath $file @'
Connection,Name,Description,User,Audience,Scope,Role,Access,ApplyToAll,ExpiresIn,ExpiresAt,ExpirationMonths,NeverExpires
devo,row-devo,,user@example.com,apiv2,,,,,,,,
wegnology,row-wegnology,what for,,,ReadOnly,,,,90d,,,
wegnology,row-never,,,,All,,,,,,,true
gcore,row-gcore,,,,,Engineers,,,,2099-01-31T00:00:00Z,,false
application-users,row-users,,jdoe,,,,"location=Full,vendor=Read",,,,12,
application-users,,,asmith,,,,,Read,,,,
'@
        $issued = Import-Csv -LiteralPath $file | New-ApiToken
        $issued | Should -HaveCount 6
        $issued | ForEach-Object { Test-Secret $_ | Should -BeTrue }
        $by = @{}
        $issued | ForEach-Object { $by["$($_.Name)"] = $_ }
        $by['row-wegnology'].Scope | Should -Be 'all.User.read'
        $by['row-wegnology'].Description | Should -Be 'what for'
        $by['row-wegnology'].ExpiresAt | Should -Not -BeNullOrEmpty
        $by['row-never'].ExpiresAt | Should -BeNullOrEmpty
        $by['row-gcore'].Role | Should -Be 'Engineers'
        $by['row-gcore'].ExpiresAt | Should -Be ([DateTimeOffset]'2099-01-31T00:00:00Z')
        $by['row-users'].ExpiresAt | Should -Be $by['row-users'].CreatedAt.AddMonths(12)
        $by['row-users'].Access['location'] | Should -Be 'Full'
        $by['row-users'].Access['vendor'] | Should -Be 'Read'
        $by[''].Owner | Should -Be 'asmith'
    }

    It 'does not carry a column''s value over to a row in which it is blank' {
        $file = Join-Path $TestDrive 'carry.csv'
        Set-Content -LiteralPath $file @'
Connection,Name,Description,Scope,ExpiresIn
wegnology,carry-1,first,ReadOnly,30d
wegnology,carry-2,,All,
wegnology,carry-3,third,All,
'@
        $issued = Import-Csv -LiteralPath $file | New-ApiToken | Sort-Object Name
        $issued[1].Description | Should -BeNullOrEmpty
        $issued[1].ExpiresAt | Should -BeNullOrEmpty
        $issued[2].Description | Should -Be 'third'
    }

    It 'uses the newest connection for rows whose connection is blank' {
        $newest = $sandbox.Services[-1].Service
        (Get-ApiTokenService | Where-Object IsDefault).Name | Should -Be $newest
        $row = [pscustomobject]($testServices.Where({ $_.Connection -eq $newest })[0].Issue + @{ Connection = ''; Name = 'blank' })
        ($row | New-ApiToken).Connection | Should -Be $newest
    }

    It 'reports a bad row by its name and issues the others' {
        $rows = @(
            [pscustomobject]@{ Name = 'good-1'; Role = 'Users' }
            [pscustomobject]@{ Name = 'bad'; Role = 'Kings' }
            [pscustomobject]@{ Name = 'good-2'; Role = 'Users' }
        )
        $failure = @()
        $issued = $rows | New-ApiToken -Connection gcore -ErrorVariable failure -ErrorAction SilentlyContinue
        $issued.Name | Sort-Object | Should -Be 'good-1', 'good-2'
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'InvalidRole,*'
        $failure[0].TargetObject | Should -Be 'bad'
    }

    It 'refuses a row whose connection is not there and issues the others' {
        $rows = @(
            [pscustomobject]@{ Connection = 'gcore'; Name = 'here'; Role = 'Users' }
            [pscustomobject]@{ Connection = 'nowhere'; Name = 'lost'; Role = 'Users' }
        )
        $failure = @()
        $issued = $rows | New-ApiToken -ErrorVariable failure -ErrorAction SilentlyContinue
        $issued.Name | Should -Be 'here'
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound,*'
    }

    It 'issues a token on one connection only' {
        Assert-Refused AmbiguousConnection { New-ApiToken -Connection devo, gcore -Name both }
    }
}

Describe 'Several connections' {
    It 'lists from all of them at once' {
        (Get-ApiToken -Connection * | Select-Object -ExpandProperty Connection -Unique | Sort-Object) |
            Should -Be ($testServices.Connection | Sort-Object)
        (Get-ApiToken -Connection devo, gcore | Select-Object -ExpandProperty Connection -Unique | Sort-Object) | Should -Be 'devo', 'gcore'
        (Get-ApiToken -Connection (Get-ApiTokenService devo) | Select-Object -ExpandProperty Connection -Unique) | Should -Be 'devo'
    }

    It 'sends each piped token through its own connection' {
        $name = New-UniqueName everywhere
        $tokens = $testServices.Connection | ForEach-Object { Add-TestToken $_ $name }
        Get-ApiToken -Connection * -Name $name | Remove-ApiToken
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
    }

    It 'keeps apart two connections to two accounts of one service' {
        $service = $sandbox.Services | Where-Object Service -EQ wegnology
        $account = $service.OtherAccounts[0]
        Connect-ApiTokenService Wegnology $account -Token $service.Secret -BaseUri $service.BaseUri -Name application | Out-Null
        try {
            $user = Add-TestToken wegnology
            $application = New-ApiToken -Connection application -Name $user.Name -Scope All
            $application.Account | Should -Be $account
            $user, $application | Remove-ApiToken
            Test-Secret $user | Should -BeFalse
            Test-Secret $application | Should -BeFalse
        }
        finally {
            Disconnect-ApiTokenService application
        }
    }

    It 'refuses a token that belongs to another account than the connection named' {
        $token = Add-TestToken gcore
        Assert-Refused ConnectionMismatch { $token | Remove-ApiToken -Connection devo }
        Test-Secret $token | Should -BeTrue
    }

    It 'refuses a token of another service, though the account has the same name' {
        $service = $sandbox.Services | Where-Object Service -EQ devo
        Connect-ApiTokenService Devo 1001 -Token $service.Secret -BaseUri $service.BaseUri -Name namesake -SkipCheck | Out-Null
        try {
            $token = Add-TestToken gcore
            Assert-Refused ConnectionMismatch { $token | Remove-ApiToken -Connection namesake }
            Test-Secret $token | Should -BeTrue
        }
        finally {
            Disconnect-ApiTokenService namesake
        }
    }

    It 'chooses, of several connections named, the one of the token''s account' {
        $token = Add-TestToken gcore
        $token | Remove-ApiToken -Connection *
        Test-Secret $token | Should -BeFalse
    }

    It 'uses another connection to the same account when it is named' {
        $service = $sandbox.Services | Where-Object Service -EQ gcore
        Connect-ApiTokenService Gcore -Token $service.Secret -BaseUri $service.BaseUri -Name second | Out-Null
        try {
            $token = Add-TestToken gcore
            ($token | Remove-ApiToken -Connection second -PassThru) | Should -Not -BeNullOrEmpty
            Test-Secret $token | Should -BeFalse
        }
        finally {
            Disconnect-ApiTokenService second
        }
    }

    It 'refuses a token whose connection is gone' {
        $service = $sandbox.Services | Where-Object Service -EQ gcore
        Connect-ApiTokenService Gcore -Token $service.Secret -BaseUri $service.BaseUri -Name fleeting | Out-Null
        $token = Add-TestToken gcore
        $through = Get-ApiToken -Connection fleeting -Id $token.Id
        Disconnect-ApiTokenService fleeting
        Assert-Refused ConnectionNotFound { $through | Remove-ApiToken }
        Test-Secret $token | Should -BeTrue
    }

    It 'refuses an id that could belong to several connections' {
        $token = Add-TestToken gcore
        Assert-Refused AmbiguousConnection { Remove-ApiToken $token.Id -Connection gcore, devo }
        Test-Secret $token | Should -BeTrue
    }

    It 'refuses a name that tokens of several connections have' {
        $name = New-UniqueName shared
        $tokens = 'devo', 'gcore' | ForEach-Object { Add-TestToken $_ $name }
        Assert-Refused AmbiguousName { Remove-ApiToken $name -Connection * }
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeTrue }
    }

    It 'refuses a name that two tokens of one connection have, though letters differ' {
        $name = New-UniqueName Letters
        $tokens = $name.ToLowerInvariant(), $name.ToUpperInvariant() | ForEach-Object { Add-TestToken devo $_ }
        Assert-Refused AmbiguousName { Remove-ApiToken ($name.Substring(0, 1).ToUpperInvariant() + $name.Substring(1).ToLowerInvariant()) -Connection devo }
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeTrue }
    }
}
