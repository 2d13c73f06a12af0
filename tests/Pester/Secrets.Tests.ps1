# No output format of PowerShell shows a known secret, or a part of one, in objects and errors. SecretsTests.cs tests the
# objects themselves.

BeforeDiscovery {
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox

    function Get-Shown {
        <# Converts an object or an error to text in every way. #>
        [OutputType([string])]
        param([Parameter(Mandatory)] $Value)

        @(
            $Value | Out-String -Width 4000
            $Value | Format-List -Property * -Force | Out-String -Width 4000
            $Value | Format-Table -Property * -AutoSize | Out-String -Width 4000
            $Value | Format-Custom -Depth 4 | Out-String -Width 4000
            $Value | ForEach-Object { "$_" }
            if ($Value -is [System.Management.Automation.ErrorRecord]) {
                $Value.Exception.ToString()
                $Value.ErrorDetails | Format-List -Property * | Out-String -Width 4000
                if (Get-Command -Name Get-Error -ErrorAction Ignore) {
                    Get-Error -InputObject $Value | Out-String -Width 4000
                }
                for ($inner = $Value.Exception; $inner; $inner = $inner.InnerException) {
                    $inner | Format-List -Property * -Force | Out-String -Width 4000
                }
            }
            else {
                $Value | ConvertTo-Json -Depth 5
                $Value | ConvertTo-Csv
                $Value | ConvertTo-Html
                [System.Management.Automation.PSSerializer]::Serialize($Value.PSObject.Copy(), 1) -replace '(?s)<SS .*?</SS>'
            }
        ) -join "`n"
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'The search' {
    It 'finds a planted secret or a part of it' {
        Find-Secret 'nothing of it' -Secret 'abcdefghijkl' | Should -BeNullOrEmpty
        Find-Secret 'the secret abcdefghijkl' -Secret 'abcdefghijkl' | Should -Be 'abcdefghijkl'
        Find-Secret 'starts with cdefghij...' -Secret 'abcdefghijkl' | Should -Be 'abcdefghijkl'
    }

    It 'finds the output of -AsPlainText' {
        $token = Add-TestToken gcore -With @{ AsPlainText = $true }
        Find-Secret (Get-Shown $token) -Secret $token.Secret | Should -Be $token.Secret
    }
}

Describe 'An issued token on <Connection>' -ForEach $services {
    It 'does not show its secret in any format' {
        $token = Add-TestToken $Connection
        Find-Secret (Get-Shown $token) -Secret (Get-PlainText $token.Secret) | Should -BeNullOrEmpty
    }
}

Describe 'An error about an invalid credential' {
    It 'does not show the credential, on <Connection>' -ForEach @(
        @{ Connection = 'devo'; Wrong = '0123456789abcdef0123456789abcdef' }
        @{ Connection = 'wegnology'; Wrong = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI1NzVlZDcwYyJ9.c2lnbmF0dXJlLW9mLW5vdGhpbmc' }
        @{ Connection = 'gcore'; Wrong = '7002_9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0' }
        @{ Connection = 'gcore'; Wrong = '9999$9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0' }
        @{ Connection = 'gcore'; Wrong = 'no-known-form-at-all-but-long-enough' }
        @{ Connection = 'application-users'; Wrong = 'abcdefghijklmnopqrstuvwxyz0123456789abcd' }
    ) {
        $access = $sandbox.Services | Where-Object Service -EQ $Connection
        $token = ConvertTo-Secret $Wrong
        $failure = Get-TerminatingFailure { Connect-ApiTokenService $Connection $access.Account -Token $token -BaseUri $access.BaseUri -Name wrong }
        $failure | Should -Not -BeNullOrEmpty
        Find-Secret (Get-Shown $failure) -Secret $Wrong | Should -BeNullOrEmpty
    }

    It 'does not show a wrong password, on <_>' -ForEach 'wegnology', 'gcore' {
        $access = $sandbox.Services | Where-Object Service -EQ $_
        $wrong = 'correct horse battery staple'
        $credential = [pscredential]::new('admin@example.com', (ConvertTo-Secret $wrong))
        $failure = Get-TerminatingFailure { Connect-ApiTokenService $_ -Credential $credential -BaseUri $access.BaseUri -Name wrong }
        $failure | Should -Not -BeNullOrEmpty
        Find-Secret (Get-Shown $failure) -Secret $wrong | Should -BeNullOrEmpty
    }

    It 'does not show a secret in a hashtable or with invalid characters' {
        $wrong = "secret-with`nbreak-0123456789"
        $failure = Get-TerminatingFailure { Connect-ApiTokenService -ConnectionInfo @{ Service = 'Gcore'; Token = $wrong; BaseUri = 'http://127.0.0.1:1' } }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidToken,*'
        Find-Secret (Get-Shown $failure) -Secret 'secret-with', 'break-0123456789' | Should -BeNullOrEmpty
    }

    It 'does not show the password in an address' {
        $token = ConvertTo-Secret 'x123456789'
        $address = 'https://me:hunter2hunter2@api.example.com'
        $failure = Get-TerminatingFailure { Connect-ApiTokenService Gcore -Token $token -BaseUri $address }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidBaseUri,*'
        Find-Secret (Get-Shown $failure) -Secret 'hunter2hunter2' | Should -BeNullOrEmpty
    }
}

Describe 'A secret specified as an id or a name' {
    It 'is not shown by <Name>' -ForEach @(
        @{ Name = 'Get-ApiToken -Id'; Try = { Get-ApiToken -Id $typed -Connection $token.Connection } }
        @{ Name = 'Get-ApiToken -Name'; Try = { Get-ApiToken -Name $typed -Connection $token.Connection } }
        @{ Name = 'Remove-ApiToken'; Try = { Remove-ApiToken $typed -Connection $token.Connection -Confirm:$false } }
        @{ Name = 'Reset-ApiToken'; Try = { Reset-ApiToken $typed -Connection $token.Connection -Confirm:$false } }
    ) {
        foreach ($token in 'devo', 'wegnology', 'gcore' | ForEach-Object { Add-TestToken $_ }) {
            $typed = Get-PlainText $token.Secret
            $failures = @(Get-Failure $Try)
            $failures | Should -HaveCount 1
            Find-Secret (Get-Shown $failures[0]) -Secret $typed | Should -BeNullOrEmpty
        }
    }
}
