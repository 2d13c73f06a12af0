# Get-ApiToken: what each filter finds is what the same condition finds in the whole list; some are applied by the service.

BeforeDiscovery {
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox -Tokens 2500
    $script:whole = @{}
    foreach ($connection in Get-ApiTokenService) {
        $whole[$connection.Name] = @(Get-ApiToken -Connection $connection -Status Active, Inactive, Expired, Revoked)
    }

    function Assert-Same {
        <# Get-ApiToken finds with a filter what a condition finds in the whole list; and some, but not all. #>
        param(
            [Parameter(Mandatory)] [string] $Connection,
            [Parameter(Mandatory)] [hashtable] $Filter,
            [Parameter(Mandatory)] [scriptblock] $Condition,
            [switch] $IncludeRevoked
        )

        # Gcore deletes what has expired.
        $hidden = @(if ($IncludeRevoked) { } elseif ($Connection -eq 'gcore') { 'Revoked', 'Expired' } else { 'Revoked' })
        $expected = @($whole[$Connection] | Where-Object Status -NotIn $hidden | Where-Object $Condition | ForEach-Object Id | Sort-Object)
        $found = @(Get-ApiToken -Connection $Connection @Filter | ForEach-Object Id | Sort-Object)
        $found.Count | Should -BeGreaterThan 0
        $found.Count | Should -BeLessThan $whole[$Connection].Count
        $found -join ' ' | Should -BeExactly ($expected -join ' ')
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'Listing <Connection>' -ForEach $services {
    It 'gives every token once, over all pages' {
        $generated = @($whole[$Connection] | Where-Object Name -Like 'token-*')
        $generated | Should -HaveCount 2500
        $generated.Id | Sort-Object -Unique | Should -HaveCount 2500
        $generated.Name | Sort-Object -Unique | Should -HaveCount 2500
    }

    It 'leaves out what is revoked or deleted' {
        $status = (Get-ApiToken -Connection $Connection).Status | Sort-Object -Unique
        $status | Should -Contain 'Active'
        $status | Should -Not -Contain 'Revoked'
    }

    It 'by status: <_>' -ForEach @(
        if ($SetEnabled) { 'Active', 'Inactive', 'Expired' } else { 'Active', 'Expired', 'Revoked' }
    ) {
        $status = $_
        Assert-Same -Connection $Connection -Filter @{ Status = $status } { $_.Status -eq $status } -IncludeRevoked
    }

    It 'by several statuses' {
        Assert-Same -Connection $Connection -Filter @{ Status = 'Expired', 'Active' } { $_.Status -in 'Expired', 'Active' } -IncludeRevoked
    }

    It 'by the pattern <_>' -ForEach 'token-000012*', 'TOKEN-00?0010', 'token-000000[1-3]', '*strator' {
        $pattern = $_
        Assert-Same -Connection $Connection -Filter @{ Name = $pattern } { $_.Name -like $pattern -and $_.Status -ne 'Revoked' }
    }

    It 'by several names, whatever the case' {
        Assert-Same -Connection $Connection -Filter @{ Name = 'Token-0000018', 'ADMINISTRATOR', 'token-000200?' } {
            $_.Name -eq 'token-0000018' -or $_.Name -eq 'administrator' -or $_.Name -like 'token-000200?'
        }
    }

    It 'by the time until it expires' {
        $now = [DateTimeOffset]::UtcNow
        Assert-Same -Connection $Connection -Filter @{ ExpiringWithin = '7d' } { $_.ExpiresAt -gt $now -and $_.ExpiresAt -lt $now.AddDays(7) }
        Assert-Same -Connection $Connection -Filter @{ ExpiringWithin = [timespan]'7.00:00' } { $_.ExpiresAt -gt $now -and $_.ExpiresAt -lt $now.AddDays(7) }
    }

    It 'by the moment before which it expires or did' {
        # Between two of the generated expiries, which lie on whole days from the start of the sandbox.
        $moment = [DateTimeOffset]::UtcNow.AddDays(-5).AddHours(12)
        Assert-Same -Connection $Connection -Filter @{ ExpiresBefore = $moment; Status = 'Active', 'Inactive', 'Expired', 'Revoked' } { $_.ExpiresAt -and $_.ExpiresAt -lt $moment } -IncludeRevoked
    }

    It 'by the moment before which it was issued' {
        $moment = [DateTimeOffset]::UtcNow.AddDays(-45).AddHours(12)
        Assert-Same -Connection $Connection -Filter @{ CreatedBefore = $moment } { $_.CreatedAt -lt $moment }
    }

    if ($Expiry -eq 'AnyOrNever') {
        It 'by whether it never expires' {
            Assert-Same -Connection $Connection -Filter @{ NeverExpires = $true } { $null -eq $_.ExpiresAt }
        }
    }
    else {
        It 'by whether it never expires: here none does' {
            Get-ApiToken -Connection $Connection -NeverExpires | Should -BeNullOrEmpty
        }
    }

    if ($LastUsed) {
        It 'by how long it was not used' {
            $since = [DateTimeOffset]::UtcNow.AddDays(-40).AddHours(12)
            Assert-Same -Connection $Connection -Filter @{ UnusedFor = [DateTimeOffset]::UtcNow - $since } { @($_.LastUsedAt; $_.CreatedAt).Where({ $_ })[0] -lt $since }
        }
    }

    if ($User) {
        It 'by its user' {
            if ($Connection -eq 'wegnology') {
                (Get-ApiToken -Connection $Connection -User $User).Count | Should -Be $whole[$Connection].Count
                Get-ApiToken -Connection $Connection -User 'somebody' | Should -BeNullOrEmpty
            }
            else {
                Assert-Same -Connection $Connection -Filter @{ User = $User } { $_.Owner -eq $User }
            }
        }

        It 'by its issuer' {
            $found = @(Get-ApiToken -Connection $Connection -Issuer $Issuer -Status Active, Inactive, Expired, Revoked)
            $found.Count | Should -BeGreaterThan 100
            $found.Count | Should -Be @($whole[$Connection] | Where-Object Issuer -EQ $Issuer).Count
            Get-ApiToken -Connection $Connection -Issuer 'nobody at all' | Should -BeNullOrEmpty
        }
    }

    It 'by several conditions, all of which must hold' {
        $now = [DateTimeOffset]::UtcNow
        Assert-Same -Connection $Connection -Filter @{ Name = 'token-*5'; ExpiringWithin = '20d'; Status = 'Active' } {
            $_.Name -like 'token-*5' -and $_.Status -eq 'Active' -and $_.ExpiresAt -gt $now -and $_.ExpiresAt -lt $now.AddDays(20)
        }
    }

    It 'says which exact name is not there, and gives the others' {
        $failure = @()
        $found = Get-ApiToken -Connection $Connection -Name 'token-0000018', 'nobody', 'nothing*' -ErrorVariable failure -ErrorAction SilentlyContinue
        $found.Name | Should -Be 'token-0000018'
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'ObjectNotFound,*'
        $failure[0].TargetObject | Should -Be 'nobody'
    }

    It 'says which id is not there, and gives the others' {
        $id = $whole[$Connection][0].Id
        $failure = @()
        $found = Get-ApiToken -Connection $Connection -Id $gone, $id, 'no id at all' -ErrorVariable failure -ErrorAction SilentlyContinue
        $found.Id | Should -Be $id
        $failure | Should -HaveCount 2
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'ObjectNotFound,*'
        $failure[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failure[0].TargetObject | Should -Be $gone
        $failure[1].FullyQualifiedErrorId | Should -BeLike 'ObjectNotFound,*'
        $failure[1].TargetObject | Should -Be 'no id at all'
    }

    It 'sends no write' {
        $before = (Get-RequestCount).writes
        Get-ApiToken -Connection $Connection -Status Active | Out-Null
        (Get-RequestCount).writes | Should -Be $before
    }
}

Describe 'Filters that the service applies' {
    It 'spare wegnology pages: <Filter.Keys>' -ForEach @(
        @{ Filter = @{ Name = 'administrator' } }
        @{ Filter = @{ Name = 'token-00012*' } }
        @{ Filter = @{ Status = 'Inactive' } }
    ) {
        $before = (Get-RequestCount).reads
        Get-ApiToken -Connection wegnology @Filter | Should -Not -BeNullOrEmpty
        (Get-RequestCount).reads | Should -Be ($before + 1)
    }

    It 'spare application-users pages: <Filter.Keys>' -ForEach @(
        @{ Filter = @{ User = 'jdoe' } }
        @{ Filter = @{ Status = 'Revoked' } }
    ) {
        $before = (Get-RequestCount).reads
        Get-ApiToken -Connection application-users @Filter | Should -Not -BeNullOrEmpty
        (Get-RequestCount).reads | Should -Be ($before + 1)
    }

    It 'are, on gcore, the role by name, id and in any case: <_>' -ForEach 'Engineers', '5', 'ENGINEERS' {
        Assert-Same -Connection gcore -Filter @{ Role = $_ } { $_.Role -eq 'Engineers' }
    }

    It 'are, on gcore, the issuer by name and id' {
        $byMail = Get-ApiToken -Connection gcore -Issuer jdoe@example.com
        $byId = Get-ApiToken -Connection gcore -Issuer 2003
        $byMail.Count | Should -BeGreaterThan 100
        $byId.Id -join ' ' | Should -BeExactly ($byMail.Id -join ' ')
    }
}

Describe 'Listing from several connections' {
    It 'gives their tokens one connection after the other' {
        $order = Get-ApiToken -Connection * -Name 'token-000123*' | ForEach-Object Connection
        $order | Should -HaveCount (10 * $whole.Count) -Because 'each has ten of them'
        @($order | Select-Object -Unique) | Should -HaveCount $whole.Count
    }

    It 'finds an exact name missing only where none has it' {
        (Get-ApiToken -Connection * -Name 'dashboard').Connection | Should -Be 'devo'
        (Get-Failure { Get-ApiToken -Connection * -Name 'dashboards' }).FullyQualifiedErrorId | Should -BeLike 'ObjectNotFound,*'
    }

    It 'sorts by expiry across services' {
        $sorted = @(Get-ApiToken -Connection * -ExpiringWithin 7.00:00 | Sort-Object ExpiresAt)
        $sorted.Count | Should -BeGreaterThan 4
        $sorted[0].ExpiresAt | Should -BeLessOrEqual $sorted[-1].ExpiresAt
    }

    It 'refuses a filter where one service cannot apply it, and goes on with the others' {
        $failure = @()
        $found = Get-ApiToken -Connection * -UnusedFor 20d -ErrorVariable failure -ErrorAction SilentlyContinue
        $found.Connection | Sort-Object -Unique | Should -Be ($testServices.Where({ $_.LastUsed }).Connection | Sort-Object)
        $failure | Should -HaveCount $testServices.Where({ -not $_.LastUsed }).Count
        $failure | ForEach-Object { $_.FullyQualifiedErrorId | Should -BeLike 'OperationNotSupported,*' }
    }
}

Describe 'What a table shows' {
    It 'has name, status, expiry, service, account, permissions and id' {
        $table = Get-ApiToken -Connection devo -Name dashboard | Out-String -Width 160
        $table | Should -Match 'dashboard\s+Active\s+in \d+ d\s+Devo\s+example-domain\s+apiv2 .*\s2\b'
    }
}
