# samples/revoke-by-remoting.ps1 over SSH: an SSH server on loopback, whose sessions are the machines.

BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/Ssh.ps1"
    $script:noSsh = -not (Test-SshSupport)
    $script:noVaults = -not (Test-VaultSupport)
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/Ssh.ps1"
    if (-not (Test-SshSupport)) {
        return
    }

    $script:machines = '127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'
    $script:server = Start-SshServer -Folder (Join-Path $TestDrive ssh) -Address $machines
    $script:sandbox = Start-ApiTokenSandbox -Tokens 20200 -Latency 5
    $script:service = $sandbox.Services | Where-Object Service -EQ Wegnology
    $script:info = @{ Service = 'Wegnology'; BaseUri = "$($service.BaseUri)"; Token = $service.Secret }
    $script:sample = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../samples/revoke-by-remoting.ps1")

    function Start-Run {
        <# Starts the sample in another runspace, so that the test can look at it. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It is a test.')]
        param([object[]] $Token = @(), [hashtable] $With)

        $arguments = @{ ConnectionInfo = $info; ModulePath = $moduleFolder } + $server.Client
        $With.Keys | ForEach-Object { $arguments[$_] = $With[$_] }
        $runspace = Open-Runspace
        $shell = [powershell]::Create($runspace).AddScript('param($File, $Token, $With) $Token | & $File @With -Confirm:$false')
        $null = $shell.AddParameters(@{ File = $sample; Token = $Token; With = $arguments })
        [pscustomobject]@{ Shell = $shell; Result = $shell.BeginInvoke(); Runspace = $runspace }
    }

    function Complete-Run {
        <# Waits for a run, and returns its account, errors and warnings. #>
        param($Run)

        try {
            $account = $Run.Shell.EndInvoke($Run.Result)
            [pscustomobject]@{ Account = $account[0]; Errors = @($Run.Shell.Streams.Error); Warnings = @($Run.Shell.Streams.Warning) }
        }
        finally {
            $Run.Runspace.Dispose()
        }
    }

    function Start-Controller {
        <#
        Starts the sample in another process, whose standard input has the secret. PowerShell 7.6 can end with an unhandled exception when
        a session breaks in the moment in which it is written to; then the run is to be resumed.
        #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It is a test.')]
        param([object[]] $Token = @(), [hashtable] $With)

        $path = Join-Path $TestDrive "controller-$([guid]::NewGuid().ToString('n'))"
        @($Token) | Select-Object -Property Service, Account, BaseUri, Id, Name | Export-Csv -LiteralPath "$path.csv"
        $With + $server.Client + @{ ModulePath = $moduleFolder } | Export-Clixml -LiteralPath "$path.xml"
        Set-Content -LiteralPath "$path.ps1" -Value @"
`$info = @{ Service = '$($info.Service)'; BaseUri = '$($info.BaseUri)'; Token = [System.Net.NetworkCredential]::new('', [Console]::In.ReadLine()).SecurePassword }
`$with = Import-Clixml -LiteralPath '$path.xml'
`$account = Import-Csv -LiteralPath '$path.csv' |
    & '$sample' @with -ConnectionInfo `$info -Confirm:`$false -ErrorAction SilentlyContinue -ErrorVariable failures -WarningAction SilentlyContinue -WarningVariable warnings
@{ Account = `$account; Warnings = @(`$warnings.Message); Errors = @(`$failures | ForEach-Object { @{ Id = `$_.FullyQualifiedErrorId; Message = `$_.Exception.Message } }) } |
    ConvertTo-Json -Depth 4 | Set-Content -LiteralPath '$path.json'
"@
        $program, [string[]] $arguments = Get-PowerShellCommand
        $start = [System.Diagnostics.ProcessStartInfo]::new($program)
        foreach ($argument in @($arguments; '-NoProfile'; '-NonInteractive'; '-File'; "$path.ps1").Where({ $_ })) {
            $start.ArgumentList.Add($argument)
        }

        $start.RedirectStandardInput = $true
        $start.RedirectStandardOutput = $true
        $start.RedirectStandardError = $true
        $process = [System.Diagnostics.Process]::Start($start)
        $process.StandardInput.WriteLine((Get-PlainText $service.Secret))
        $process.StandardInput.Close()
        [pscustomobject]@{ Process = $process; Output = $process.StandardOutput.ReadToEndAsync(); Errors = $process.StandardError.ReadToEndAsync(); Path = $path; With = $With }
    }

    function Complete-Controller {
        <# Waits for a process, and returns what Complete-Run returns, and whether the run had to be resumed. #>
        param($Controller)

        if (-not $Controller.Process.WaitForExit(180000)) {
            $Controller.Process.Kill($true)
            throw 'The run did not end within three minutes.'
        }

        if (Test-Path -LiteralPath "$($Controller.Path).json") {
            return Get-Content -LiteralPath "$($Controller.Path).json" -Raw | ConvertFrom-Json | Select-Object -Property *, @{ Name = 'IsResumed'; Expression = { $false } }
        }

        $said = "$($Controller.Errors.Result) $($Controller.Output.Result)"
        if ($said -notlike '*SSHClientSessionTransportManager*' -or $Controller.With.Resume) {
            throw "The run ended without an account: $said"
        }

        Write-Warning 'PowerShell ended with an unhandled exception when a session broke. The run is resumed.'
        Complete-Controller (Start-Controller -With ($Controller.With + @{ Resume = $true })) | Select-Object -Property Account, Errors, Warnings, @{ Name = 'IsResumed'; Expression = { $true } }
    }

    function Stop-Machine {
        <# Kills a machine while it works on a part, of which it has recorded some. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It is a test.')]
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Used in a script block.')]
        param([string] $Address, [int] $MinLines, [int] $MaxLines)

        Wait-Until {
            $lines = @(Get-ChildItem -Path "$($server.Temp)/$Address/*.jsonl" -ErrorAction Ignore | ForEach-Object { & cat $_.FullName 2>$null }).Count
            $lines -ge $MinLines -and $lines -le $MaxLines
        }
        $worker = @(Get-SshWorker $server -Address $Address)
        $worker | ForEach-Object { Stop-Process -Id $_ -Force }
        $worker
    }

    function Wait-Until {
        <# Waits until a condition is met. #>
        param([scriptblock] $Condition)

        $deadline = [datetime]::UtcNow.AddSeconds(120)
        while (-not (& $Condition)) {
            if ([datetime]::UtcNow -gt $deadline) {
                throw "This did not happen within two minutes: $Condition"
            }

            Start-Sleep -Milliseconds 50
        }
    }

    function Find-InProcess {
        <# Returns the command lines and environments of processes that have a text. #>
        param([string] $Text)

        foreach ($file in [System.IO.Directory]::EnumerateDirectories('/proc').Where({ $_ -match '/\d+$' }).ForEach({ "$_/cmdline"; "$_/environ" })) {
            try {
                $content = [System.IO.File]::ReadAllText($file)
                if ($content.Contains($Text)) { "${file}: $content" }
            }
            catch [System.UnauthorizedAccessException], [System.IO.IOException] {
                continue
            }
        }
    }
}

AfterAll {
    Stop-SshServer $server
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'samples/revoke-by-remoting.ps1' -Tag PowerShell7 -Skip:$noSsh {
    Context 'with four machines, two of which are killed' {
        BeforeAll {
            $all = @(Get-ApiToken -Connection wegnology)
            $script:tokens = @($all.Where({ $_.Name -like 'token-*' }) | Select-Object -First 20000)
            $chosen = [System.Collections.Generic.HashSet[string]]::new([string[]] $tokens.Id)
            $script:others = @($all.Where({ -not $chosen.Contains($_.Id) }).Id)
            $script:secret = Get-PlainText $service.Secret
            $script:folder = Join-Path $TestDrive 'run'
            $script:before = Get-RequestCount
            $controller = Start-Controller $tokens @{ HostName = $machines; JournalPath = $folder; Reason = 'OPS-77' }

            Wait-Until { @(Get-ChildItem -Path "$folder/part-*" -ErrorAction Ignore).Count -ge 4 -or $controller.Process.HasExited }
            $script:exposed = @(Find-InProcess $secret)
            $script:killed = @(Stop-Machine $machines[1] -MinLines 100 -MaxLines 800)
            $script:exposed += @(Find-InProcess $secret)
            $script:killed += @(Stop-Machine $machines[2] -MinLines 100 -MaxLines 800)
            $script:run = Complete-Controller $controller
            $script:requests = Get-RequestCount
        }

        It 'revokes all tokens and no others' {
            $killed | Should -HaveCount 2
            $run.Errors | Should -BeNullOrEmpty
            (Get-ApiToken -Connection wegnology).Id | Sort-Object | Should -Be ($others | Sort-Object)
        }

        It 'accounts for each token once' {
            $run.Account.Tokens | Should -Be 20000
            $run.Account.Revoked + $run.Account.AlreadyGone | Should -Be 20000
            $run.Account.Failed | Should -Be 0
            $run.Account.Left | Should -Be 0
            if (-not $run.IsResumed) {
                $run.Account.AlreadyGone | Should -BeLessOrEqual 1000 -Because 'only the parts of the machines that were killed have no journal'
                $run.Account.Machines | Should -Be 4
                $run.Account.MachinesLost | Sort-Object | Should -Be $machines[1, 2]
                $run.Warnings | Should -HaveCount 2
            }
        }

        It 'brings a journal of each token home' {
            $records = @(Get-ApiTokenJournal "$folder/part-*.jsonl")
            $records | Should -HaveCount 20000
            [System.Collections.Generic.HashSet[string]]::new([string[]] $records.Id).SetEquals([string[]] $tokens.Id) | Should -BeTrue
            @($records.Reason | Select-Object -Unique) | Should -Be 'OPS-77'
            @($records.Where({ $_.Outcome -eq 'Done' })).Count | Should -Be $run.Account.Revoked
            @(Import-Csv -LiteralPath "$folder/tokens.csv").Count | Should -Be 20000
        }

        It 'sends one more request only for tokens that are already gone, or whose request was in flight' {
            $requests.writes - $before.writes | Should -BeLessOrEqual (20000 + $run.Account.AlreadyGone + 2 * 16)
        }

        It 'shows the secret in no command line, environment or file' {
            $exposed | Should -BeNullOrEmpty

            # .NET has pipes in the folder for temporary files. Reading one would wait forever.
            $files = @(Get-ChildItem -LiteralPath $TestDrive -Recurse -File -Force | Where-Object Length -GT 0)
            $files.Name | Should -Contain 'tokens.csv'
            $files.Where({ [System.IO.File]::ReadAllText($_.FullName).Contains($secret) }) | Should -BeNullOrEmpty
            "$($run.Account) $($run.Warnings)" | Should -Not -Match ([regex]::Escape($secret))
        }

        It 'lets only the owner read the journals, and leaves none on machines that were not killed' {
            (Get-Item -LiteralPath $folder).UnixFileMode | Should -Be 'UserExecute, UserWrite, UserRead'
            @(Get-ChildItem -Path "$($server.Temp)/$($machines[0])/*.jsonl", "$($server.Temp)/$($machines[3])/*.jsonl") | Should -BeNullOrEmpty

            # A machine can be killed when it has just ended a part.
            @(Get-ChildItem -Path "$($server.Temp)/*/*.jsonl").Count | Should -BeLessOrEqual 2
        }
    }

    Context 'with few tokens' {
        BeforeEach {
            $script:few = @(1..12 | ForEach-Object { Add-TestToken wegnology -WarningAction Ignore })
            $script:folder = Join-Path $TestDrive ([guid]::NewGuid().ToString('n'))
        }

        AfterEach {
            Clear-Fault
        }

        It 'says what is left when all machines are lost, and goes on with -Resume and the same folder' {
            Add-Fault @{ service = 'wegnology'; kind = 'delay'; delayMs = 4000; method = 'DELETE'; count = 1000 }
            $controller = Start-Controller $few @{ HostName = $machines[0]; JournalPath = $folder; PartSize = 4; ThrottleLimit = 4 }
            Wait-Until { @(Get-ChildItem -Path "$folder/part-*" -ErrorAction Ignore).Count -ge 1 -or $controller.Process.HasExited }
            Start-Sleep -Seconds 1
            Get-SshWorker $server | ForEach-Object { Stop-Process -Id $_ -Force }
            $first = Complete-Controller $controller
            Clear-Fault
            $first.Account.Revoked | Should -Be 4
            $first.Account.Left | Should -Be 8
            $first.Errors[-1].Id | Should -BeLike 'RevocationIncomplete*'
            $first.Errors[-1].Message | Should -BeLike "*8 are left*-Resume -JournalPath '$folder'*"

            $later = Add-TestToken wegnology -WarningAction Ignore
            $second = Complete-Run (Start-Run -With @{ HostName = $machines[1]; JournalPath = $folder; Resume = $true })
            $second.Errors | Should -BeNullOrEmpty
            $second.Account.Tokens | Should -Be 12
            $second.Account.Revoked + $second.Account.AlreadyGone | Should -Be 12
            $second.Account.AlreadyGone | Should -BeLessOrEqual 4
            Get-ApiToken -Connection wegnology | Where-Object Id -In $few.Id | Should -BeNullOrEmpty
            Get-ApiToken -Id $later.Id -Connection wegnology | Should -Not -BeNullOrEmpty -Because 'it is not in the list'

            $before = Get-RequestCount
            $third = Complete-Run (Start-Run -With @{ HostName = $machines[1]; JournalPath = $folder; Resume = $true })
            $third.Account.Revoked | Should -Be $second.Account.Revoked
            $third.Account.Machines | Should -Be 0 -Because 'nothing is left to do'
            (Get-RequestCount).writes | Should -Be $before.writes
        }

        It 'starts no second run in the same folder, and resumes no run that others could change' {
            $null = New-Item -ItemType Directory -Path $folder
            $few | Select-Object -Property Service, Account, BaseUri, Id, Name | Export-Csv -LiteralPath "$folder/tokens.csv"
            { $few | & $sample -HostName $machines[0] -ConnectionInfo $info -JournalPath $folder -ModulePath $moduleFolder -Confirm:$false } |
                Should -Throw '*has the list of another run*'
            & chmod o+w "$folder/tokens.csv"
            { & $sample -Resume -HostName $machines[0] -ConnectionInfo $info -JournalPath $folder -ModulePath $moduleFolder -Confirm:$false } |
                Should -Throw '*Other users can change*'
        }

        It 'does not use machines whose connection is to another account' {
            $other = $info + @{ Account = 'application/575ec8687ae143cd83dc4a97' }
            $before = Get-RequestCount
            $run = Complete-Run (Start-Run $few @{ HostName = $machines[0, 1]; JournalPath = $folder; ConnectionInfo = $other })
            "$($run.Warnings[0])" | Should -BeLike '*connection is to Wegnology application/575ec8687ae143cd83dc4a97*belong to Wegnology user/*'
            $run.Account.Left | Should -Be 12
            $run.Account.MachinesLost | Should -HaveCount 2
            $run.Errors[-1].FullyQualifiedErrorId | Should -BeLike 'RevocationIncomplete*'
            (Get-RequestCount).writes | Should -Be $before.writes
        }

        It 'reports each token that failed, and tries it again with -Resume' {
            Add-Fault @{ service = 'wegnology'; kind = 'status'; status = 403; method = 'DELETE'; count = 1 }
            $run = Complete-Run (Start-Run $few @{ HostName = $machines[0]; JournalPath = $folder })
            $run.Account.Revoked | Should -Be 11
            $run.Account.Failed | Should -Be 1
            $run.Errors | Should -HaveCount 2
            $run.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PermissionDenied*'
            $run.Errors[0].TargetObject.Id | Should -BeIn $few.Id
            $run.Errors[1].FullyQualifiedErrorId | Should -BeLike 'RevocationIncomplete*'

            $second = Complete-Run (Start-Run -With @{ HostName = $machines[0]; JournalPath = $folder; Resume = $true })
            $second.Errors | Should -BeNullOrEmpty
            $second.Account.Revoked | Should -Be 12
        }

        It 'gives the part of a machine whose credential is refused to another one' {
            Add-Fault @{ service = 'wegnology'; kind = 'status'; status = 401; method = 'DELETE'; count = 1 }
            $run = Complete-Run (Start-Run $few @{ HostName = $machines[0, 1]; JournalPath = $folder; PartSize = 12; ThrottleLimit = 1 })
            $run.Errors | Should -BeNullOrEmpty
            $run.Account.Revoked | Should -Be 12
            $run.Account.MachinesLost | Should -HaveCount 1
        }

        It 'goes on without a machine that cannot be reached' {
            $run = Complete-Run (Start-Run $few @{ HostName = $machines[0], '127.0.0.9'; JournalPath = $folder })
            $run.Errors | Should -BeNullOrEmpty
            $run.Account.Revoked | Should -Be 12
            $run.Account.MachinesLost | Should -Be '127.0.0.9'
        }

        It 'takes a machine that does not respond for lost' {
            Add-Fault @{ service = 'wegnology'; kind = 'delay'; delayMs = 14000; method = 'DELETE'; count = 1 }
            $run = Complete-Run (Start-Run $few @{ HostName = $machines[0, 1]; JournalPath = $folder; TimeoutSec = 10; PartSize = 12 })
            $run.Errors | Should -BeNullOrEmpty
            $run.Account.Revoked + $run.Account.AlreadyGone | Should -Be 12
            "$($run.Warnings)" | Should -BeLike '*has not responded in time (-TimeoutSec 10)*'
        }

        It 'uses open sessions, shares the rate, and leaves the sessions without the connection' {
            $client = $server.Client
            $sessions = New-PSSession -HostName $machines[0, 1] -UserName $client.UserName -Port $client.Port -KeyFilePath $client.KeyFilePath -Options $client.SshOption
            try {
                $arguments = @{ Session = $sessions; ConnectionInfo = $info; JournalPath = $folder; RequestsPerSecond = 4; PartSize = 3; ModulePath = $moduleFolder }
                $account = $few | & $sample @arguments -Confirm:$false
                $account.Revoked | Should -Be 12
                $records = @(Get-ApiTokenJournal "$folder/part-*.jsonl")
                ($records.Time | Measure-Object -Maximum).Maximum - ($records.StartedAt | Measure-Object -Minimum).Minimum |
                    Should -BeGreaterThan ([timespan]::FromSeconds(1.4)) -Because 'two machines send two requests per second each'
                $sessions.State | Should -Be 'Opened', 'Opened'
                Invoke-Command -Session $sessions { @(Get-ApiTokenService).Count } | Should -Be 0, 0
            }
            finally {
                $sessions | Remove-PSSession
            }
        }

        It 'reads the secret from the vault of each machine' -Skip:$noVaults {
            $null = Initialize-TestVault
            Set-Secret -Vault Store -Name wegnology-admin -SecureStringSecret $service.Secret
            Set-Content -LiteralPath $server.Settings -Value "export HOME='$([System.IO.Path]::GetTempPath())/apitokens-vaults-$PID'", "export PSModulePath='$env:PSModulePath'"
            try {
                $run = Complete-Run (Start-Run $few @{ HostName = $machines[0, 1]; JournalPath = $folder; ConnectionInfo = $null; Vault = 'Store'; SecretName = 'wegnology-admin' })
            }
            finally {
                Clear-Content -LiteralPath $server.Settings
            }

            "$($run.Errors) $($run.Warnings)" | Should -Be ' '
            $run.Account.Revoked | Should -Be 12
        }

        It 'connects to no machine, writes no file and sends nothing with -WhatIf' {
            $before = Get-RequestCount
            $logins = @(Select-String -LiteralPath $server.Log -Pattern 'Accepted publickey').Count
            $client = $server.Client
            $few | & $sample -HostName $machines @client -ConnectionInfo $info -JournalPath $folder -ModulePath $moduleFolder -WhatIf | Should -BeNullOrEmpty
            (Get-RequestCount).total | Should -Be $before.total
            @(Select-String -LiteralPath $server.Log -Pattern 'Accepted publickey').Count | Should -Be $logins
            Test-Path -LiteralPath $folder | Should -BeFalse
        }

        It 'rejects tokens of several accounts, and tokens that nothing proves' {
            $arguments = @{ HostName = $machines[0]; ConnectionInfo = $info; JournalPath = $folder; ModulePath = $moduleFolder; Confirm = $false }
            { $few[0], (Get-ApiToken -Connection gcore)[0] | & $sample @arguments } | Should -Throw '*must belong to one account*'
            { $few[0] | Select-Object -Property *, @{ Name = 'MatchedBy'; Expression = { 'Claims' } } | & $sample @arguments } | Should -Throw '*Nothing proves*'
        }
    }
}
