# Rows of CSV files, and tokens from CLIXML and JSON, as input. BindingTests.cs tests the other inputs of token parameters.

BeforeDiscovery {
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox

    function Export-Row {
        <# Writes rows to a CSV file and returns its path. #>
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
    It 'accepts rows of a CSV file with <_>' -ForEach @(
        , @('Id', 'Connection')
        , @('Name', 'Connection')
        , @('Connection', 'Service', 'Account', 'Id', 'Name', 'Status')
    ) {
        $tokens = 1..3 | ForEach-Object { Add-TestToken $Connection }
        $file = Export-Row ($tokens | Select-Object -Property $_)
        Import-Csv -LiteralPath $file | Remove-ApiToken
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
    }

    It 'uses the specified connection for rows without one' {
        $tokens = 1..2 | ForEach-Object { Add-TestToken $Connection }
        $file = Export-Row ($tokens | Select-Object -Property Id)
        Import-Csv -LiteralPath $file | Remove-ApiToken -Connection $Connection
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
    }

    It 'accepts rows with a blank connection' {
        $token = Add-TestToken $Connection
        $file = Export-Row ([pscustomobject]@{ Connection = ''; Id = $token.Id; Name = '' })
        Import-Csv -LiteralPath $file | Remove-ApiToken -Connection $Connection
        Test-Secret $token | Should -BeFalse
    }

    It 'accepts tokens from Export-Clixml' {
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

    It 'accepts tokens from JSON' {
        $token = Add-TestToken $Connection
        Get-ApiToken -Connection $Connection -Id $token.Id | ConvertTo-Json | ConvertFrom-Json | Remove-ApiToken
        Test-Secret $token | Should -BeFalse
    }
}

Describe 'Renaming from a CSV file' {
    It 'renames the token of each row, on <Connection>' -ForEach @(
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
    It 'uses the services that the rows specify' {
        $tokens = 'devo', 'wegnology', 'devo', 'wegnology' | ForEach-Object { Add-TestToken $_ }
        Import-Csv -LiteralPath (Export-Row ($tokens | Select-Object Connection, Id)) | Disable-ApiToken
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
        Import-Csv -LiteralPath (Export-Row ($tokens | Select-Object Connection, Id)) | Enable-ApiToken
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeTrue }
    }
}

Describe 'New-ApiToken from a CSV file' {
    It 'issues Devo tokens from the columns Name, User, Audience and Scope' {
        $file = Join-Path $TestDrive 'devo.csv'
        Set-Content -LiteralPath $file @'
Name,User,Audience,Scope
csv-one,user@example.com,apiv2,table://my.app.table level://admin
csv-two,jdoe@example.com,apiv2 alerts,table://my.app.** level://user
'@
        $issued = Import-Csv -LiteralPath $file | New-ApiToken -Connection devo | Sort-Object Name
        $issued.Name | Should -Be 'csv-one', 'csv-two'
        $issued.Owner | Should -Be 'user@example.com', 'jdoe@example.com'
        $issued[0].Scope | Should -Be 'table://my.app.table', 'level://admin'
        $issued[1].Audience | Should -Be 'apiv2', 'alerts'
        $issued | ForEach-Object { Test-Secret $_ | Should -BeTrue }
    }

    It 'uses the service that a column specifies, and ignores blank columns' {
        $file = Join-Path $TestDrive 'all.csv'
        Set-Content -LiteralPath $file @'
Connection,Name,Description,User,Audience,Scope,Role,Access,ApplyToAll,ExpiresIn,ExpiresAt,ExpirationMonths,NeverExpires
devo,row-devo,,user@example.com,apiv2,table://my.app.** level://user,,,,,,,
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

    It 'does not reuse the value of a column for a row in which it is blank' {
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
}
