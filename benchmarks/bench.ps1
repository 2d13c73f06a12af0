<#
.SYNOPSIS
    Compares the module with the alternatives of a user, in one run and against the sandbox in another process. Prints Markdown;
    with -Path, writes it to docs/benchmarks.md.
.EXAMPLE
    ./build.sh bench
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingWriteHost', '', Justification = 'A measurement takes minutes and shows its progress on the console.')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', 'Repetitions', Justification = 'A function below uses it.')]
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $ModulePath,
    [Parameter(Mandatory)] [string] $BareClientPath,
    [string] $Path,
    [int] $Count = 2000,
    [int] $Latency = 25,
    [int] $Throttle = 32,
    [int] $Repetitions = 5,
    [int[]] $ListSizes = @(100000, 1000000),
    [int] $RoundTrip = 50,

    # Measures only the import and the first connection.
    [switch] $ImportOnly,

    # Measures only the requests over TLS.
    [switch] $TlsOnly,

    # Measures only the main ratios, with fewer tokens, in less than two minutes.
    [switch] $Quick,

    # Runs everything once with small numbers to detect failures. Its figures are not meaningful.
    [switch] $Smoke
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'
if ($Quick) {
    $Count, $Repetitions, $ListSizes = 500, 3, @(20000)
}
if ($Smoke) {
    $Count, $Latency, $Throttle, $Repetitions, $ListSizes, $RoundTrip = 60, 5, 8, 1, @(1000), 10
}

function Get-Median {
    param([double[]] $Values)

    $sorted = @($Values | Sort-Object)
    $sorted[[int][Math]::Floor($sorted.Count / 2)]
}

function Format-Number {
    param([double] $Value, [int] $Decimals = 2)

    $Value.ToString("N$Decimals", [cultureinfo]::InvariantCulture)
}

function Format-Range {
    param([double[]] $Values)

    $extremes = $Values | Measure-Object -Minimum -Maximum
    "$(Format-Number $extremes.Minimum 0) to $(Format-Number $extremes.Maximum 0)"
}

# Runs a part of the measurement in its own PowerShell process and returns its result.
function Invoke-Fresh {
    param([scriptblock] $Script, [object[]] $Arguments)

    # Only its output is read, because warnings on the same stream are not JSON. If PowerShell is a .NET tool, the program is dotnet.
    $file = Join-Path ([System.IO.Path]::GetTempPath()) "$([guid]::NewGuid().ToString('n')).ps1"
    Set-Content -LiteralPath $file -Value ". {$Script} @args 3>`$null 4>`$null 6>`$null"
    $program = [Environment]::ProcessPath
    $before = @(if ([System.IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' })
    try {
        & $program @before -NoProfile -NonInteractive -File $file @Arguments | ConvertFrom-Json
    }
    finally {
        Remove-Item -LiteralPath $file
    }
}

Import-Module $ModulePath
Add-Type -Path $BareClientPath
. (Join-Path $PSScriptRoot 'tls.ps1')
. (Join-Path $PSScriptRoot 'journal.ps1')
. (Join-Path $PSScriptRoot 'chart.ps1')

# Starts a newly filled sandbox, measures one contender, and stops the sandbox.
function Measure-Contender {
    param([string] $Operation, [string] $Contender, [int] $LatencyMs)

    $sandbox = Start-ApiTokenSandbox -Tokens $Count -Latency $LatencyMs
    try {
        $service = $sandbox.Services | Where-Object Service -EQ 'wegnology'
        $secret = [System.Net.NetworkCredential]::new('', $service.Secret).Password
        $collection = "$($service.BaseUri)/me/tokens"
        $headers = @{ Authorization = "Bearer $secret" }
        $tokens = @(Get-ApiToken -Connection wegnology -Name 'token-*')
        $method = if ($Operation -eq 'Remove') { 'DELETE' } else { 'PATCH' }
        $body = if ($Operation -eq 'Remove') { @{} } else { @{ Body = '{"status":"inactive"}'; ContentType = 'application/json' } }
        [GC]::Collect()
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        switch ($Contender) {
            'ApiTokens' {
                if ($Operation -eq 'Remove') { $tokens | Remove-ApiToken -ThrottleLimit $Throttle -Confirm:$false }
                else { $tokens | Disable-ApiToken -ThrottleLimit $Throttle -Confirm:$false }
            }
            'HttpClient' { $null = [ApiTokens.Benchmarks.BareClient]::ForEach($collection, $secret, $method, [string[]]$tokens.Id, $Throttle) }
            'Invoke-RestMethod' { foreach ($token in $tokens) { $null = Invoke-RestMethod -Method $method -Uri "$collection/$($token.Id)" -Headers $headers @body } }
            'Parallel' {
                $tokens | ForEach-Object -ThrottleLimit $Throttle -Parallel {
                    $more = $using:body
                    $null = Invoke-RestMethod -Method $using:method -Uri "$($using:collection)/$($_.Id)" -Headers $using:headers @more
                }
            }
        }
        $seconds = $watch.Elapsed.TotalSeconds
        $left = @(Get-ApiToken -Connection wegnology -Name 'token-*' | Where-Object { $Operation -eq 'Remove' -or $_.Status -eq 'Active' }).Count
        $expected = if ($Operation -eq 'Remove') { 0 } else { @($tokens | Where-Object Status -EQ 'Expired').Count * 0 }
        if ($left -ne $expected) { throw "$Contender left $left tokens after $Operation." }
        $seconds
    }
    finally {
        Stop-ApiTokenSandbox $sandbox
    }
}

# One list that is made once and handed out in parts, compared with a list for each process.
function Write-ScalingSection {
    param([int] $Tokens, [int] $Processes)

    Write-Line "## Several processes: a fifth of $Tokens tokens at 25 ms server latency"
    Write-Line
    if (-not (Test-Path -LiteralPath /usr/sbin/sshd)) {
        Write-Line 'Left out, because the server of OpenSSH is not installed.'
        return
    }
    $results = Invoke-Fresh -Arguments (Join-Path $PSScriptRoot 'scaling-out.ps1'), $Tokens, $Processes -Script {
        param($File, $Tokens, $Processes)
        @(& $File -Tokens $Tokens -Processes $Processes -Pattern '[05]$') | ConvertTo-Json
    }
    Write-Line '| | requests to list and to log in | processor time of the lists | time of the longest list | total |'
    Write-Line '|---|---|---|---|---|'
    foreach ($result in $results) {
        Write-Line "| $($result.Way) | $($result.Reads) | $(Format-Number $result.ListCpu 1) s | $(Format-Number $result.ListSeconds 1) s | $(Format-Number $result.Seconds 1) s |"
    }
}

$lines = [System.Collections.Generic.List[string]]::new()
$perSecond = [ordered]@{}
function Write-Line {
    param([string] $Text = '')

    $lines.Add($Text)
    Write-Host $Text
}

function Write-Comparison {
    param([string[]] $Contenders, [int] $LatencyMs)

    foreach ($operation in $(if ($Quick) { 'Remove' } else { 'Remove', 'Disable' })) {
        $times = @{}
        foreach ($contender in $Contenders) { $times[$contender] = [System.Collections.Generic.List[double]]::new() }
        # The contenders alternate, so that a slower machine affects all of them. The first round is not counted.
        foreach ($round in 0..$Repetitions) {
            foreach ($contender in $Contenders) {
                # The slow ones differ little from round to round.
                if ($contender -notin 'ApiTokens', 'HttpClient' -and ($round -eq 0 -or $round -gt $(if ($Quick) { 1 } else { 3 }))) { continue }
                $seconds = Measure-Contender -Operation $operation -Contender $contender -LatencyMs $LatencyMs
                if ($round -gt 0) { $times[$contender].Add($seconds) }
            }
        }
        $own = Get-Median $times['ApiTokens']
        if ($operation -eq 'Remove' -and $LatencyMs -gt 0) {
            foreach ($contender in $Contenders) { $perSecond[$contender] = $Count / (Get-Median $times[$contender]) }
        }
        foreach ($contender in $Contenders) {
            $median = Get-Median $times[$contender]
            $range = "$(Format-Number ($times[$contender] | Measure-Object -Minimum).Minimum) to $(Format-Number ($times[$contender] | Measure-Object -Maximum).Maximum)"
            Write-Line "| $operation | $contender | $(Format-Number $median) s | $range s | $(Format-Number ($median / $own)) |"
        }
        if ($LatencyMs -gt 0) {
            $limit = $Count * $LatencyMs / 1000 / $Throttle
            Write-Line "| $operation | the limit: count $([char]0xD7) latency $([char]0xF7) throttle | $(Format-Number $limit) s | | $(Format-Number ($limit / $own)) |"
        }
    }
}

Write-Line '# Benchmarks'
Write-Line
Write-Line "Measured by ``./build.sh bench`` on $([DateTime]::UtcNow.ToString('yyyy-MM-dd')): $([System.Runtime.InteropServices.RuntimeInformation]::OSDescription), $([Environment]::ProcessorCount) processors, PowerShell $($PSVersionTable.PSVersion), $([System.Runtime.InteropServices.RuntimeInformation]::FrameworkDescription)."
Write-Line "The sandbox runs in another process of the same machine, plain HTTP on loopback unless stated otherwise. Medians of $Repetitions repetitions (Invoke-RestMethod and Parallel: at most 3), contenders alternate; each run uses a newly filled sandbox."
Write-Line
if ($TlsOnly) {
    Write-TlsSection -RoundTripMs $RoundTrip
    return
}
if (-not $ImportOnly) {
    Write-Line "## $Count tokens at $Latency ms server latency, throttle $Throttle"
    Write-Line
    Write-Line '| operation | contender | median | range | times ApiTokens |'
    Write-Line '|---|---|---|---|---|'
    Write-Comparison -Contenders 'ApiTokens', 'HttpClient', 'Invoke-RestMethod', 'Parallel' -LatencyMs $Latency
    Write-Line
    if ($Path) {
        $image = Join-Path (Split-Path $Path) 'images/benchmarks.svg'
        Write-Chart -Path $image -Title "Removals per second at $Latency ms server latency, $Throttle at a time" -PerSecond $perSecond
        Write-Line '![Removals per second of each contender](images/benchmarks.svg)'
        Write-Line
    }
    Write-Line "## Overhead: $Count tokens without server latency, throttle $Throttle"
    Write-Line
    Write-Line '| operation | contender | median | range | times ApiTokens |'
    Write-Line '|---|---|---|---|---|'
    Write-Comparison -Contenders 'ApiTokens', 'HttpClient' -LatencyMs 0
    Write-Line
    Write-JournalSection -LatencyMs $Latency
    Write-Line
    Write-Line '## Listing'
    Write-Line
    Write-Line 'Each run uses its own PowerShell process; the tokens are counted and discarded. The working set is the peak of the process.'
    Write-Line
    Write-Line '| tokens | contender | median | peak working set |'
    Write-Line '|---|---|---|---|'
    foreach ($size in $ListSizes) {
        $sandbox = Start-ApiTokenSandbox -Tokens $size -SkipConnect
        try {
            $service = $sandbox.Services | Where-Object Service -EQ 'wegnology'
            $secret = [System.Net.NetworkCredential]::new('', $service.Secret).Password
            foreach ($contender in 'ApiTokens', 'HttpClient') {
                $results = foreach ($round in 1..[Math]::Min(3, $Repetitions)) {
                    Invoke-Fresh -Arguments $ModulePath, $BareClientPath, $service.BaseUri, $secret, $contender -Script {
                        param($ModulePath, $BareClientPath, $BaseUri, $Secret, $Contender)
                        Import-Module $ModulePath
                        Add-Type -Path $BareClientPath
                        $null = Connect-ApiTokenService Wegnology -BaseUri $BaseUri -Token ([System.Net.NetworkCredential]::new('', $Secret).SecurePassword)
                        $watch = [System.Diagnostics.Stopwatch]::StartNew()
                        if ($Contender -eq 'ApiTokens') { Get-ApiToken > $null }
                        else { $read = [ApiTokens.Benchmarks.BareClient]::List("$BaseUri/me/tokens", $Secret) }
                        $seconds = $watch.Elapsed.TotalSeconds
                        $peak = [System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64
                        if ($Contender -eq 'ApiTokens') {
                            # The tokens are counted in a second pass, because a script block for each token would take most of the time.
                            $read = 0
                            Get-ApiToken | & { process { $script:read++ } }
                        }
                        @{ Seconds = $seconds; Read = $read; Peak = $peak } | ConvertTo-Json
                    }
                }
                if (@($results | Where-Object Read -LT $size).Count) { throw "$contender did not read all tokens." }
                Write-Line "| $(Format-Number $size 0) | $contender | $(Format-Number (Get-Median $results.Seconds)) s | $(Format-Number ((Get-Median $results.Peak) / 1MB) 0) MB |"
            }
        }
        finally {
            Stop-ApiTokenSandbox $sandbox
        }
    }
}
if (-not ($ImportOnly -or $Quick)) {
    Write-Line
    Write-Line '## A service that allows 100 requests a second'
    Write-Line
    # A run of a minute, because finding the limit takes some seconds.
    $limited = if ($Smoke) { $Count / 2 } else { 6000 }
    $sandbox = Start-ApiTokenSandbox -Tokens (2 * $limited) -Rate 100
    $control = @{ Headers = @{ Authorization = "Bearer $([System.Net.NetworkCredential]::new('', $sandbox.ControlToken).Password)" } }
    try {
        foreach ($case in @(@{ Text = 'limit specified (-RequestsPerSecond 100)'; Parameters = @{ RequestsPerSecond = 100 } }, @{ Text = 'limit not specified'; Parameters = @{} })) {
            $tokens = @(Get-ApiToken -Connection wegnology -Name 'token-*' | Select-Object -First $limited)
            $null = Invoke-RestMethod @control -Method Delete -Uri "$($sandbox.BaseUri)sandbox/requests"
            $parameters = $case.Parameters
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $tokens | Remove-ApiToken -Confirm:$false -ThrottleLimit $Throttle @parameters
            $seconds = $watch.Elapsed.TotalSeconds
            $log = Invoke-RestMethod @control -Uri "$($sandbox.BaseUri)sandbox/requests/log?last=10000"
            $refused = @($log | Where-Object status -EQ 429).Count
            (Get-ApiTokenService wegnology).RequestsPerSecond = $null
            Write-Line "- $($case.Text): $($tokens.Count) tokens removed in $(Format-Number $seconds) s, $(Format-Number (100 * $tokens.Count / $seconds / 100) 1) % of the limit; $refused of $(@($log).Count) requests answered 429 ($(Format-Number (100 * $refused / @($log).Count) 1) %)."
        }
    }
    finally {
        Stop-ApiTokenSandbox $sandbox
    }
    Write-Line
    Write-TlsSection -RoundTripMs $RoundTrip
    Write-Line
    Write-ScalingSection -Tokens $(if ($Smoke) { 2000 } else { 50000 }) -Processes $(if ($Smoke) { 2 } else { 8 })
}

Write-Line
Write-Line '## Import and first connection'
Write-Line
Write-Line "| | median of $Repetitions | range |"
Write-Line '|---|---|---|'
$modules = @($ModulePath) + @(Get-Module -ListAvailable Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.PSResourceGet | ForEach-Object Path)
foreach ($module in $modules) {
    $results = foreach ($round in 1..$Repetitions) {
        Invoke-Fresh -Arguments $module -Script {
            param($Module)
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            Import-Module $Module
            @{ Milliseconds = $watch.Elapsed.TotalMilliseconds } | ConvertTo-Json
        }
    }
    Write-Line "| Import-Module $([System.IO.Path]::GetFileNameWithoutExtension($module)) | $(Format-Number (Get-Median $results.Milliseconds) 0) ms | $(Format-Range $results.Milliseconds) ms |"
}
$sandbox = Start-ApiTokenSandbox -SkipConnect
try {
    $service = $sandbox.Services | Where-Object Service -EQ 'wegnology'
    $secret = [System.Net.NetworkCredential]::new('', $service.Secret).Password
    $results = foreach ($round in 1..$Repetitions) {
        Invoke-Fresh -Arguments $ModulePath, $service.BaseUri, $secret -Script {
            param($ModulePath, $BaseUri, $Secret)
            Import-Module $ModulePath
            $token = [System.Net.NetworkCredential]::new('', $Secret).SecurePassword
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $null = Connect-ApiTokenService Wegnology -BaseUri $BaseUri -Token $token
            $first = $watch.Elapsed.TotalMilliseconds
            $watch.Restart()
            $null = Connect-ApiTokenService Wegnology -BaseUri $BaseUri -Token $token
            @{ First = $first; Second = $watch.Elapsed.TotalMilliseconds } | ConvertTo-Json
        }
    }
    Write-Line "| first Connect-ApiTokenService of a process, including its request | $(Format-Number (Get-Median $results.First) 0) ms | $(Format-Range $results.First) ms |"
    Write-Line "| second Connect-ApiTokenService | $(Format-Number (Get-Median $results.Second) 0) ms | $(Format-Range $results.Second) ms |"
}
finally {
    Stop-ApiTokenSandbox $sandbox
}

# The manually written text below this line is kept.
$marker = '<!-- written by hand below -->'
if ($Path) {
    $old = if (Test-Path -LiteralPath $Path) { @(Get-Content -LiteralPath $Path) } else { @() }
    $start = [Array]::IndexOf($old, $marker)
    $written = if ($start -ge 0) { @('') + $old[$start..($old.Count - 1)] } else { @() }
    Set-Content -LiteralPath $Path -Value ($lines + $written)
}
