<#
.SYNOPSIS
    The part of bench.ps1 over TLS with a distance: functions that it calls.
#>

# Starts a sandbox with HTTPS, and the relay before it. The requests name the port of the relay, which only --allow-remote accepts.
function Open-DistantSandbox {
    param([int] $Tokens, [int] $RoundTripMs)

    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet')
    $program = Join-Path $ModulePath 'sandbox/ApiTokens.Sandbox.dll'
    foreach ($argument in $program, '--https', '--allow-remote', '--tokens', $Tokens, '--parent', $PID) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardOutput = $true
    $process = [System.Diagnostics.Process]::Start($start)
    $ready = $process.StandardOutput.ReadLine() | ConvertFrom-Json
    $service = $ready.services.wegnology
    $relay = [ApiTokens.Benchmarks.DelayRelay]::new(([uri]$service.baseUri).Port, [TimeSpan]::FromMilliseconds($RoundTripMs / 2))
    @{
        Process = $process
        Relay = $relay
        BaseUri = [UriBuilder]::new([uri]$service.baseUri) | ForEach-Object { $_.Port = $relay.Port; $_.Uri.AbsoluteUri }
        Secret = $service.secret
        CertificateFile = $ready.certificateFile
    }
}

function Close-DistantSandbox {
    param([hashtable] $Sandbox)

    # A killed sandbox does not delete its certificate.
    $Sandbox.Relay.Dispose()
    $Sandbox.Process.Kill()
    $Sandbox.Process.WaitForExit()
    Remove-Item -LiteralPath $Sandbox.CertificateFile -ErrorAction Ignore
}

# Runs a script in a new process that trusts the certificate. HTTP/1.1 is .NET's own switch: the module has none.
function Invoke-Trusting {
    param([hashtable] $Sandbox, [string] $Version, [scriptblock] $Script, [object[]] $Arguments)

    $env:SSL_CERT_FILE = $Sandbox.CertificateFile
    $env:DOTNET_SYSTEM_NET_HTTP_SOCKETSHTTPHANDLER_HTTP2SUPPORT = if ($Version -eq '1.1') { 'false' } else { 'true' }
    try {
        Invoke-Fresh -Script $Script -Arguments (@($ModulePath, $BareClientPath, $Sandbox.BaseUri, $Sandbox.Secret) + $Arguments)
    }
    finally {
        Remove-Item Env:SSL_CERT_FILE, Env:DOTNET_SYSTEM_NET_HTTP_SOCKETSHTTPHANDLER_HTTP2SUPPORT
    }
}

function Measure-DistantRemoval {
    param([string] $Contender, [string] $Version, [int] $Throttle, [int] $RoundTripMs)

    $sandbox = Open-DistantSandbox -Tokens $Count -RoundTripMs $RoundTripMs
    try {
        $result = Invoke-Trusting -Sandbox $sandbox -Version $Version -Arguments $Contender, $Version, $Throttle -Script {
            param($ModulePath, $BareClientPath, $BaseUri, $Secret, $Contender, $Version, $Throttle)
            Import-Module $ModulePath
            Add-Type -Path $BareClientPath
            $null = Connect-ApiTokenService Wegnology -BaseUri $BaseUri -Token ([System.Net.NetworkCredential]::new('', $Secret).SecurePassword)
            $tokens = @(Get-ApiToken -Name 'token-*')
            [GC]::Collect()
            $self = [System.Diagnostics.Process]::GetCurrentProcess()
            $processor = $self.TotalProcessorTime.TotalSeconds
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            if ($Contender -eq 'ApiTokens') {
                $tokens | Remove-ApiToken -ThrottleLimit $Throttle -Confirm:$false
                $seconds = $watch.Elapsed.TotalSeconds
            }
            else {
                $seconds = [ApiTokens.Benchmarks.BareClient]::Remove("$BaseUri/me/tokens", $Secret, [string[]]$tokens.Id, $Throttle, $Version).TotalSeconds
            }
            $self.Refresh()
            $processor = $self.TotalProcessorTime.TotalSeconds - $processor
            @{ Seconds = $seconds; Processor = $processor; Tokens = $tokens.Count; Left = @(Get-ApiToken -Name 'token-*').Count } | ConvertTo-Json
        }
        if ($null -eq $result -or $result.Tokens -ne $Count -or $result.Left) { throw "$Contender with HTTP/$Version did not remove all tokens." }
        @{ Seconds = $result.Seconds; Processor = $result.Processor; Connections = $sandbox.Relay.Connections }
    }
    finally {
        Close-DistantSandbox $sandbox
    }
}

function Write-DistantRemoval {
    param([int] $Throttle, [int] $RoundTripMs)

    $cases = foreach ($version in '1.1', '2.0') { foreach ($contender in 'ApiTokens', 'HttpClient') { @{ Contender = $contender; Version = $version; Results = @() } } }
    foreach ($round in 1..$Repetitions) {
        foreach ($case in $cases) {
            $case.Results += Measure-DistantRemoval -Contender $case.Contender -Version $case.Version -Throttle $Throttle -RoundTripMs $RoundTripMs
        }
    }
    foreach ($case in $cases) {
        $seconds = [double[]]$case.Results.Seconds
        $bare = Get-Median (@($cases | Where-Object { $_.Version -eq $case.Version -and $_.Contender -eq 'HttpClient' })[0].Results.Seconds)
        $extremes = $seconds | Measure-Object -Minimum -Maximum
        Write-Line "| $Throttle | HTTP/$($case.Version) | $($case.Contender) | $(Format-Number (Get-Median $seconds)) s | $(Format-Number $extremes.Minimum) to $(Format-Number $extremes.Maximum) s | $(Format-Number ((Get-Median $seconds) / $bare)) | $(Format-Number (Get-Median $case.Results.Processor)) s | $(Get-Median $case.Results.Connections) |"
    }
    Write-Line "| $Throttle | | the limit: count $([char]0xD7) round trip $([char]0xF7) throttle | $(Format-Number ($Count * $RoundTripMs / 1000 / $Throttle)) s | | | | |"
}

# 'first' is one request: a token is read. 'connect' are the two requests of a connection: one verifies the credential, one looks for
# tokens that expire soon.
function Measure-ColdStart {
    param([hashtable] $Sandbox, [string] $Version, [string] $Contender, [string] $Case)

    $result = Invoke-Trusting -Sandbox $Sandbox -Version $Version -Arguments $Contender, $Version, $Case -Script {
        param($ModulePath, $BareClientPath, $BaseUri, $Secret, $Contender, $Version, $Case)
        $id = '5e0000000000000000000002' # a token that every sandbox has
        if ($Contender -eq 'ApiTokens') {
            Import-Module $ModulePath
            $token = [System.Net.NetworkCredential]::new('', $Secret).SecurePassword
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            if ($Case -eq 'first') {
                $null = Connect-ApiTokenService Wegnology -BaseUri $BaseUri -Token $token -SkipCheck
                $null = Get-ApiToken -Id $id
            }
            else {
                $null = Connect-ApiTokenService Wegnology -BaseUri $BaseUri -Token $token
            }
            $milliseconds = $watch.Elapsed.TotalMilliseconds
        }
        else {
            Add-Type -Path $BareClientPath
            $addresses = if ($Case -eq 'first') { @("$BaseUri/me/tokens/$id") } else { @("$BaseUri/me", "$BaseUri/me/tokens?page=0&perPage=1000") }
            $milliseconds = [ApiTokens.Benchmarks.BareClient]::Get([uri[]]$addresses, $Secret, $Version).TotalMilliseconds
        }
        @{ Milliseconds = $milliseconds } | ConvertTo-Json
    }
    if (-not $result.Milliseconds) { throw "$Contender with HTTP/$Version had no answer." }
    $result.Milliseconds
}

function Write-ColdStart {
    param([int] $RoundTripMs, [int] $Rounds)

    $texts = [ordered]@{ first = 'one request'; connect = 'Connect-ApiTokenService, two requests' }
    $sandbox = Open-DistantSandbox -Tokens 10 -RoundTripMs $RoundTripMs
    try {
        foreach ($case in $texts.Keys) {
            foreach ($version in '1.1', '2.0') {
                $times = @{ ApiTokens = @(); HttpClient = @() }
                foreach ($round in 1..$Rounds) {
                    foreach ($contender in 'ApiTokens', 'HttpClient') {
                        $times[$contender] += Measure-ColdStart -Sandbox $sandbox -Version $version -Contender $contender -Case $case
                    }
                }
                $bare = Get-Median $times['HttpClient']
                foreach ($contender in 'ApiTokens', 'HttpClient') {
                    $median = Get-Median $times[$contender]
                    Write-Line "| $($texts[$case]) | HTTP/$version | $contender | $(Format-Number $median 0) ms | $(Format-Range $times[$contender]) ms | $(Format-Number ($median / $bare)) |"
                }
            }
        }
    }
    finally {
        Close-DistantSandbox $sandbox
    }
}

function Write-TlsSection {
    param([int] $RoundTripMs)

    Write-Line '## Over TLS with a distance'
    Write-Line
    Write-Line "$Count removals through a relay that delays each direction by $(Format-Number ($RoundTripMs / 2) 0) ms (round trip $RoundTripMs ms). Each run has a new process and a new sandbox with HTTPS; one request before it is not measured."
    Write-Line
    Write-Line '| throttle | version | contender | median | range | times HttpClient | processor time of the client | connections |'
    Write-Line '|---|---|---|---|---|---|---|---|'
    foreach ($throttle in 16, 64) { Write-DistantRemoval -Throttle $throttle -RoundTripMs $RoundTripMs }
    Write-Line
    Write-Line 'Cold start: from the first call in a new process to the answer. HttpClient sends the same requests. One request: `Connect-ApiTokenService -SkipCheck`, then `Get-ApiToken -Id`.'
    Write-Line
    Write-Line '| requests | version | contender | median | range | times HttpClient |'
    Write-Line '|---|---|---|---|---|---|'
    Write-ColdStart -RoundTripMs $RoundTripMs -Rounds $(if ($Smoke) { 1 } else { [Math]::Max($Repetitions, 9) })
}
