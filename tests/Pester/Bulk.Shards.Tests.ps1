# Tests of -Shard that need separate processes. Shards divide the tokens between several machines.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox -Tokens 400
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'Get-ApiToken -Shard in another process' {
    It 'returns the same shard' {
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

Describe 'samples/revoke-in-shards.ps1' {
    It 'processes every token once' {
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
