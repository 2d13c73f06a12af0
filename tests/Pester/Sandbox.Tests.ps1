# Start-, Get- and Stop-ApiTokenSandbox.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
}

AfterAll {
    Stop-ApiTokenSandbox
    Get-ApiTokenService | Disconnect-ApiTokenService
}

Describe 'Start-ApiTokenSandbox' {
    AfterEach {
        Stop-ApiTokenSandbox
    }

    It 'starts a process on this machine and connects to all its services' {
        $sandbox = Start-ApiTokenSandbox
        $sandbox.IsRunning | Should -BeTrue
        $sandbox.BaseUri.IsLoopback | Should -BeTrue
        Get-Process -Id $sandbox.ProcessId | Should -Not -BeNullOrEmpty
        (Get-ApiTokenService).Name | Should -Be $testServices.Connection
        $sandbox.Services.Service | Should -Be $testServices.Connection
        $sandbox.Services | ForEach-Object { $_.Secret | Should -BeOfType [securestring] }
    }

    It 'connects to none with -SkipConnect' {
        Start-ApiTokenSandbox -SkipConnect | Out-Null
        Get-ApiTokenService | Should -BeNullOrEmpty
    }

    It 'fills each service with -Tokens' {
        Start-ApiTokenSandbox -Tokens 30 | Out-Null
        foreach ($connection in Get-ApiTokenService) {
            Get-ApiToken -Connection $connection -Name token-* -Status Active, Inactive, Expired, Revoked | Should -HaveCount 30
        }
    }

    It 'answers late with -Latency' {
        $sandbox = Start-ApiTokenSandbox -Latency 150
        (Measure-Command { Get-ApiToken -Connection gcore }).TotalMilliseconds | Should -BeGreaterThan 145
        $sandbox.IsRunning | Should -BeTrue
    }

    It 'keeps tokens and their secrets in a file with -DatabasePath, but no secret in plain text' {
        $file = Join-Path -Path $TestDrive -ChildPath 'a folder/sandbox.db'
        New-Item -ItemType Directory -Path (Split-Path $file) | Out-Null
        $sandbox = Start-ApiTokenSandbox -DatabasePath $file
        $tokens = $testServices.Connection | ForEach-Object { Add-TestToken $_ }
        $administrators = $sandbox.Services
        $sandbox | Stop-ApiTokenSandbox

        $stored = Get-ChildItem -LiteralPath (Split-Path $file) -File | ForEach-Object { [System.Text.Encoding]::GetEncoding(28591).GetString([System.IO.File]::ReadAllBytes($_.FullName)) }
        ($stored -join '').Contains($tokens[0].Name) | Should -BeTrue -Because 'names are there'
        foreach ($secret in @($tokens.Secret) + @($administrators.Secret) + @($administrators.Credential.Password)) {
            ($stored -join '').Contains((Get-PlainText $secret)) | Should -BeFalse
        }

        $sandbox = Start-ApiTokenSandbox -DatabasePath $file
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeTrue }
        $tokens | Remove-ApiToken
        $tokens | ForEach-Object { Test-Secret $_ | Should -BeFalse }
    }

    It 'takes the port that is asked for, and says when it is taken' {
        $first = Start-ApiTokenSandbox -SkipConnect
        $port = $first.BaseUri.Port

        # In another process, as the sandbox itself says why on the error stream of the process.
        $child = Invoke-ChildPowerShell @"
Import-Module '$moduleFolder'
try { Start-ApiTokenSandbox -Port $port } catch { `$failure = `$_ }
@{ Id = `$failure.FullyQualifiedErrorId; Action = `$failure.ErrorDetails.RecommendedAction; Left = @(Get-ApiTokenSandbox).Count } | ConvertTo-Json -Compress
"@
        $child.Id | Should -BeLike 'SandboxNotStarted,*'
        $child.Action | Should -Not -BeNullOrEmpty
        $child.Left | Should -Be 0
        $first | Stop-ApiTokenSandbox
        (Start-ApiTokenSandbox -Port $port -SkipConnect).BaseUri.Port | Should -Be $port
    }

    It 'says what to install where there is <Without>' -TestCases @(
        @{ Without = 'no dotnet'; Script = '$env:PATH = ""'; Message = "*'dotnet' on the PATH*" }
        @{ Without = 'no runtime that it can use'; Script = '$env:DOTNET_ROLL_FORWARD = "Disable"'; Message = '*did not start*' }
    ) {
        $child = Invoke-ChildPowerShell @"
Import-Module '$moduleFolder'
$Script
try { Start-ApiTokenSandbox } catch { `$failure = `$_ }
@{ Id = `$failure.FullyQualifiedErrorId; Message = "`$failure"; Action = `$failure.ErrorDetails.RecommendedAction } | ConvertTo-Json -Compress
"@
        $child.Id | Should -BeLike 'SandboxNotStarted,*'
        $child.Message | Should -BeLike $Message
        $child.Action | Should -BeLike '*ASP.NET Core runtime 10*'
    }

    It 'shows no secret of the administrators' {
        $sandbox = Start-ApiTokenSandbox
        $shown = @(
            $sandbox | Format-List * -Force | Out-String -Width 500
            $sandbox.Services | Format-List * -Force | Out-String -Width 500
            $sandbox | ConvertTo-Json -Depth 6
            "$sandbox"
        ) -join "`n"
        foreach ($secret in @($sandbox.Services.Secret) + @($sandbox.Services.Credential.Password)) {
            $shown.Contains((Get-PlainText $secret)) | Should -BeFalse
        }
    }
}

Describe 'Get-ApiTokenSandbox' {
    It 'lists those that this runspace started' {
        Get-ApiTokenSandbox | Should -BeNullOrEmpty
        $first = Start-ApiTokenSandbox -SkipConnect
        $second = Start-ApiTokenSandbox -SkipConnect
        (Get-ApiTokenSandbox).ProcessId | Should -Be $first.ProcessId, $second.ProcessId
        $first | Stop-ApiTokenSandbox
        (Get-ApiTokenSandbox).ProcessId | Should -Be $second.ProcessId
        Stop-ApiTokenSandbox
        Get-ApiTokenSandbox | Should -BeNullOrEmpty
    }
}

Describe 'Stop-ApiTokenSandbox' {
    It 'ends the process and the connections to it, and no others' {
        $sandbox = Start-ApiTokenSandbox
        $secret = ConvertTo-Secret 'abcdef0123456789'
        Connect-ApiTokenService Devo domain -Token $secret -Region EU -Name real -SkipCheck | Out-Null
        $process = Get-Process -Id $sandbox.ProcessId
        $sandbox | Stop-ApiTokenSandbox
        $process.WaitForExit(5000) | Should -BeTrue
        $sandbox.IsRunning | Should -BeFalse
        (Get-ApiTokenService).Name | Should -Be 'real'
        Disconnect-ApiTokenService real
    }

    It 'leaves the connections to another sandbox' {
        $first = Start-ApiTokenSandbox
        $second = Start-ApiTokenSandbox
        $first | Stop-ApiTokenSandbox
        Get-ApiTokenService | Should -HaveCount $testServices.Count
        Get-ApiToken -Connection * | Should -Not -BeNullOrEmpty
        $second | Stop-ApiTokenSandbox
        Get-ApiTokenService | Should -BeNullOrEmpty
    }

    It 'does not mind one that is stopped already' {
        $sandbox = Start-ApiTokenSandbox -SkipConnect
        $sandbox | Stop-ApiTokenSandbox
        { $sandbox | Stop-ApiTokenSandbox -ErrorAction Stop } | Should -Not -Throw
        { Stop-ApiTokenSandbox -ErrorAction Stop } | Should -Not -Throw
    }
}

Describe 'A sandbox whose PowerShell ends' {
    It 'ends too' {
        $child = Invoke-ChildPowerShell @"
Import-Module '$moduleFolder'
`$sandbox = Start-ApiTokenSandbox
@{ ProcessId = `$sandbox.ProcessId; Connections = @(Get-ApiTokenService).Count } | ConvertTo-Json -Compress
"@
        $child.Connections | Should -Be $testServices.Count
        $deadline = [datetime]::UtcNow.AddSeconds(8)
        while ([datetime]::UtcNow -lt $deadline -and (Get-Process -Id $child.ProcessId -ErrorAction SilentlyContinue)) {
            Start-Sleep -Milliseconds 100
        }

        Get-Process -Id $child.ProcessId -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }
}
