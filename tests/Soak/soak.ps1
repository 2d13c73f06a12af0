#Requires -Version 7.4
<#
.SYNOPSIS
    Minutes of mixed work by several runspaces against a sandbox that fails a share of all requests in every way. At the end
    each token that was ever asked for is accounted for: none lost, none twice, and memory has not grown.
.PARAMETER ModulePath
    The folder of the module.
.PARAMETER Minutes
    How long to work.
.PARAMETER Workers
    How many runspaces.
.PARAMETER Failing
    The share of requests that fail.
.PARAMETER Rest
    How many seconds the workers rest each time before memory is measured, which adds to the minutes: nothing is under way then,
    and the runtime's pools have dropped the buffers that they keep for a minute.
.PARAMETER Seed
    Of the choice of work and of faults.
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
    $null = Invoke-RestMethod -Uri "$($sandbox.BaseUri)sandbox/faults" -Method Post -ContentType 'application/json' -Body (ConvertTo-Json $fault)
}

# One worker: a model of what must be there, and random work that is compared with it.
$worker = {
    param($ModulePath, $Services, $Number, $Seed, $State, $Work)

    $ConfirmPreference = 'None'
    $WarningPreference = 'SilentlyContinue'
    $ErrorActionPreference = 'SilentlyContinue'

    # What these write would be kept by the shell to the end, and be taken for a leak.
    $InformationPreference = 'Ignore'
    $ProgressPreference = 'SilentlyContinue'
    Import-Module $ModulePath
    $like = @{
        'devo'              = @{ User = 'user@example.com'; Audience = 'apiv2' }
        'wegnology'         = @{ Scope = 'All' }
        'gcore'             = @{ Role = 'Engineers' }
        'application-users' = @{ User = 'jdoe'; ApplyToAll = 'Read' }
    }
    foreach ($service in $Services) {
        # The first request may meet a fault too.
        while (-not (Get-ApiTokenService $service.Service -ErrorAction Ignore)) {
            try { $null = Connect-ApiTokenService $service.Service $service.Account -Token $service.Secret -BaseUri $service.BaseUri -Name $service.Service -ErrorAction Stop } catch { $State.Refused++ }
        }
    }

    $random = [random]::new($Seed)
    $alive = $State.Alive
    $count = 0
    while ([DateTime]::UtcNow -lt $Work.Until) {
        if (-not $Work.Go.IsSet) {
            $State.Resting = $true
            $Work.Go.Wait()
            $State.Resting = $false
            continue
        }

        $connection = @($like.Keys)[$random.Next(4)]
        $more = $like[$connection]
        $mine = @($alive.Values | Where-Object { $_.Connection -eq $connection })
        $do = if ($mine.Count -lt 3) { 'new' } elseif ($mine.Count -gt 10) { 'remove' } else { ('new', 'remove', 'reset', 'toggle', 'rename', 'list')[$random.Next(6)] }
        $one = if ($mine.Count) { $mine[$random.Next($mine.Count)] }
        $failures = $null
        $Error.Clear()
        $State.Operations++
        $count++
        switch ($do) {
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
                    $mine | Where-Object { $_.Certain -and $_.Id -notin $seen } | ForEach-Object { $State.Wrong.Add("not listed: $connection $($_.Id)") }
                }
            }
        }

        $failures = @($failures | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
        foreach ($failure in $failures) {
            $State.Failures++
            $id = ($failure.FullyQualifiedErrorId -split ',')[0]
            $State.Errors["$do $id"] = 1 + $State.Errors["$do $id"]
            $State.Log.WriteLine("$count $do $connection $($one.Id) $($one.Name): $id $($failure.Exception.Message)")
            if ($id -in 'UnexpectedError', 'NotSpecified') { $State.Wrong.Add("$do $connection`: $failure") }
            if ($id -eq 'OrphanedToken' -and $failure.TargetObject.Id) { $State.Reported["$connection $($failure.TargetObject.Id)"] = $true }
        }

        foreach ($token in $out | Where-Object { $_.PSObject.Properties['Secret'] }) {
            $alive["$connection $($token.Id)"] = @{ Connection = $connection; Id = $token.Id; Name = $token.Name; Secret = $token.Secret; Owner = $token.Owner; Account = $token.Account; Enabled = $true; Certain = $true }
        }

        if ($do -in 'remove', 'reset') {
            $key = "$connection $($one.Id)"
            $inPlace = $do -eq 'reset' -and $out.Count -and $out[0].Id -eq $one.Id
            if (-not $failures) {
                if (-not $inPlace) {
                    $alive.Remove($key)
                    $State.Gone.WriteLine($key)
                }

                if ($do -eq 'reset' -and -not $out.Count) { $State.Wrong.Add("a reset gave nothing: $key") }
            }
            elseif ($do -eq 'remove' -or ($failures.FullyQualifiedErrorId -match '^PredecessorNotRemoved')) {
                # It said that it may or may not be done: either is right.
                $one.Certain = $false
                if ($do -eq 'remove') { $alive.Remove($key); $State.Either[$key] = $true }
                elseif (-not $inPlace) { $alive.Remove($key); $State.Either[$key] = $true }
            }
            elseif ($connection -eq 'application-users') {
                # The old secret may be dead, and the new one lost with the answer: the error says so.
                $one.Enabled = $false
            }
        }
        elseif ($do -eq 'new' -and -not $failures -and $out.Count -ne 1) {
            $State.Wrong.Add("an issue gave $($out.Count): $connection $name")
        }

        # Where even the search for a lost token failed, the error says that it may be there; only then may one be.
        $doubt = "$($failures.Exception.Message)" -match 'may have taken effect' -and "$($failures.Exception.Message)" -notmatch 'was not created'
        if ($do -in 'new', 'reset' -and $doubt) {
            $State.Doubtful["$connection $(if ($do -eq 'new') { $name } else { $one.Name })"] = $true
        }
    }
}

# What was removed and what was said grow with the work; in files they are not taken for the module's memory.
$folder = [System.IO.Directory]::CreateTempSubdirectory('soak-').FullName
$work = @{ Until = [DateTime]::UtcNow.AddMinutes($Minutes); Go = [System.Threading.ManualResetEventSlim]::new($true) }
$services = @($sandbox.Services)
$running = foreach ($number in 1..$Workers) {
    $state = @{
        Alive = @{}; Either = @{}; Reported = @{}; Doubtful = @{}; Errors = @{}; Wrong = [System.Collections.Generic.List[string]]::new()
        Gone = [System.IO.StreamWriter]::new("$folder/gone-$number"); Log = [System.IO.StreamWriter]::new("$folder/log-$number")
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

    # At rest: only what is kept is left.
    $work.Go.Reset()
    $begun = [DateTime]::UtcNow
    while ($running | Where-Object { -not $_.State.Resting -and -not $_.Running.IsCompleted }) { Start-Sleep -Milliseconds 100 }
    for ($second = 0; $second -lt $Rest; $second += 5) {
        Start-Sleep -Seconds 5
        [GC]::Collect()
        [GC]::WaitForPendingFinalizers()
    }

    $memory.Add([pscustomobject]@{ Operations = ($running.State.Operations | Measure-Object -Sum).Sum; Bytes = [GC]::GetTotalMemory($true) })
    $work.Until += [DateTime]::UtcNow - $begun
    $work.Go.Set()
}

foreach ($one in $running) {
    $null = $one.Shell.EndInvoke($one.Running)
    $one.Shell.Runspace.Dispose()
    $one.Shell.Dispose()
    $one.State.Gone.Dispose()
    $one.State.Log.Dispose()
}

$fired = (Invoke-RestMethod -Uri "$($sandbox.BaseUri)sandbox/faults").ForEach({ $_ }) | Measure-Object -Property fired -Sum
$requests = (Invoke-RestMethod -Uri "$($sandbox.BaseUri)sandbox/requests").total
$null = Invoke-RestMethod -Uri "$($sandbox.BaseUri)sandbox/faults" -Method Delete

# What is there now, with nothing going wrong any more.
$there = @{}
$names = @{}
foreach ($token in Get-ApiToken -Connection * -Name 'soak-*') {
    $there["$($token.Connection) $($token.Id)"] = $token
    $names["$($token.Connection) $($token.Name)"] = 1 + $names["$($token.Connection) $($token.Name)"]
}

$wrong = [System.Collections.Generic.List[string]]::new()
$http = [System.Net.Http.HttpClient]::new()
$base = $sandbox.BaseUri.AbsoluteUri.TrimEnd('/')
$accounted = @{}
$secrets = 0
foreach ($state in $running.State) {
    $wrong.AddRange($state.Wrong)
    foreach ($key in $state.Alive.Keys) {
        $accounted[$key] = $true
        $token = $state.Alive[$key]
        if (-not $there.ContainsKey($key)) {
            $wrong.Add("lost: $key")
            continue
        }

        if (-not $token.Enabled) { continue }
        $secret = [System.Net.NetworkCredential]::new('', $token.Secret).Password
        $request = switch ($token.Connection) {
            'devo' { @{ Uri = "$base/devo/whoami"; Headers = @{ Authorization = "Bearer $secret" } } }
            'wegnology' { @{ Uri = "$base/wegnology/me"; Headers = @{ Authorization = "Bearer $secret" } } }
            'gcore' { @{ Uri = "$base/gcore/iam/clients/me"; Headers = @{ Authorization = "APIKey $secret" } } }
            default { @{ Uri = "$base/application-users/data/location"; Headers = @{ authenticationtoken = $secret; sitename = $token.Account; userid = $token.Owner } } }
        }
        $message = [System.Net.Http.HttpRequestMessage]::new('GET', [uri] $request.Uri)
        foreach ($header in $request.Headers.GetEnumerator()) { $null = $message.Headers.TryAddWithoutValidation($header.Key, $header.Value) }
        $answer = $http.Send($message)
        $secrets++
        if (-not $answer.IsSuccessStatusCode) { $wrong.Add("its secret is refused ($([int] $answer.StatusCode)): $key") }
    }

    foreach ($key in @($state.Either.Keys) + @($state.Reported.Keys)) { $accounted[$key] = $true }
    foreach ($key in $state.Doubtful.Keys) { $accounted["name $key"] = $true }
}

foreach ($key in Get-Content "$folder/gone-*") {
    if ($there.ContainsKey($key)) { $wrong.Add("removed, and still there: $key") }
}

foreach ($key in $there.Keys) {
    $token = $there[$key]
    if (-not $accounted.ContainsKey($key) -and -not $accounted.ContainsKey("name $($token.Connection) $($token.Name)")) { $wrong.Add("nobody knows of it: $key '$($token.Name)'") }
}

$sandbox | Stop-ApiTokenSandbox

# By the operation, from the first rest to the last. The runtime's pools still hold some buffers as long as the longest answers,
# and those grow with the account, which keeps the tokens that were removed.
$pools = 4MB
$first = $memory[0]
$last = $memory[-1]
$growth = ($last.Bytes - $first.Bytes) / [math]::Max(1, $last.Operations - $first.Operations)
$flat = $last.Bytes - $first.Bytes -le $pools + 100 * ($last.Operations - $first.Operations)
$errors = @{}
foreach ($state in $running.State) { foreach ($key in $state.Errors.Keys) { $errors[$key] += $state.Errors[$key] } }
$wrong | Select-Object -First 50 | ForEach-Object { "WRONG  $_" }
if ($wrong.Count) { Get-Content "$folder/log-*" | ForEach-Object { "  said $_" } }
Remove-Item -LiteralPath $folder -Recurse
$errors.GetEnumerator() | Sort-Object -Property Value -Descending | ForEach-Object { '{0,8:N0}  {1}' -f $_.Value, $_.Key }
[pscustomobject]@{
    Minutes          = $Minutes
    Workers          = $Workers
    Operations       = ($running.State | ForEach-Object Operations | Measure-Object -Sum).Sum
    Requests         = $requests
    RequestsFailed   = $fired.Sum
    OperationsFailed = ($running.State | ForEach-Object Failures | Measure-Object -Sum).Sum
    TokensAtTheEnd   = $there.Count
    SecretsProved    = $secrets
    MemoryMB         = @($memory | ForEach-Object { [math]::Round($_.Bytes / 1MB, 1) })
    BytesAnOperation = [math]::Round($growth)
    Wrong            = $wrong.Count
}
if ($wrong.Count -gt 0 -or -not $flat) { exit 1 }
exit 0
