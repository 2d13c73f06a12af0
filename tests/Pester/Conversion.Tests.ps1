# What parameters accept: dates, durations, access by API.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'A date' {
    It 'is <Is>, given as <Form>' -ForEach @(
        @{ Form = 'a DateTimeOffset'; Is = 'UTC 2031-12-30 22:00' }
        @{ Form = 'a DateTime of UTC'; Is = 'UTC 2031-12-31 01:00' }
        @{ Form = 'a local DateTime'; Is = 'UTC 2031-12-31 06:00' }
        @{ Form = 'a DateTime without a kind'; Is = 'UTC 2031-12-31 06:00' }
        @{ Form = 'what Get-Date gives'; Is = 'UTC 2031-12-31 06:00' }
        @{ Form = 'a text with an offset'; Is = 'UTC 2031-12-30 22:00' }
        @{ Form = 'a text of UTC'; Is = 'UTC 2031-12-31 01:00' }
        @{ Form = 'a date alone'; Is = 'UTC 2031-12-31 05:00' }
        @{ Form = 'a text with the month first'; Is = 'UTC 2031-03-04 05:00' }
        @{ Form = 'a wrapped object'; Is = 'UTC 2031-12-31 01:00' }
    ) {
        $results.$Form | Should -Be $Is
    }

    BeforeAll {
        # One process five hours west of UTC and with another culture, for all of them.
        $forms = @{
            'a DateTimeOffset' = '[datetimeoffset]::new(2031, 12, 31, 1, 0, 0, [timespan]::FromHours(3))'
            'a DateTime of UTC' = '[datetime]::new(2031, 12, 31, 1, 0, 0, [System.DateTimeKind]::Utc)'
            'a local DateTime' = '[datetime]::new(2031, 12, 31, 1, 0, 0, [System.DateTimeKind]::Local)'
            'a DateTime without a kind' = '[datetime]::new(2031, 12, 31, 1, 0, 0)'
            'what Get-Date gives' = "Get-Date '2031-12-31 01:00'"
            'a text with an offset' = "'2031-12-31T01:00:00+03:00'"
            'a text of UTC' = "'2031-12-31T01:00:00Z'"
            'a date alone' = "'2031-12-31'"
            'a text with the month first' = "'03/04/2031'"
            'a wrapped object' = '[psobject]::AsPSObject([datetime]::new(2031, 12, 31, 1, 0, 0, [System.DateTimeKind]::Utc))'
        }
        $access = $sandbox.Services | Where-Object Service -EQ gcore
        $calls = foreach ($form in $forms.Keys) {
            "`$results['$form'] = (New-ApiToken -Name dated -Role Users -ExpiresAt ($($forms[$form]))).ExpiresAt.ToString(""'UTC' yyyy-MM-dd HH:mm"", [cultureinfo]::InvariantCulture)"
        }
        $script:results = Invoke-ChildPowerShell -Environment @{ TZ = 'America/Bogota'; TOKEN_OF_TEST = Get-PlainText $access.Secret } -Script @"
[cultureinfo]::CurrentCulture = 'de-DE'
Import-Module '$moduleFolder'
`$secret = [System.Net.NetworkCredential]::new('', `$env:TOKEN_OF_TEST).SecurePassword
Connect-ApiTokenService Gcore $($access.Account) -Token `$secret -BaseUri $($access.BaseUri) -WarningAction Ignore | Out-Null
`$results = @{}
$($calls -join "`n")
ConvertTo-Json -Compress `$results
"@
        Remove-Item env:TZ, env:TOKEN_OF_TEST
    }
}

Describe 'What is no date' {
    It 'is refused before any request: <_>' -ForEach '31.12.2031', 'tomorrow', '2031-13-01', 5 {
        $before = (Get-RequestCount).total
        $failure = @(Get-Failure { New-ApiToken -Connection gcore -Name never -Role Users -ExpiresAt $_ })
        $failure | Should -HaveCount 1
        $failure[0].Exception.Message | Should -BeLike '*is no moment. Give*'
        (Get-RequestCount).total | Should -Be $before
    }

    It 'is none where a CSV column is empty' {
        ([pscustomobject]@{ Name = New-UniqueName; Scope = 'All'; ExpiresAt = ''; ExpiresIn = ' ' } | New-ApiToken -Connection wegnology).ExpiresAt | Should -BeNullOrEmpty
    }
}

Describe 'A duration' {
    It '<Text> is <Days> days' -ForEach @(
        @{ Text = '90d'; Days = 90 }
        @{ Text = '36H'; Days = 1.5 }
        @{ Text = '720m'; Days = 0.5 }
        @{ Text = '2w'; Days = 14 }
        @{ Text = '1.5d'; Days = 1.5 }
        @{ Text = '90.00:00'; Days = 90 }
        @{ Text = '12:00:00'; Days = 0.5 }
    ) {
        foreach ($value in $Text, [psobject]::AsPSObject($Text)) {
            $token = New-ApiToken -Connection gcore -Name (New-UniqueName) -Role Users -ExpiresIn $value
            [math]::Abs(($token.Lifetime - [timespan]::FromDays($Days)).TotalMinutes) | Should -BeLessThan 1
        }
    }

    It 'can be a TimeSpan, and comes by property name' {
        $token = [pscustomobject]@{ Name = New-UniqueName; Role = 'Users'; ExpiresIn = [timespan]::FromDays(3) } | New-ApiToken -Connection gcore
        [math]::Round($token.Lifetime.TotalDays) | Should -Be 3
    }

    It 'in months is one of the calendar: <Text>' -ForEach @(
        @{ Text = '6mo'; Months = 6 }
        @{ Text = '12MO'; Months = 12 }
        @{ Text = '1y'; Months = 12 }
    ) {
        $token = New-ApiToken -Connection application-users -Name (New-UniqueName) -User jdoe -ExpiresIn $Text
        $token.ExpiresAt | Should -Be $token.CreatedAt.AddMonths($Months)
        $token = New-ApiToken -Connection gcore -Name (New-UniqueName) -Role Users -ExpiresIn $Text
        [math]::Abs(($token.ExpiresAt - [datetimeoffset]::UtcNow.AddMonths($Months)).TotalMinutes) | Should -BeLessThan 1
    }

    It 'needs no quotes: PowerShell takes 7d for a number' {
        $bare = New-ApiToken -Connection gcore -Name (New-UniqueName) -Role Users -ExpiresIn 7d
        [math]::Round($bare.Lifetime.TotalDays) | Should -Be 7
        @(Get-ApiToken -Connection gcore -ExpiringWithin 8d).Id | Should -Contain $bare.Id
        @(Get-ApiToken -Connection gcore -ExpiringWithin 6d).Id | Should -Not -Contain $bare.Id
    }

    It 'in months counts from now on, or back where the past is meant' {
        @(Get-ApiToken -Connection gcore -ExpiringWithin 7mo).Count | Should -BeGreaterThan 0
        $limit = [datetimeoffset]::UtcNow.AddMonths(-1)
        $unused = @(Get-ApiToken -Connection gcore -UnusedFor 1mo)
        $unused | Should -Not -BeNullOrEmpty
        $unused | ForEach-Object { $(if ($_.LastUsedAt) { $_.LastUsedAt } else { $_.CreatedAt }) | Should -BeLessThan $limit }
    }

    It 'is not <Value>' -ForEach @(
        @{ Value = 5 }, @{ Value = '90' }, @{ Value = 'soon' }, @{ Value = '5x' }, @{ Value = '1.5mo' }, @{ Value = '99999mo' }
    ) {
        $before = (Get-RequestCount).total
        $failure = @(Get-Failure { New-ApiToken -Connection gcore -Name never -Role Users -ExpiresIn $Value })
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
        $failure[0].Exception.Message | Should -BeLike "*'$Value' is no duration. Give*6mo*"
        (Get-Failure { Get-ApiToken -Connection gcore -ExpiringWithin $Value }).Exception.Message | Should -BeLike '*is no duration*'
        (Get-RequestCount).total | Should -Be $before
    }
}

Describe 'Access by API' {
    It 'is taken as <Form>' -ForEach @(
        @{ Form = 'a hashtable'; Value = { @{ location = 'Full'; vendor = 'Read' } } }
        @{ Form = 'one text'; Value = { 'location=Full,vendor=Read' } }
        @{ Form = 'several texts'; Value = { 'location=Full', 'vendor=read' } }
        @{ Form = 'an ordered table'; Value = { [ordered]@{ location = 'full'; vendor = 'Read' } } }
        @{ Form = 'an object'; Value = { [pscustomobject]@{ location = 'Full'; vendor = 'Read' } } }
        @{ Form = 'the access of another token'; Value = { (New-ApiToken -Connection application-users -Name (New-UniqueName) -User jdoe -Access @{ location = 'Full'; vendor = 'Read' }).Access } }
    ) {
        $token = New-ApiToken -Connection application-users -Name (New-UniqueName) -User jdoe -Access (& $Value)
        $token.Access['location'] | Should -Be 'Full'
        $token.Access['vendor'] | Should -Be 'Read'
        @($token.Access.Values -ne 'None') | Should -HaveCount 2
    }
}

Describe 'A connection asset of Azure Automation' {
    It 'has its fields in any case, and others are refused' {
        $access = $sandbox.Services | Where-Object Service -EQ wegnology
        $made = Connect-ApiTokenService -ConnectionInfo @{ service = 'wegnology'; ACCOUNT = $access.Account; token = Get-PlainText $access.Secret; BaseURI = $access.BaseUri; Name = 'asset' } -WarningAction Ignore
        $made.Name | Should -Be 'asset'
        Disconnect-ApiTokenService asset
        Assert-Refused InvalidConnectionInfo { Connect-ApiTokenService -ConnectionInfo @{ Service = 'Wegnology'; Tokn = 'x' } }
    }
}
