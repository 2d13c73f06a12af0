# Rotation into vaults while the secrets are used: a client that uses the secret in the vault is never rejected.

BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    $script:noVaults = -not (Test-VaultSupport)
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
    if (Test-VaultSupport) {
        $script:folder = Initialize-TestVault
    }

    # Reads the secret of each token from the vault's file and calls its service with it, repeatedly, until it is stopped.
    $script:client = {
        param($targets, $state)

        $http = [System.Net.Http.HttpClient]::new()
        while (-not $state.Stop) {
            foreach ($target in $targets) {
                $secret = [System.IO.File]::ReadAllText($target.File)
                $request = [System.Net.Http.HttpRequestMessage]::new('GET', [string] $target.Uri)
                foreach ($header in $target.Headers.GetEnumerator()) {
                    $null = $request.Headers.TryAddWithoutValidation($header.Key, ($header.Value -f $secret))
                }

                $response = $http.SendAsync($request).GetAwaiter().GetResult()
                $state.Calls++
                if ([int] $response.StatusCode -ne 200) {
                    $state.Rejections.Add("$([int] $response.StatusCode) $($target.File)")
                }

                $response.Dispose()
            }

            $state.Rounds++
        }
    }

    function ConvertTo-ClientTarget($Token) {
        $base = $sandbox.BaseUri.AbsoluteUri.TrimEnd('/')
        $file = Get-TestVaultFile $folder "$($Token.Service)/$($Token.Account)/$($Token.Name)"
        switch ($Token.Service) {
            'Devo' { @{ File = $file; Uri = "$base/devo/probio/user/email/$($Token.Owner)"; Headers = @{ standAloneToken = '{0}' } } }
            'Wegnology' { @{ File = $file; Uri = "$base/wegnology/me"; Headers = @{ Authorization = 'Bearer {0}' } } }
            'Gcore' { @{ File = $file; Uri = "$base/gcore/iam/clients/me"; Headers = @{ Authorization = 'APIKey {0}' } } }
            default { @{ File = $file; Uri = "$base/application-users/data/location"; Headers = @{ authenticationtoken = '{0}'; sitename = $Token.Account; userid = $Token.Owner } } }
        }
    }

    function Start-Client {
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It is used only by these tests.')]
        param($Tokens)

        $state = [hashtable]::Synchronized(@{ Stop = $false; Calls = 0; Rounds = 0; Rejections = [System.Collections.Generic.List[string]]::new() })
        $shell = [powershell]::Create().AddScript($client.ToString()).AddArgument(@($Tokens | ForEach-Object { ConvertTo-ClientTarget $_ })).AddArgument($state)
        @{ State = $state; Shell = $shell; Running = $shell.BeginInvoke() }
    }

    function Wait-Round($Client, [int] $More) {
        $goal = $Client.State.Rounds + $More
        $deadline = [datetime]::UtcNow.AddSeconds(30)
        while ($Client.State.Rounds -lt $goal -and -not $Client.Running.IsCompleted -and [datetime]::UtcNow -lt $deadline) {
            Start-Sleep -Milliseconds 10
        }
    }

    function Stop-Client {
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It is used only by these tests.')]
        param($Client)

        $Client.State.Stop = $true
        $Client.Shell.EndInvoke($Client.Running)
        $Client.Shell.Dispose()
    }

    function Wait-Due($Journal) {
        $last = (Get-JournalLine $Journal | Where-Object event -EQ due).dueAt | Sort-Object | Select-Object -Last 1
        while ([datetime]::UtcNow -le ([datetime] $last).ToUniversalTime()) {
            Start-Sleep -Milliseconds 20
        }
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'Rotating 200 tokens of four services into a vault while they are used' -Skip:$noVaults {
    BeforeAll {
        $script:journal = Join-Path $TestDrive 'rotation.jsonl'

        # A Gcore account is limited to 100 tokens, and during a grace period each token exists twice.
        $rows = @(
            @{ Connection = 'devo'; Count = 55; Issue = @{ User = 'user@example.com'; Audience = 'apiv2'; Scope = 'table://my.app.** level://admin' } }
            @{ Connection = 'wegnology'; Count = 55; Issue = @{ Scope = 'All' } }
            @{ Connection = 'gcore'; Count = 40; Issue = @{ Role = 'Engineers'; ExpiresIn = '30d' } }
            @{ Connection = 'application-users'; Count = 50; Issue = @{ User = 'jdoe'; ApplyToAll = 'Full' } }
        )
        $script:before = foreach ($row in $rows) {
            $issue = $row.Issue
            1..$row.Count | ForEach-Object { [pscustomobject]@{ Name = "used-$($row.Connection)-$_" } } |
                New-ApiToken -Connection $row.Connection -Vault Test @issue -ErrorAction Stop
        }
        $script:oldSecrets = @{}
        foreach ($token in $before) {
            $oldSecrets[$token.Id] = ConvertTo-Secret ([System.IO.File]::ReadAllText((ConvertTo-ClientTarget $token).File))
        }

        $script:use = Start-Client $before
        Wait-Round $use 1
        $script:after = @(Get-ApiToken -Connection * -Name 'used-*' | Reset-ApiToken -Vault Test -GracePeriod 0:0:3 -JournalPath $journal -ErrorVariable resetErrors)
        $script:bothWork = @($before[0, 60, 120, 199] | ForEach-Object { Test-Secret $_ -Secret $oldSecrets[$_.Id] })
        Wait-Round $use 1
        Wait-Due $journal
        $script:retired = @(Remove-ApiToken -Due -JournalPath $journal -PassThru -ErrorVariable dueErrors)
        Wait-Round $use 2
        $script:writes = (Get-RequestCount).writes
        $script:again = @(Remove-ApiToken -Due -JournalPath $journal -PassThru)
        $script:writesAgain = (Get-RequestCount).writes - $writes
        Stop-Client $use
    }

    It 'rejects no call' {
        $before | Should -HaveCount 200
        $after | Should -HaveCount 200
        $resetErrors | Should -BeNullOrEmpty
        $use.State.Rejections | Should -BeNullOrEmpty
        $use.State.Rounds | Should -BeGreaterOrEqual 4
        $use.State.Calls | Should -BeGreaterOrEqual 800
    }

    It 'keeps both tokens active until the old one is due, and retires each old token once' {
        $bothWork | Should -Be @($true, $true, $true, $true)
        $dueErrors | Should -BeNullOrEmpty
        $retired.Id | Sort-Object | Should -Be ($before.Id | Sort-Object)
        $again | Should -BeNullOrEmpty
        $writesAgain | Should -Be 0
    }

    It 'ends with one token per name, whose secret is in the vault, and all old secrets are invalid' {
        $remaining = @(Get-ApiToken -Connection * -Name 'used-*')
        $remaining.Id | Sort-Object | Should -Be ($after.Id | Sort-Object)
        foreach ($token in $remaining) {
            Test-Secret $token -Secret (ConvertTo-Secret ([System.IO.File]::ReadAllText((ConvertTo-ClientTarget $token).File))) | Should -BeTrue
        }

        foreach ($token in $before) {
            Test-Secret $token -Secret $oldSecrets[$token.Id] | Should -BeFalse
        }
    }

    It 'detects a rejection: the client notices a removed token' {
        $watched = Add-TestToken wegnology -With @{ Vault = 'Test' }
        $control = Start-Client $watched
        Wait-Round $control 1
        $watched | Remove-ApiToken
        Wait-Round $control 2
        Stop-Client $control
        $control.State.Rejections | Should -Not -BeNullOrEmpty
    }

    It 'writes no secret to the journal' {
        $text = Get-Content -Raw -LiteralPath $journal
        foreach ($token in $after) {
            $text.Contains([System.IO.File]::ReadAllText((ConvertTo-ClientTarget $token).File)) | Should -BeFalse
        }
    }
}

Describe 'A rotation into SecretStore, on <Connection>' -ForEach $services -Skip:$noVaults {
    It 'supports repeated rotations with one journal' {
        $journal = Join-Path $TestDrive "$Connection.jsonl"
        $token = Add-TestToken $Connection -With @{ Vault = 'Store' }
        $name = "$($token.Service)/$($token.Account)/$($token.Name)"
        1..2 | ForEach-Object {
            $old = Get-Secret -Vault Store -Name $name
            $token = $token | Reset-ApiToken -Vault Store -GracePeriod 0:0:0.2 -JournalPath $journal
            Test-Secret $token -Secret (Get-Secret -Vault Store -Name $name) | Should -BeTrue
            Test-Secret $token -Secret $old | Should -BeTrue
            Wait-Due $journal
            Remove-ApiToken -Due -JournalPath $journal
            Test-Secret $token -Secret $old | Should -BeFalse
            Test-Secret $token -Secret (Get-Secret -Vault Store -Name $name) | Should -BeTrue
        }
    }
}

Describe 'A step that fails, on <Connection>' -ForEach $services -Skip:$noVaults {
    It 'keeps a working secret in the vault: <Step>' -ForEach @(
        @{ Step = 'read'; Fault = @{ kind = 'status'; status = 403; method = 'GET' } }
        @{ Step = 'issue'; Fault = @{ kind = 'reset'; when = 'after'; method = 'POST'; path = '*/tokens' } }
        @{ Step = 'check'; Fault = @{ kind = 'notJson'; method = 'GET'; path = '*/me' } }
        @{ Step = 'retire'; Fault = @{ kind = 'status'; status = 403; path = '*{0}*'; method = 'DELETE' } }
    ) {
        $token = Add-TestToken $Connection -With @{ Vault = 'Test' }
        $fault = $Fault.Clone()
        if ($Step -eq 'retire') {
            $fault = @{ kind = 'status'; status = 403 } + $(if ($Connection -eq 'application-users') { @{ path = '*/revoke' } } else { @{ method = 'DELETE' } })
        }

        Add-Fault $fault
        $failure = Get-Failure { $token | Reset-ApiToken -Vault Test }
        $fired = (Get-Fault).fired
        Clear-Fault
        if ($Connection -ne 'devo' -or $Step -ne 'check') {
            $fired | Should -BeGreaterThan 0
        }

        if ($Step -ne 'check') {
            $failure | Should -HaveCount 1
        }

        Test-Secret $token -Secret (Get-Secret -Vault Test -Name "$($token.Service)/$($token.Account)/$($token.Name)") | Should -BeTrue
    }
}
