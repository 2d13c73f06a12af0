# The scripts in samples/ with -WhatIf. Their other tests are in Runbooks.Tests.ps1.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:samples = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../samples")
    $script:sandbox = Start-ApiTokenSandbox -Tokens 40
    $script:other = Open-Runspace
}

AfterAll {
    $other.Dispose()
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'A sample with -WhatIf' {
    BeforeAll {
        $script:leak = Join-Path $TestDrive 'leak.txt'
        [System.IO.File]::WriteAllText($leak, (Get-PlainText (Add-TestToken gcore).Secret))
        $script:infos = @($sandbox.Services | ForEach-Object { @{ Service = $_.Service; Account = $_.Account; Token = $_.Secret; BaseUri = "$($_.BaseUri)"; Name = $_.Service } })
    }

    It 'sends no write request and writes no file: <Sample>' -ForEach @(
        @{ Sample = 'devo-tokens.ps1'; With = { @{ User = 'user@example.com' } } }
        @{ Sample = 'leak-response.ps1'; With = { @{ Path = $leak; JournalPath = "$TestDrive/leak.jsonl"; ModulePath = $moduleFolder } } }
        @{ Sample = 'offboard-user.ps1'; With = { @{ User = 'user@example.com'; JournalPath = "$TestDrive/off.jsonl"; ModulePath = $moduleFolder } } }
        @{ Sample = 'offboard-user.ps1'; With = { @{ User = 'user@example.com'; Action = 'Disable'; IncludeIssued = $true; ModulePath = $moduleFolder } } }
        @{ Sample = 'revoke-shard.ps1'; With = { @{ ConnectionInfo = $infos[1]; Name = 'token-*'; Shard = '1/2'; JournalPath = "$TestDrive/shard.jsonl"; ModulePath = $moduleFolder } } }
    ) {
        $before = (Get-RequestCount).writes
        $result = Invoke-InRunspace $other -Variable @{ file = (Join-Path $samples $Sample); arguments = (& $With) } { & $file @arguments -WhatIf }
        $errors = @($result | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] -and $_.FullyQualifiedErrorId -notmatch '^(OperationNotSupported|OffboardingIncomplete)' })
        $errors | Should -BeNullOrEmpty
        (Get-RequestCount).writes | Should -Be $before
        Get-ChildItem -LiteralPath $TestDrive -Filter *.jsonl | Where-Object Name -In 'leak.jsonl', 'off.jsonl', 'shard.jsonl' | Should -BeNullOrEmpty
    }

    It 'is supported by each sample that writes to a service, except those that start their own sandbox' {
        $writing = Get-ChildItem -LiteralPath $samples -Filter *.ps1 | Where-Object { (Get-Content -LiteralPath $_.FullName -Raw) -match '\b(New|Remove|Disable|Enable|Rename|Reset|Set)-ApiToken\b' }
        $writing.Count | Should -BeGreaterThan 4
        foreach ($file in $writing) {
            $text = Get-Content -LiteralPath $file.FullName -Raw
            ($text -match 'SupportsShouldProcess' -or $text -match 'Start-ApiTokenSandbox') | Should -BeTrue -Because $file.Name
        }
    }
}
