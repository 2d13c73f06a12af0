# Tests of Start-ApiTokenSandbox that need a separate process or PowerShell's formatting. Its other tests are in
# ApiTokens.PowerShell.Tests.

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

    It 'reports that the port is in use' {
        $first = Start-ApiTokenSandbox -SkipConnect
        $port = $first.BaseUri.Port

        # In another process, because the sandbox writes the reason to the error stream of the process.
        $child = Invoke-ChildPowerShell @"
Import-Module '$moduleFolder'
try { Start-ApiTokenSandbox -Port $port } catch { `$failure = `$_ }
@{ Id = `$failure.FullyQualifiedErrorId; Action = `$failure.ErrorDetails.RecommendedAction; Left = @(Get-ApiTokenSandbox).Count } | ConvertTo-Json -Compress
"@
        $child.Id | Should -BeLike 'SandboxNotStarted,*'
        $child.Action | Should -Not -BeNullOrEmpty
        $child.Left | Should -Be 0
    }

    It 'recommends what to install if there is <Without>' -TestCases @(
        @{ Without = 'no dotnet'; Script = '$env:PATH = ""; $env:DOTNET_ROOT = ""'; Message = "*'dotnet' in DOTNET_ROOT*" }
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

Describe 'A sandbox whose PowerShell ends' {
    It 'ends with it' {
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
