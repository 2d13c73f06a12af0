# The samples that deploy a secret, with stand-ins for the command lines.
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Used in the script blocks.')]
param()

BeforeDiscovery {
    # The stand-ins are shell scripts.
    $script:noShell = -not (Test-Path -LiteralPath /bin/sh)
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:samples = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../samples")
    $script:sandbox = Start-ApiTokenSandbox
    $script:bin = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'bin')).FullName
    $script:path = $env:PATH
    $env:PATH = "$bin$([System.IO.Path]::PathSeparator)$path"

    function Add-StandIn {
        <# A program that records its arguments and its standard input, and fails if a file says so. #>
        param([string] $Name)

        $file = Join-Path $bin $Name
        [System.IO.File]::WriteAllText($file, @"
#!/bin/sh
printf '%s\n' "`$*" >> '$bin/$Name.args'
case "`$*" in *' -'|'secret set'*) cat > '$bin/$Name.stdin' ;; esac
for word in `$(cat '$bin/$Name.fails' 2>/dev/null); do case "`$*" in *"`$word"*) echo 'the stand-in fails' >&2; exit 3 ;; esac; done
exit 0
"@.Replace("`r", ''))
        & chmod +x $file
    }

    function Get-Recorded {
        param([string] $Name)
        [System.IO.File]::ReadAllText((Join-Path $bin $Name))
    }
}

AfterAll {
    $env:PATH = $path
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'rotate-ci-secret.ps1' -Skip:$noShell {
    BeforeEach {
        Remove-Item -Path "$bin/*"
        Add-StandIn gh
        $script:old = Add-TestToken wegnology
        $script:ci = @{ Token = $old.Id; Connection = 'wegnology'; Repository = 'example/app'; SecretName = 'APP_TOKEN'; Workflow = 'smoke.yml' }
    }

    It 'passes the secret on the standard input, and removes the old token' {
        $new = & "$samples/rotate-ci-secret.ps1" @ci
        $secret = Get-Recorded gh.stdin
        Get-SecretStatus $new -Secret (ConvertTo-Secret $secret) | Should -Be 200
        Get-SecretStatus $old | Should -Be 401
        Get-Recorded gh.args | Should -Be "secret set APP_TOKEN --repo example/app`nworkflow run smoke.yml --repo example/app`n"
        Get-Recorded gh.args | Should -Not -Match ([regex]::Escape($secret))
    }

    It 'keeps the old token if <What>' -ForEach @(
        @{ What = 'the secret cannot be set'; Word = 'secret'; Id = 'SecretNotSaved' }
        @{ What = 'the workflow fails'; Word = 'workflow'; Id = 'VerificationFailed' }
    ) {
        [System.IO.File]::WriteAllText("$bin/gh.fails", $Word)
        $null = & "$samples/rotate-ci-secret.ps1" @ci -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -Match "^$Id,"
        "$($failed[0])" | Should -Match 'the stand-in fails'
        Get-SecretStatus $old | Should -Be 200
    }

    It 'does nothing with -WhatIf' {
        & "$samples/rotate-ci-secret.ps1" @ci -WhatIf
        Test-Path -LiteralPath "$bin/gh.args" | Should -BeFalse
        Get-SecretStatus $old | Should -Be 200
    }
}

Describe 'rotate-kubernetes-secret.ps1' -Skip:$noShell {
    BeforeEach {
        Remove-Item -Path "$bin/*"
        Add-StandIn kubectl
        $script:old = Add-TestToken gcore
        $script:cluster = @{ Token = $old.Id; Connection = 'gcore'; Namespace = 'monitoring'; SecretName = 'exporter-token'; Deployment = 'exporter' }
    }

    It 'applies a manifest on the standard input, restarts, and waits for the pods' {
        $new = & "$samples/rotate-kubernetes-secret.ps1" @cluster
        $manifest = Get-Recorded kubectl.stdin | ConvertFrom-Json
        $manifest.kind, $manifest.metadata.name, $manifest.metadata.namespace | Should -Be 'Secret', 'exporter-token', 'monitoring'
        Get-SecretStatus $new -Secret (ConvertTo-Secret $manifest.stringData.token) | Should -Be 200
        Get-SecretStatus $old | Should -Be 401
        (Get-Recorded kubectl.args).Trim() -split "`n" | ForEach-Object { ($_ -split ' ')[0..1] -join ' ' } |
            Should -Be 'apply --server-side', 'rollout restart', 'rollout status'
        Get-Recorded kubectl.args | Should -Not -Match ([regex]::Escape($manifest.stringData.token))
    }

    It 'keeps the old token if the pods do not become ready' {
        [System.IO.File]::WriteAllText("$bin/kubectl.fails", 'status')
        $null = & "$samples/rotate-kubernetes-secret.ps1" @cluster -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -Match '^VerificationFailed,'
        Get-SecretStatus $old | Should -Be 200
    }
}

Describe 'rotate-systemd-secret.ps1' -Skip:$noShell {
    BeforeEach {
        Remove-Item -Path "$bin/*"
        Add-StandIn systemctl
        $script:old = Add-TestToken gcore
        $script:secretPath = Join-Path $TestDrive "$([guid]::NewGuid()).secret"
        $script:environment = Join-Path $TestDrive "$([guid]::NewGuid()).env"
        $old | Save-ApiTokenSecret -Path $secretPath
        [System.IO.File]::WriteAllText($environment, "LOG=debug`nEXPORTER_TOKEN=$(Get-PlainText $old.Secret)`n")
        $script:service = @{
            Token = $old.Id; Connection = 'gcore'; Unit = 'exporter.service'; SecretPath = $secretPath; EnvironmentFile = $environment
            VariableName = 'EXPORTER_TOKEN'; Timeout = '00:00:01'
        }
    }

    It 'writes the environment file, restarts the service, and removes the old token' {
        $new = & "$samples/rotate-systemd-secret.ps1" @service
        $secret = [System.IO.File]::ReadAllText($secretPath)
        [System.IO.File]::ReadAllText($environment) | Should -Be "LOG=debug`nEXPORTER_TOKEN=$secret`n"
        Get-SecretStatus $new -Secret (ConvertTo-Secret $secret) | Should -Be 200
        Get-SecretStatus $old | Should -Be 401
        Get-Recorded systemctl.args | Should -Be "restart exporter.service`nis-active --quiet exporter.service`n"
    }

    It 'restores both files and restarts again if the service is not healthy' {
        [System.IO.File]::WriteAllText("$bin/systemctl.fails", 'is-active')
        $null = & "$samples/rotate-systemd-secret.ps1" @service -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -Match '^VerificationFailed,'
        $secret = Get-PlainText $old.Secret
        [System.IO.File]::ReadAllText($secretPath) | Should -Be $secret
        [System.IO.File]::ReadAllText($environment) | Should -Be "LOG=debug`nEXPORTER_TOKEN=$secret`n"
        Get-SecretStatus $old | Should -Be 200
        ((Get-Recorded systemctl.args).Trim() -split "`n")[0, -1] | Should -Be 'restart exporter.service', 'restart exporter.service'
    }
}

Describe 'docs/rotation.md, Rotation with consumers' {
    It 'can be followed from the top' {
        $text = [System.IO.File]::ReadAllText([System.IO.Path]::GetFullPath("$PSScriptRoot/../../docs/rotation.md"))
        $section = ($text -split '(?m)^## ').Where({ $_ -like 'Rotation with consumers*' })[0]
        $steps = [regex]::Matches($section, '(?s)```powershell\r?\n(.*?)```').ForEach({ $_.Groups[1].Value })
        $steps.Count | Should -Be 7
        Push-Location (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'rotation'))
        try {
            $script = $steps -join "`n"

            # The grace period is over at once.
            $output = . ([scriptblock]::Create($script.Replace('-GracePeriod 1d', '-GracePeriod ([timespan] 1)')))
            $tokens = @(Get-ApiToken exporter -Connection gcore)
            $secret = ConvertTo-Secret ([System.IO.File]::ReadAllText("$PWD/exporter.secret"))
            [System.IO.File]::ReadAllText("$PWD/exporter.env") | Should -Be "EXPORTER_TOKEN=$(Get-PlainText $secret)"

            # Step 7 has left its new token, which the advice removes.
            $tokens.Id | Should -Contain $new.Id
            Get-SecretStatus $new -Secret $secret | Should -Be 200
            $tokens.Count | Should -Be 2
            $advice = $output[-1]
            $advice | Should -Match 'Remove-ApiToken -Id (\d+) -Connection gcore'
            $null = $advice -match 'Remove-ApiToken -Id (\d+)'
            $Matches[1] | Should -Be ($tokens.Id | Where-Object { $_ -ne $new.Id })
        }
        finally {
            Pop-Location
        }
    }
}
