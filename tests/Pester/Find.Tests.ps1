# Find-ApiToken: whose is this leaked secret, and how little of it is told.

BeforeDiscovery {
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox

    # Secrets in the form of each service's that belong to no token of these accounts.
    $script:strangers = @{}
    $testServices.ForEach({ $strangers[$_.Connection] = $_.Stranger })

    function New-LeakFile {
        <# A file with these lines, in this encoding. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A file of the test.')]
        param([Parameter(Mandatory)] [AllowEmptyString()] [string[]] $Line, $Encoding = 'utf8')

        $file = Join-Path $TestDrive "$(New-UniqueName leaked).txt"
        Set-Content -LiteralPath $file -Value $Line -Encoding $Encoding
        $file
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'The whole response to a leak' {
    It 'finds the tokens of all services among other texts, removes these and no others, and repeats no secret' {
        $leaked = $testServices.Connection | ForEach-Object { Add-TestToken $_ }
        $bystanders = $testServices.Connection | ForEach-Object { Add-TestToken $_ }
        $lines = $leaked.ForEach({ Get-PlainText $_.Secret }) + @($strangers.Values) + 'hunter2-is-no-secret-of-these'
        $file = New-LeakFile ($lines | Sort-Object)

        $failures = @(Get-Failure { Find-ApiToken -Path $file -Probe | Remove-ApiToken -Confirm:$false })

        $leaked.ForEach({ Test-Secret $_ }) | Should -Not -Contain $true
        $bystanders.ForEach({ Test-Secret $_ }) | Should -Not -Contain $false
        $failures | Should -HaveCount ($strangers.Count + 1)
        $failures.FullyQualifiedErrorId | Select-Object -Unique | Should -BeLike 'SecretNotAttributed,*'
        $failures.ForEach({ $_.TargetObject }) | Sort-Object -Unique | Should -HaveCount ($strangers.Count + 1)
        $said = $failures | Format-List * -Force | Out-String -Width 5000
        $lines.Where({ $said.Contains($_) }) | Should -BeNullOrEmpty
        $strangers.Values.ForEach({ $_.Substring($_.Length - 12) }).Where({ $said.Contains($_) }) | Should -BeNullOrEmpty
    }
}

Describe 'Find-ApiToken on <Connection>' -ForEach $services {
    It 'finds the token of a secret among all connections, and once where it is given twice' {
        $token = Add-TestToken $Connection -With $(if ($Connection -eq 'devo') { @{ User = 'admin@example.com' } } else { @{} })
        $found = @(Find-ApiToken $token.Secret, (ConvertTo-Secret (Get-PlainText $token.Secret)) -Probe)
        $found | Should -HaveCount 1
        $found[0].Id | Should -Be $token.Id
        $found[0].Connection | Should -Be $Connection
        $found[0].MatchedBy | Should -Be $(if ($Connection -eq 'devo') { 'Value' } else { 'Probe' })
        $found[0].Source | Should -Be 'secret 1'
        $found[0].IsConnectionCredential | Should -BeFalse
    }

    It 'takes what New-ApiToken gives, and sends no secret without -Probe' {
        $token = Add-TestToken $Connection
        $before = Get-RequestCount
        $found = $token | Find-ApiToken -ErrorAction SilentlyContinue
        $log = Get-RequestSince $before
        $log.Path | Should -Not -Contain '/application-users/sites/acme/me'
        $log.Where({ $_.Path -like '*/clients/me' -or $_.Path -like '*/wegnology/me' -or $_.Method -ne 'GET' }) | Should -BeNullOrEmpty
        if (-not $MatchedBy) {
            $found | Should -BeNullOrEmpty
            $log | Should -BeNullOrEmpty
        }
        else {
            $found.Id | Should -Be $token.Id
            $found.MatchedBy | Should -Be $MatchedBy
        }
    }

    It 'says of a secret that is no token''s that it could not be attributed, with its length and form' {
        foreach ($probe in $false, $true) {
            $failure = @(Get-Failure { Find-ApiToken (ConvertTo-Secret $strangers[$Connection]) -Probe:$probe })
            $failure | Should -HaveCount 1
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'SecretNotAttributed,*'
            $failure[0].Exception.Message | Should -BeLike "secret 1: *$($strangers[$Connection].Length) characters*"
            $failure[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            ($failure | Format-List * -Force | Out-String -Width 5000).Contains($strangers[$Connection].Substring(8)) | Should -BeFalse
        }
    }

    It 'sends a secret with -Probe only to the service whose form it has' {
        $before = Get-RequestCount
        Find-ApiToken (ConvertTo-Secret $strangers[$Connection]) -Probe -ErrorAction SilentlyContinue
        (Get-RequestSince $before).Path.ForEach({ ($_ -split '/')[1] }) | Select-Object -Unique | Should -Be $Connection
    }

    It 'knows the credential of the connection itself, says so, and it is not removed' {
        $access = $sandbox.Services | Where-Object Service -EQ $Connection
        $found = Find-ApiToken $access.Secret -WarningVariable warnings -WarningAction SilentlyContinue
        $found.IsConnectionCredential | Should -BeTrue
        $found.Name | Should -Be 'administrator'
        $warnings | Should -BeLike "*credential of the connection '$Connection' itself*"
        Assert-Refused OwnTokenProtected { Find-ApiToken $access.Secret -WarningAction Ignore | Remove-ApiToken }
    }

    It 'says that a secret whose token was removed is that of no token' {
        $token = Add-TestToken $Connection
        $token | Remove-ApiToken
        $result = Find-ApiToken $token.Secret -Probe -ErrorVariable failure -ErrorAction SilentlyContinue
        if ($result) {
            # Gcore still lists it: there is nothing left to remove.
            $result.Status | Should -Be 'Revoked'
            Get-Failure { $result | Remove-ApiToken } | Should -BeNullOrEmpty
        }
        else {
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'SecretNotAttributed,*'
        }
    }
}

Describe 'Find-ApiToken' {
    It 'does not take a made-up secret with a real id for that token''s, when it may ask' {
        $token = Add-TestToken gcore
        $forged = ConvertTo-Secret "$($token.Id)_00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
        (Find-ApiToken $forged).MatchedBy | Should -Be 'Form'
        $failure = @(Get-Failure { Find-ApiToken $forged -Probe | Remove-ApiToken })
        $failure | Should -HaveCount 1
        $failure[0].Exception.Message | Should -BeLike "*$($token.Id)*refuses it*"
        Test-Secret $token | Should -BeTrue
    }

    It 'knows a Devo token that it may not see by its end' {
        $owner = New-ApiToken -Connection devo -Name (New-UniqueName) -User jdoe@example.com -Audience credentials
        $access = $sandbox.Services | Where-Object Service -EQ devo
        Connect-ApiTokenService Devo $access.Account -Token $owner.Secret -BaseUri $access.BaseUri -Name devo-jdoe -WarningAction Ignore | Out-Null
        try {
            $token = Add-TestToken devo
            $found = Find-ApiToken $token.Secret -Connection devo-jdoe
            $found.Id | Should -Be $token.Id
            $found.MatchedBy | Should -Be 'Masked'
        }
        finally {
            Disconnect-ApiTokenService devo-jdoe
        }
    }

    It 'reads no more tokens than it may, and says so' {
        $before = Get-RequestCount
        $failure = Get-Failure { Find-ApiToken (ConvertTo-Secret $strangers.devo) -MaximumReads 2 }
        ((Get-RequestCount).total - $before.total) | Should -Be 3
        $failure.Exception.Message | Should -BeLike '*were not read (-MaximumReads)*'
    }

    It 'goes on where one connection fails, and says that its search failed' {
        Add-Fault @{ service = 'devo'; kind = 'status'; status = 403; count = 1 }
        $token = Add-TestToken gcore
        $found = Find-ApiToken $token.Secret, (ConvertTo-Secret $strangers.devo) -ErrorVariable failure -ErrorAction SilentlyContinue
        $found.Id | Should -Be $token.Id
        $failure.FullyQualifiedErrorId | Should -BeLike '*,ApiTokens.PowerShell.Commands.FindApiTokenCommand'
        $failure.FullyQualifiedErrorId.ForEach({ ($_ -split ',')[0] }) | Should -Be 'PermissionDenied', 'SecretNotAttributed'
        $failure[1].Exception.Message | Should -BeLike '*search on devo failed*'
    }

    It 'takes objects with a property Secret, as a scanner''s JSON has' {
        $token = Add-TestToken gcore
        $rows = "[{`"RuleID`":`"generic`",`"Secret`":`"$(Get-PlainText $token.Secret)`"}]" | ConvertFrom-Json
        ($rows | Find-ApiToken).Id | Should -Be $token.Id
    }

    It 'refuses a text that is no SecureString without repeating it' {
        $text = $strangers.devo
        $Error.Clear()
        foreach ($failure in (Get-Failure { Find-ApiToken -Secret $text }), (Get-Failure { Find-ApiToken -Secret $text, $text }), (Get-Failure { $text | Find-ApiToken })) {
            $failure | Should -Not -BeNullOrEmpty
            ($failure | Format-List Exception, ErrorDetails, TargetObject, FullyQualifiedErrorId | Out-String -Width 5000).Contains($text) | Should -BeFalse
        }
    }

    It 'needs a connection' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$moduleFolder'; Find-ApiToken ([securestring]::new())").Invoke()
        $shell.Streams.Error.FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound,*'
        $shell.Dispose()
    }

    It 'ends with Select-Object -First' {
        $tokens = 1..3 | ForEach-Object { Add-TestToken gcore }
        (Find-ApiToken $tokens.Secret | Select-Object -First 1).Id | Should -Be $tokens[0].Id
    }
}

Describe 'Find-ApiToken -Path' {
    BeforeAll {
        $script:tokens = Add-TestToken devo -With @{ User = 'admin@example.com' }
        $script:tokens = @($tokens) + (Add-TestToken wegnology) + (Add-TestToken gcore)
        $script:texts = $tokens.ForEach({ Get-PlainText $_.Secret })
    }

    It 'finds secrets in <Name>' -ForEach @(
        @{ Name = 'quoted and assigned values'; Make = { "export TOKEN='$($texts[0])'", "Authorization: Bearer $($texts[1])", "password = `"$($texts[2])`"; # end" } }
        @{ Name = 'the JSON of gitleaks'; Make = { $texts.ForEach({ @{ RuleID = 'generic-api-key'; Commit = 'a' * 40; StartLine = 3; Secret = $_; Match = "token=$_"; Tags = @() } }) | ConvertTo-Json } }
        @{ Name = 'lines of JSON of trufflehog'; Make = { $texts.ForEach({ @{ DetectorName = 'x'; Raw = $_; RawV2 = ''; Verified = $false } | ConvertTo-Json -Compress }) } }
        @{ Name = 'CSV'; Make = { 'rule,line,secret'; $texts.ForEach({ "generic,12,$_" }) } }
        @{ Name = 'a list with Windows line ends'; Make = { $texts -join "`r`n" } }
    ) {
        $found = Find-ApiToken -Path (New-LeakFile (& $Make)) -ErrorVariable failure
        $found.Id | Sort-Object | Should -Be ($tokens.Id | Sort-Object)
        $failure | Should -BeNullOrEmpty
    }

    It 'reads <_>' -ForEach 'utf8BOM', 'unicode', 'bigendianunicode', 'utf32' {
        (Find-ApiToken -Path (New-LeakFile $texts -Encoding $_)).Id | Should -HaveCount 3
    }

    It 'reads UTF-16 without a mark' {
        $file = Join-Path $TestDrive 'nomark.txt'
        [System.IO.File]::WriteAllBytes($file, [System.Text.Encoding]::Unicode.GetBytes($texts -join "`r`n"))
        (Find-ApiToken -Path $file).Id | Should -HaveCount 3
    }

    It 'finds an older Gcore secret, whose dollar sign may be escaped' {
        $text = $texts[2] -replace '_', '$'
        (Find-ApiToken -Path (New-LeakFile $text)).Id | Should -Be $tokens[2].Id
        (Find-ApiToken -Path (New-LeakFile ('{"Raw":"' + $text.Replace('$', '\u0024') + '"}'))).Id | Should -Be $tokens[2].Id
    }

    It 'names the line of what it could not attribute, and leaves other text alone' {
        $file = New-LeakFile 'some prose that is no secret', '', 'hunter2', $strangers.gcore, '{', '  "Line": 3,', '}', $texts[2]
        $failure = @(Get-Failure { Find-ApiToken -Path $file })
        $failure.TargetObject.ForEach({ ($_ -split ':')[-1] }) | Should -Be '3', '4'
        "$($failure[0].Exception.Message)".Contains('hunter2') | Should -BeFalse
    }

    It 'says what is wrong with a file: <Name>' -ForEach @(
        @{ Name = 'there is none'; Make = { Join-Path $TestDrive 'none.txt' } }
        @{ Name = 'it is a folder'; Make = { "$TestDrive" } }
        @{ Name = 'it is no text'; Make = { $file = Join-Path $TestDrive 'binary'; [System.IO.File]::WriteAllBytes($file, [byte[]](0..255)); $file } }
    ) {
        Assert-Refused InvalidPath { Find-ApiToken -Path (& $Make) }
    }

    It 'has nothing to say of an empty file' {
        $file = Join-Path $TestDrive 'empty.txt'
        [System.IO.File]::WriteAllBytes($file, @())
        Find-ApiToken -Path $file | Should -BeNullOrEmpty
    }
}
