# Dates in another time zone and culture. The other tests of conversions are in ConversionTests.cs.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'A date' {
    It 'is <Is> when specified as <Form>' -ForEach @(
        @{ Form = 'a DateTimeOffset'; Is = 'UTC 2031-12-30 22:00' }
        @{ Form = 'a DateTime in UTC'; Is = 'UTC 2031-12-31 01:00' }
        @{ Form = 'a local DateTime'; Is = 'UTC 2031-12-31 06:00' }
        @{ Form = 'a DateTime without a kind'; Is = 'UTC 2031-12-31 06:00' }
        @{ Form = 'the output of Get-Date'; Is = 'UTC 2031-12-31 06:00' }
        @{ Form = 'a text with an offset'; Is = 'UTC 2031-12-30 22:00' }
        @{ Form = 'a text in UTC'; Is = 'UTC 2031-12-31 01:00' }
        @{ Form = 'a date without a time'; Is = 'UTC 2031-12-31 05:00' }
        @{ Form = 'a text with the month first'; Is = 'UTC 2031-03-04 05:00' }
        @{ Form = 'a wrapped object'; Is = 'UTC 2031-12-31 01:00' }
    ) {
        $results.$Form | Should -Be $Is
    }

    BeforeAll {
        # One process for all tests, five hours west of UTC and with another culture.
        $forms = @{
            'a DateTimeOffset' = '[datetimeoffset]::new(2031, 12, 31, 1, 0, 0, [timespan]::FromHours(3))'
            'a DateTime in UTC' = '[datetime]::new(2031, 12, 31, 1, 0, 0, [System.DateTimeKind]::Utc)'
            'a local DateTime' = '[datetime]::new(2031, 12, 31, 1, 0, 0, [System.DateTimeKind]::Local)'
            'a DateTime without a kind' = '[datetime]::new(2031, 12, 31, 1, 0, 0)'
            'the output of Get-Date' = "Get-Date '2031-12-31 01:00'"
            'a text with an offset' = "'2031-12-31T01:00:00+03:00'"
            'a text in UTC' = "'2031-12-31T01:00:00Z'"
            'a date without a time' = "'2031-12-31'"
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
