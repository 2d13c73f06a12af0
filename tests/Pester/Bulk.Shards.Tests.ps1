# -Shard: parts of all tokens that several machines can work on at once.

BeforeDiscovery {
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox -Tokens 400
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'Get-ApiToken -Shard on <Connection>' -ForEach $services {
    It 'gives parts that together are everything, once' {
        $all = @((Get-ApiToken -Connection $Connection).Id)
        $parts = 1..8 | ForEach-Object { , @((Get-ApiToken -Connection $Connection -Shard "$_/8").Id) }
        $parts | Should -HaveCount 8
        $parts | ForEach-Object { $_ } | Sort-Object | Should -Be ($all | Sort-Object)
        foreach ($part in $parts) {
            $part.Count | Should -BeGreaterThan ($all.Count / 16) -Because 'the parts are about the same size'
            $part.Count | Should -BeLessThan ($all.Count / 4)
        }
    }

    It 'gives the same part each time, whatever else is there' {
        $part = (Get-ApiToken -Connection $Connection -Shard 3/8).Id
        $others = 1..5 | ForEach-Object { Add-TestToken $Connection (New-UniqueName other) }
        try {
            (Get-ApiToken -Connection $Connection -Shard 3/8 | Where-Object Name -NotLike 'other-*').Id | Should -Be $part
            (Get-ApiToken -Connection $Connection -Name 'token-*' -Shard 3/8).Id | Should -BeIn $part
            (Get-ApiToken -Connection $Connection -Shard 1/1) | Should -HaveCount @(Get-ApiToken -Connection $Connection).Count
        }
        finally {
            $others | Remove-ApiToken
        }
    }
}

Describe 'Get-ApiToken -Shard elsewhere' {
    It 'gives the same part in another process' {
        $connection = 'gcore'
        $service = $sandbox.Services | Where-Object Service -EQ $connection
        $environment = @{ SHARD_SECRET = Get-PlainText $service.Secret; SHARD_URI = $service.BaseUri; SHARD_SERVICE = $service.Service; SHARD_ACCOUNT = $service.Account }
        $there = Invoke-ChildPowerShell -Environment $environment -Script '
            Import-Module $env:APITOKENS_MODULE
            $secret = [System.Net.NetworkCredential]::new("", $env:SHARD_SECRET).SecurePassword
            $null = Connect-ApiTokenService $env:SHARD_SERVICE $env:SHARD_ACCOUNT -Token $secret -BaseUri $env:SHARD_URI -Name another
            @{ Id = @((Get-ApiToken -Shard 5/8).Id) } | ConvertTo-Json -Compress'
        $environment.Keys | ForEach-Object { Remove-Item -LiteralPath "env:$_" }
        $there.Id | Should -Be (Get-ApiToken -Connection $connection -Shard 5/8).Id
    }
}

Describe 'A shard that is none' {
    It 'is refused: <_>' -ForEach '0/8', '9/8', '8', '/', '1/', '/8', '1/0', '-1/8', '1/-8', '1/8/2', 'a/b', '1.5/8', '1 / 8', '1/99999999999', 'all' {
        $before = Get-RequestCount
        $failure = Get-TerminatingFailure { Get-ApiToken -Connection wegnology -Shard $_ }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidShard,*'
        $failure.ToString() | Should -BeLike "*$_*"
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*3/8*'
        (Get-RequestCount).total | Should -Be $before.total
    }
}

Describe 'samples/revoke-in-shards.ps1' {
    It 'accounts for every token once' {
        $sample = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../samples/revoke-in-shards.ps1")
        $result = Invoke-ChildPowerShell "& '$sample' -ModulePath '$moduleFolder' -Tokens 400 -Shards 3 -Latency 5 | ConvertTo-Json -Compress"
        $result.Tokens | Should -Be 400
        $result.Processes | Should -Be 3
        $result.Journaled | Should -Be 400
        $result.Distinct | Should -Be 400
        $result.Expected | Should -BeTrue
        $result.Left | Should -Be 0
    }
}
