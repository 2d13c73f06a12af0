#Requires -Version 7.4
<#
.SYNOPSIS
    Runs mixed operations in several runspaces against a sandbox that fails a share of all requests in every way. At the end
    every token must be accounted for: none is lost or duplicated, and memory has not grown.
.PARAMETER ModulePath
    The folder of the module.
.PARAMETER Minutes
    The duration of the run.
.PARAMETER Workers
    The number of runspaces.
.PARAMETER Failing
    The share of requests that fail.
.PARAMETER Rest
    The number of seconds that the workers rest before each measurement of memory, in addition to the minutes: no operation is
    running then, and the pools of the runtime have released the buffers that they keep for a minute.
.PARAMETER Seed
    The seed for the choice of operations and faults.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $ModulePath,
    [double] $Minutes = 10,
    [int] $Workers = 4,
    [double] $Failing = 0.05,
    [int] $Rest = 90,
    [int] $Seed = 1
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'
Import-Module $ModulePath
$sandbox = Start-ApiTokenSandbox
$control = @{ Headers = @{ Authorization = "Bearer $([System.Net.NetworkCredential]::new('', $sandbox.ControlToken).Password)" } }

$faults = @(
    @{ kind = 'status'; status = 500 }
    @{ kind = 'status'; status = 502; when = 'after' }
    @{ kind = 'status'; status = 503; retryAfter = '0' }
    @{ kind = 'status'; status = 429; retryAfter = '0' }
    @{ kind = 'reset' }
    @{ kind = 'reset'; when = 'after' }
    @{ kind = 'truncate' }
    @{ kind = 'notJson' }
    @{ kind = 'delay'; delayMs = 200 }
)
foreach ($fault in $faults) {
    $fault['probability'] = $Failing / $faults.Count
    $fault['seed'] = $Seed++
    $null = Invoke-RestMethod @control -Uri "$($sandbox.BaseUri)sandbox/faults" -Method Post -ContentType 'application/json' -Body (ConvertTo-Json $fault)
}

# One worker: it runs random operations and compares their results with a model of the tokens that must exist.
$worker = {
    param($ModulePath, $Services, $Number, $Seed, $State, $Work)

    $ConfirmPreference = 'None'
    $WarningPreference = 'SilentlyContinue'
    $ErrorActionPreference = 'SilentlyContinue'

    # The shell would keep this output until the end, and it would look like a leak.
    $InformationPreference = 'Ignore'
    $ProgressPreference = 'SilentlyContinue'
    Import-Module $ModulePath
    $issueParameters = @{
        'devo'              = @{ User = 'user@example.com'; Audience = 'apiv2'; Scope = 'table://my.app.** level://admin' }
        'wegnology'         = @{ Scope = 'All' }
        'gcore'             = @{ Role = 'Engineers'; ExpiresIn = '30d' }
        'application-users' = @{ User = 'jdoe'; ApplyToAll = 'Read' }
    }
    foreach ($service in $Services) {
        # The first request may also hit a fault.
        while (-not (Get-ApiTokenService $service.Service -ErrorAction Ignore)) {
            try { $null = Connect-ApiTokenService $service.Service $service.Account -Token $service.Secret -BaseUri $service.BaseUri -Name $service.Service -ErrorAction Stop } catch { $State.Refused++ }
        }
    }

    $random = [random]::new($Seed)
    $active = $State.Active
    $count = 0
    while ([DateTime]::UtcNow -lt $Work.Until) {
        if (-not $Work.Go.IsSet) {
            $State.Resting = $true
            $Work.Go.Wait()
            $State.Resting = $false
            continue
        }

        $connection = @($issueParameters.Keys)[$random.Next(4)]
        $more = $issueParameters[$connection]
        $own = @($active.Values | Where-Object { $_.Connection -eq $connection })
        $operation = if ($own.Count -lt 3) { 'new' } elseif ($own.Count -gt 10) { 'remove' } else { ('new', 'remove', 'reset', 'toggle', 'rename', 'list')[$random.Next(6)] }
        $one = if ($own.Count) { $own[$random.Next($own.Count)] }
        $failures = $null
        $Error.Clear()
        $State.Operations++
        $count++
        switch ($operation) {
            'new' {
                $name = "soak-$Number-$count"
                $out = @(New-ApiToken -Connection $connection -Name $name @more -RemoveOrphan -ErrorVariable failures)
            }
            'remove' { $out = @(Remove-ApiToken -Id $one.Id -Connection $connection -ErrorVariable failures) }
            'reset' { $out = @(Reset-ApiToken -Id $one.Id -Connection $connection -ErrorVariable failures) }
            'toggle' {
                $out = @()
                if ($connection -in 'devo', 'wegnology') {
                    Disable-ApiToken -Id $one.Id -Connection $connection -ErrorVariable failures
                    Enable-ApiToken -Id $one.Id -Connection $connection -ErrorVariable +failures
                    if ($failures) { $one.Enabled = $false }
                }
            }
            'rename' {
                $out = @()
                if ($connection -ne 'gcore') {
                    Rename-ApiToken -Id $one.Id -Connection $connection -NewName "soak-$Number-$count" -ErrorVariable failures
                    if (-not $failures) { $one.Name = "soak-$Number-$count" }
                }
            }
            'list' {
                $out = @()
                $seen = @(Get-ApiToken -Connection $connection -Name "soak-$Number-*" -ErrorVariable failures).Id
                if (-not $failures) {
                    $own | Where-Object { $_.IsCertain -and $_.Id -notin $seen } | ForEach-Object { $State.Violations.Add("not listed: $connection $($_.Id)") }
                }
            }
        }

        $failures = @($failures | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
        foreach ($failure in $failures) {
            $State.Failures++
            $id = ($failure.FullyQualifiedErrorId -split ',')[0]
            $State.Errors["$operation $id"] = 1 + $State.Errors["$operation $id"]
            $State.Log.WriteLine("$count $operation $connection $($one.Id) $($one.Name): $id $($failure.Exception.Message)")
            if ($id -in 'UnexpectedError', 'NotSpecified') { $State.Violations.Add("$operation $connection`: $failure") }
            if ($id -eq 'OrphanedToken' -and $failure.TargetObject.Id) { $State.Reported["$connection $($failure.TargetObject.Id)"] = $true }
        }

        foreach ($token in $out | Where-Object { $_.PSObject.Properties['Secret'] }) {
            $active["$connection $($token.Id)"] = @{ Connection = $connection; Id = $token.Id; Name = $token.Name; Secret = $token.Secret; Owner = $token.Owner; Account = $token.Account; Enabled = $true; IsCertain = $true }
        }

        if ($operation -in 'remove', 'reset') {
            $key = "$connection $($one.Id)"
            $inPlace = $operation -eq 'reset' -and $out.Count -and $out[0].Id -eq $one.Id
            if (-not $failures) {
                if (-not $inPlace) {
                    $active.Remove($key)
                    $State.Removed.WriteLine($key)
                }

                if ($operation -eq 'reset' -and -not $out.Count) { $State.Violations.Add("a reset returned nothing: $key") }
            }
            elseif ($operation -eq 'remove' -or ($failures.FullyQualifiedErrorId -match '^PredecessorNotRemoved')) {
                # The error reports an unknown outcome: both states are valid.
                $one.IsCertain = $false
                if ($operation -eq 'remove') { $active.Remove($key); $State.OutcomeUnknown[$key] = $true }
                elseif (-not $inPlace) { $active.Remove($key); $State.OutcomeUnknown[$key] = $true }
            }
            elseif ($connection -eq 'application-users') {
                # The old secret may be invalid, and the new one lost with the response: the error reports this.
                $one.Enabled = $false
            }
        }
        elseif ($operation -eq 'new' -and -not $failures -and $out.Count -ne 1) {
            $State.Violations.Add("an issue returned $($out.Count) tokens: $connection $name")
        }

        # If the search for a lost token failed too, the error reports that it may exist; only then may one exist.
        $outcomeUnknown = "$($failures.Exception.Message)" -match 'may have succeeded' -and "$($failures.Exception.Message)" -notmatch 'was not created'
        if ($operation -in 'new', 'reset' -and $outcomeUnknown) {
            $State.Uncertain["$connection $(if ($operation -eq 'new') { $name } else { $one.Name })"] = $true
        }
    }
}

# The lists of removed tokens and of errors grow with the work; in files they do not count as memory of the module.
$folder = [System.IO.Directory]::CreateTempSubdirectory('soak-').FullName
$work = @{ Until = [DateTime]::UtcNow.AddMinutes($Minutes); Go = [System.Threading.ManualResetEventSlim]::new($true) }
$services = @($sandbox.Services)
$running = foreach ($number in 1..$Workers) {
    $state = @{
        Active = @{}; OutcomeUnknown = @{}; Reported = @{}; Uncertain = @{}; Errors = @{}; Violations = [System.Collections.Generic.List[string]]::new()
        Removed = [System.IO.StreamWriter]::new("$folder/removed-$number"); Log = [System.IO.StreamWriter]::new("$folder/log-$number")
        Operations = 0; Failures = 0; Refused = 0; Resting = $false
    }
    $shell = [powershell]::Create([runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2()))
    $shell.Runspace.Open()
    $null = $shell.AddScript($worker.ToString()).AddArgument($ModulePath).AddArgument($services).AddArgument($number).AddArgument($Seed + $number).AddArgument($state).AddArgument($work)
    @{ Shell = $shell; State = $state; Running = $shell.BeginInvoke() }
}

$memory = [System.Collections.Generic.List[object]]::new()
foreach ($share in 0.4, 0.6, 0.8, 1) {
    $left = $Minutes * 60 * (1 - $share)
    while (($work.Until - [DateTime]::UtcNow).TotalSeconds -gt $left) { Start-Sleep -Milliseconds 100 }

    # At rest, only retained memory remains.
    $work.Go.Reset()
    $restStart = [DateTime]::UtcNow
    while ($running | Where-Object { -not $_.State.Resting -and -not $_.Running.IsCompleted }) { Start-Sleep -Milliseconds 100 }
    for ($second = 0; $second -lt $Rest; $second += 5) {
        Start-Sleep -Seconds 5
        [GC]::Collect()
        [GC]::WaitForPendingFinalizers()
    }

    $memory.Add([pscustomobject]@{ Operations = ($running.State.Operations | Measure-Object -Sum).Sum; Bytes = [GC]::GetTotalMemory($true) })
    $work.Until += [DateTime]::UtcNow - $restStart
    $work.Go.Set()
}

foreach ($one in $running) {
    $null = $one.Shell.EndInvoke($one.Running)
    $one.Shell.Runspace.Dispose()
    $one.Shell.Dispose()
    $one.State.Removed.Dispose()
    $one.State.Log.Dispose()
}

$fired = (Invoke-RestMethod @control -Uri "$($sandbox.BaseUri)sandbox/faults").ForEach({ $_ }) | Measure-Object -Property fired -Sum
$requests = (Invoke-RestMethod @control -Uri "$($sandbox.BaseUri)sandbox/requests").total
$null = Invoke-RestMethod @control -Uri "$($sandbox.BaseUri)sandbox/faults" -Method Delete

# The tokens that exist now, without faults.
$existing = @{}
$names = @{}
foreach ($token in Get-ApiToken -Connection * -Name 'soak-*') {
    $existing["$($token.Connection) $($token.Id)"] = $token
    $names["$($token.Connection) $($token.Name)"] = 1 + $names["$($token.Connection) $($token.Name)"]
}

$violations = [System.Collections.Generic.List[string]]::new()
$http = [System.Net.Http.HttpClient]::new()
$base = $sandbox.BaseUri.AbsoluteUri.TrimEnd('/')
$accounted = @{}
$secrets = 0
foreach ($state in $running.State) {
    $violations.AddRange($state.Violations)
    foreach ($key in $state.Active.Keys) {
        $accounted[$key] = $true
        $token = $state.Active[$key]
        if (-not $existing.ContainsKey($key)) {
            $violations.Add("lost: $key")
            continue
        }

        if (-not $token.Enabled) { continue }
        $secret = [System.Net.NetworkCredential]::new('', $token.Secret).Password
        $request = switch ($token.Connection) {
            'devo' { @{ Uri = "$base/devo/probio/user/email/$($token.Owner)"; Headers = @{ standAloneToken = $secret } } }
            'wegnology' { @{ Uri = "$base/wegnology/me"; Headers = @{ Authorization = "Bearer $secret" } } }
            'gcore' { @{ Uri = "$base/gcore/iam/clients/me"; Headers = @{ Authorization = "APIKey $secret" } } }
            default { @{ Uri = "$base/application-users/data/location"; Headers = @{ authenticationtoken = $secret; sitename = $token.Account; userid = $token.Owner } } }
        }
        $message = [System.Net.Http.HttpRequestMessage]::new('GET', [uri] $request.Uri)
        foreach ($header in $request.Headers.GetEnumerator()) { $null = $message.Headers.TryAddWithoutValidation($header.Key, $header.Value) }
        $response = $http.Send($message)
        $secrets++
        if (-not $response.IsSuccessStatusCode) { $violations.Add("its secret is rejected ($([int] $response.StatusCode)): $key") }
    }

    foreach ($key in @($state.OutcomeUnknown.Keys) + @($state.Reported.Keys)) { $accounted[$key] = $true }
    foreach ($key in $state.Uncertain.Keys) { $accounted["name $key"] = $true }
}

foreach ($key in Get-Content "$folder/removed-*") {
    if ($existing.ContainsKey($key)) { $violations.Add("removed, but still exists: $key") }
}

foreach ($key in $existing.Keys) {
    $token = $existing[$key]
    if (-not $accounted.ContainsKey($key) -and -not $accounted.ContainsKey("name $($token.Connection) $($token.Name)")) { $violations.Add("not reported by any operation: $key '$($token.Name)'") }
}

$sandbox | Stop-ApiTokenSandbox

# Growth per operation, from the first rest to the last. The pools of the runtime still hold some buffers as long as the longest
# responses, which grow with the account, because it keeps removed tokens.
$pools = 4MB
$first = $memory[0]
$last = $memory[-1]
$growth = ($last.Bytes - $first.Bytes) / [math]::Max(1, $last.Operations - $first.Operations)
$flat = $last.Bytes - $first.Bytes -le $pools + 100 * ($last.Operations - $first.Operations)
$errors = @{}
foreach ($state in $running.State) { foreach ($key in $state.Errors.Keys) { $errors[$key] += $state.Errors[$key] } }
$violations | Select-Object -First 50 | ForEach-Object { "VIOLATION  $_" }
if ($violations.Count) { Get-Content "$folder/log-*" | ForEach-Object { "  error: $_" } }
Remove-Item -LiteralPath $folder -Recurse
$errors.GetEnumerator() | Sort-Object -Property Value -Descending | ForEach-Object { '{0,8:N0}  {1}' -f $_.Value, $_.Key }
[pscustomobject]@{
    Minutes           = $Minutes
    Workers           = $Workers
    Operations        = ($running.State | ForEach-Object Operations | Measure-Object -Sum).Sum
    Requests          = $requests
    RequestsFailed    = $fired.Sum
    OperationsFailed  = ($running.State | ForEach-Object Failures | Measure-Object -Sum).Sum
    TokensAtEnd       = $existing.Count
    SecretsChecked    = $secrets
    MemoryMB          = @($memory | ForEach-Object { [math]::Round($_.Bytes / 1MB, 1) })
    BytesPerOperation = [math]::Round($growth)
    Violations        = $violations.Count
}
if ($violations.Count -gt 0 -or -not $flat) { exit 1 }
exit 0
