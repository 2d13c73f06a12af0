# Test-ApiToken: which findings there are, what they are measured against, and what it says where it could not look.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox

    function New-PolicyFile {
        <# A policy file with this text. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A file of the test.')]
        param([Parameter(Mandatory)] [string] $Text)

        $file = Join-Path $TestDrive "$(New-UniqueName policy).psd1"
        Set-Content -LiteralPath $file -Value $Text
        $file
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'Test-ApiToken' {
    It 'lists the tokens of all connections itself, and finds what the sandbox has' {
        $found = Test-ApiToken -Connection * -KnownUser '*@example.com', admin, jdoe, asmith, clerk
        $found | Where-Object { $_.RuleId -eq 'ExpiringSoon' -and $_.Id } | Select-Object -ExpandProperty Connection -Unique | Should -HaveCount $testServices.Count
        ($found | Where-Object RuleId -EQ 'Expired').Name | Should -Contain 'old collector'
        ($found | Where-Object RuleId -EQ 'NeverExpires').Name | Should -Contain 'log shipper'
        ($found | Where-Object RuleId -EQ 'Unused').Name | Should -Contain 'terraform'
        ($found | Where-Object RuleId -EQ 'UnknownUser').Name | Should -Be 'reports'
        ($found | Where-Object RuleId -EQ 'LastUseUnknown').Service | Sort-Object | Should -Be ($testServices.Where({ -not $_.LastUsed }).Service | Sort-Object)
        $found | ForEach-Object { $_.Message, $_.RecommendedAction | Should -Not -BeNullOrEmpty }
    }

    It 'takes tokens from the pipeline, and its findings name them for another cmdlet' {
        $token = Add-TestToken wegnology -With @{ NeverExpires = $true }
        $found = Get-ApiToken -Connection wegnology -Name $token.Name | Test-ApiToken -Rule NeverExpires
        $found.Id | Should -Be $token.Id
        $found | Remove-ApiToken
        Get-ApiToken -Connection wegnology -Name "$($token.Name)*" | Should -BeNullOrEmpty
    }

    It 'does not take an empty pipeline for a wish to test everything' {
        $before = Get-RequestCount
        @() | Test-ApiToken | Should -BeNullOrEmpty
        (Get-RequestCount).total | Should -Be $before.total
    }

    It 'takes ids and names, and reads the tokens' {
        $token = Add-TestToken gcore -With @{ NeverExpires = $true }
        (Test-ApiToken $token.Id -Connection gcore -Rule NeverExpires).Name | Should -Be $token.Name
        ($token.Name | Test-ApiToken -Connection gcore -Rule NeverExpires).Id | Should -Be $token.Id
    }

    It 'judges tokens that come back from <_> as it judged them before, without a request' -ForEach 'Clixml', 'Json', 'a job' {
        $tokens = Get-ApiToken -Connection *
        $expected = $tokens | Test-ApiToken | ForEach-Object ToString
        $before = Get-RequestCount
        $file = Join-Path $TestDrive 'tokens'
        $back = switch ($_) {
            'Clixml' {
                $tokens | Export-Clixml $file
                Import-Clixml $file
            }
            'Json' { $tokens | ConvertTo-Json -Depth 4 | ConvertFrom-Json }
            'a job' { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($tokens)) }
        }
        $back | Test-ApiToken | ForEach-Object ToString | Should -Be $expected
        (Get-RequestCount).total | Should -Be $before.total
    }

    It 'judges the dates of rows of a CSV file' {
        $tokens = Get-ApiToken -Connection *
        $file = Join-Path $TestDrive 'tokens.csv'
        $tokens | Export-Csv $file
        $rules = 'Expired', 'ExpiringSoon', 'NeverExpires', 'Unused'
        Import-Csv $file | Test-ApiToken -Rule $rules | ForEach-Object Id | Should -Be ($tokens | Test-ApiToken -Rule $rules | ForEach-Object Id)
    }

    It 'says of what is no token that it is none, and -Quiet is false then' {
        Assert-Refused InvalidToken { [pscustomobject]@{ Colour = 'red' } | Test-ApiToken }
        [pscustomobject]@{ Colour = 'red' } | Test-ApiToken -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }

    It 'takes its thresholds as parameters' {
        $token = Add-TestToken gcore -With @{ ExpiresIn = '20d' }
        $get = { Get-ApiToken -Connection gcore -Id $token.Id }
        & $get | Test-ApiToken -Rule ExpiringSoon | Should -BeNullOrEmpty
        (& $get | Test-ApiToken -Rule ExpiringSoon -ExpiryWarning 21d).Severity | Should -Be 'Warning'
        (& $get | Test-ApiToken -Rule ExpiringSoon -ExpiryWarning 30d -ExpiryError 21d).Severity | Should -Be 'Error'
        (& $get | Test-ApiToken -MaximumLife 19d -Rule LongLived).RuleId | Should -Be 'LongLived'
        & $get | Test-ApiToken -MaximumLife 20d -Rule LongLived | Should -BeNullOrEmpty
    }

    It 'refuses a number where a time is meant, and a rule that there is not' {
        (Get-TerminatingFailure { Test-ApiToken -ExpiryWarning 7 }).Exception.Message | Should -BeLike "*'7' is no duration. Give*"
        Assert-Refused InvalidExpiryWarning { Test-ApiToken -ExpiryWarning ([timespan] 7) }
        Assert-Refused InvalidRule { Test-ApiToken -Rule Nothing }
        Assert-Refused InvalidNearLimit { Test-ApiToken -NearLimit 7 }
    }

    It 'ends with Select-Object -First' {
        (Test-ApiToken -Connection * | Select-Object -First 1).RuleId | Should -Not -BeNullOrEmpty
    }

    It 'completes the ids of rules' {
        $line = 'Test-ApiToken -ExcludeRule Never'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'NeverExpires'
    }
}

Describe 'Test-ApiToken -Policy' {
    It 'reads a file, and a parameter counts more' {
        $file = New-PolicyFile "@{ Rule = 'ExpiringSoon', 'NeverExpires'; Severity = @{ NeverExpires = 'Error' }; ExpiryWarning = '1d'; ExpiryError = '1h' }"
        $found = Test-ApiToken -Connection wegnology -Policy $file
        $found.RuleId | Select-Object -Unique | Should -Be 'NeverExpires'
        $found[0].Severity | Should -Be 'Error'
        (Test-ApiToken -Connection wegnology -Policy $file -ExpiryWarning 7d).RuleId | Should -Contain 'ExpiringSoon'
        (Test-ApiToken -Connection wegnology -Policy $file -Rule TooBroad).RuleId | Select-Object -Unique | Should -Be 'TooBroad'
    }

    It 'refuses <Text>' -ForEach @(
        @{ Text = "@{ ExpiryWarnings = '7d' }"; Names = 'ExpiryWarnings' }
        @{ Text = '@{ ExpiryWarning = 7 }'; Names = 'ExpiryWarning' }
        @{ Text = "@{ KnownUser = 'a', 1 }"; Names = 'KnownUser' }
        @{ Text = '@{ Rule = '; Names = 'line 1' }
        @{ Text = "'Expired'"; Names = 'one table' }
        @{ Text = '@{ }; @{ }'; Names = 'one table' }
        @{ Text = '@{ TokenLimit = $env:HOME }'; Names = 'constants' }
    ) {
        Assert-Refused InvalidPolicy { Test-ApiToken -Policy (New-PolicyFile $Text) }
        (Get-TerminatingFailure { Test-ApiToken -Policy (New-PolicyFile $Text) }).Exception.Message | Should -BeLike "*$Names*"
    }

    It 'runs nothing that stands in a file' {
        $witness = Join-Path $TestDrive 'witness'
        foreach ($text in "@{ Rule = (New-Item '$witness') }", "@{ Rule = `$(New-Item '$witness') }", "New-Item '$witness'; @{ }", "param([string] `$x = (New-Item '$witness')) @{ }") {
            Assert-Refused InvalidPolicy { Test-ApiToken -Policy (New-PolicyFile $text) }
        }
        $witness | Should -Not -Exist
    }

    It 'says that there is no such file' {
        Assert-Refused InvalidPolicy { Test-ApiToken -Policy (Join-Path $TestDrive 'none.psd1') }
    }
}

Describe 'Test-ApiToken -Quiet' {
    It 'is true where there is at most something to know, and false from a warning on' {
        Test-ApiToken -Connection devo -Rule LastUseUnknown, Duplicate -Quiet | Should -BeTrue
        Test-ApiToken -Connection devo -Rule ExpiringSoon -Quiet | Should -BeFalse
        Test-ApiToken -Connection devo -Rule ExpiringSoon -MinimumSeverity Error -Quiet | Should -BeTrue
    }

    It 'is false where a list failed, which is an error' {
        Add-Fault @{ service = 'gcore'; kind = 'status'; status = 404; count = 1 }
        $result = Test-ApiToken -Connection gcore, devo -Rule NearTokenLimit -Quiet -ErrorVariable failure -ErrorAction SilentlyContinue
        $result | Should -BeFalse
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'ObjectNotFound,*'
        Test-ApiToken -Connection gcore, devo -Rule NearTokenLimit -Quiet | Should -BeTrue
    }

    It 'is false where a list broke off in the middle' {
        Add-Fault @{ service = 'devo'; kind = 'truncate'; count = 1 }
        Test-ApiToken -Connection devo -Rule NearTokenLimit -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
        Clear-Fault
    }

    It 'is false where no token came, as that can be a list that failed' {
        $failure = $null
        @() | Test-ApiToken -Quiet -ErrorVariable failure -ErrorAction SilentlyContinue | Should -BeFalse
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'NothingTested,*'
    }
}
