<#
.SYNOPSIS
    Revokes a list of tokens with several machines by PowerShell remoting, and accounts for each token exactly once.
.DESCRIPTION
    The controlling machine divides a list of tokens into parts, and sends each part to the next idle machine. Each machine
    connects to the service once, revokes the tokens of its part with a journal, and returns the journal. The folder
    -JournalPath gets the list (tokens.csv) and one journal for each part.

    If a machine is lost, another one gets its part and tries to revoke each token of the part. A token that the service does
    not know any more counts as AlreadyGone. The lost machine keeps its journal of that part in its temporary folder. If all
    machines are lost, or the script is stopped or killed, run it again with -Resume and the same -JournalPath. It revokes what is in the
    list and is not recorded as revoked or gone, and tries tokens again that failed. It never revokes a token that is not in the list.

    The machines need PowerShell 5.1 or 7.4, the module, and access to the service. The secret of the connection is sent as a
    SecureString, which remoting encrypts, or each machine reads it from its own vault. It never appears in a command line or a file. A
    machine whose connection is to another account than that of the tokens is not used.

    For -HostName, the SSH server of each machine needs PowerShell as a subsystem. The tests run this script over SSH, between
    processes of one Linux machine. WinRM (-ComputerName) was not tested. If a session breaks in the moment in which
    PowerShell 7.6 writes to it, the controlling PowerShell can end with an unhandled exception of its own. -Resume continues then too.
.EXAMPLE
    $info = @{ Service = 'Wegnology'; Token = Read-Host -AsSecureString }
    Connect-ApiTokenService -ConnectionInfo $info
    Get-ApiToken -Name 'ci-*' | ./revoke-by-remoting.ps1 -HostName worker1, worker2 -UserName ops -ConnectionInfo $info -JournalPath leak-77 -WhatIf

    Shows what would be revoked. It connects to no machine.
.EXAMPLE
    Get-ApiToken -Name 'ci-*' | ./revoke-by-remoting.ps1 -HostName worker1, worker2 -UserName ops -KeyFilePath ~/.ssh/ops -ConnectionInfo $info -JournalPath leak-77 -Confirm:$false

    Revokes the tokens with two machines over SSH.
.EXAMPLE
    Get-ApiToken -Name 'ci-*' | ./revoke-by-remoting.ps1 -ComputerName worker1, worker2 -Vault ops -SecretName wegnology-admin -JournalPath leak-77 -RequestsPerSecond 100

    Uses WinRM. Each machine reads the secret from its own vault. Together, they send up to 100 requests per second.
.EXAMPLE
    ./revoke-by-remoting.ps1 -Resume -HostName worker3, worker4 -UserName ops -ConnectionInfo $info -JournalPath leak-77

    Continues with other machines after all machines were lost.
.OUTPUTS
    One object: Tokens, Revoked, AlreadyGone, Failed, Left, Parts, Machines, MachinesLost, Seconds, JournalPath. Each token is counted
    once, in Revoked, AlreadyGone, Failed or Left. Each token that failed is an error. If tokens failed or are left, the last
    error is RevocationIncomplete.
#>

#Requires -Version 7.4

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Used in functions.')]
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'HostName')]
[OutputType([pscustomobject])]
param(
    # The tokens: objects from Get-ApiToken, or rows of Export-Csv. All of them must belong to one account.
    [Parameter(ValueFromPipeline)] [psobject[]] $Token = @(),

    # Continues the run whose list and journals are in -JournalPath, instead of starting with a new list.
    [switch] $Resume,

    # The machines to reach over SSH.
    [Parameter(Mandatory, ParameterSetName = 'HostName')] [string[]] $HostName,

    # The user name for SSH.
    [Parameter(ParameterSetName = 'HostName')] [string] $UserName,

    # The file with the private key for SSH.
    [Parameter(ParameterSetName = 'HostName')] [string] $KeyFilePath,

    # The port of SSH.
    [Parameter(ParameterSetName = 'HostName')] [int] $Port = 22,

    # Further options of ssh. By default, a machine that does not respond for 45 seconds is lost.
    [Parameter(ParameterSetName = 'HostName')] [hashtable] $SshOption = @{ ServerAliveInterval = '15'; ServerAliveCountMax = '3' },

    # The machines to reach over WinRM.
    [Parameter(Mandatory, ParameterSetName = 'ComputerName')] [string[]] $ComputerName,

    # The credential for WinRM. By default, the current user.
    [Parameter(ParameterSetName = 'ComputerName')] [pscredential] $Credential,

    # The configuration of PowerShell on the machines, such as PowerShell.7.
    [Parameter(ParameterSetName = 'ComputerName')] [string] $ConfigurationName,

    # Uses WinRM over HTTPS.
    [Parameter(ParameterSetName = 'ComputerName')] [switch] $UseSSL,

    # Open sessions, one for each machine. The script leaves them open.
    [Parameter(Mandatory, ParameterSetName = 'Session')] [System.Management.Automation.Runspaces.PSSession[]] $Session,

    # The connection of each machine, with the fields of Connect-ApiTokenService -ConnectionInfo. Text in its fields for secrets is sent as a SecureString.
    [hashtable] $ConnectionInfo,

    # The vault of each machine that has the secret, and the name of the secret in it.
    [string] $Vault,
    [string] $SecretName,

    # The folder for the list and the journals.
    [Parameter(Mandatory)] [string] $JournalPath,

    # The reason for the revocation, which the journals record.
    [string] $Reason,

    # How many tokens a machine gets at a time. If a machine is lost, the journal of at most so many tokens is missing.
    [ValidateRange(1, 10000)] [int] $PartSize = 500,

    # How many tokens each machine revokes at the same time.
    [ValidateRange(1, 256)] [int] $ThrottleLimit = 16,

    # The requests per second of all machines together. By default, the documented limit of the service, if it has one.
    [ValidateRange(0.1, 100000)] [double] $RequestsPerSecond,

    # How long a machine may take for one part, in addition to the time that the rate requires. A machine that takes longer is lost.
    [ValidateRange(1, 86400)] [int] $TimeoutSec = 1800,

    # The module on this machine, and on the others.
    [string] $ModulePath = 'ApiTokens',
    [string] $RemoteModulePath = $ModulePath
)

begin {
    Set-StrictMode -Version Latest
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $bound = $PSBoundParameters
    $piped = [System.Collections.Generic.List[psobject]]::new()
    $folder = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($JournalPath)
    $listPath = Join-Path $folder 'tokens.csv'
    if ([bool] $ConnectionInfo -eq ($Vault -and $SecretName)) {
        throw 'Specify -ConnectionInfo, or -Vault with -SecretName.'
    }

    if (-not (Get-Module -Name ApiTokens)) {
        Import-Module $ModulePath -ErrorAction Stop
    }

    # A machine runs this once. The connection remains in its session.
    $connect = {
        param([string] $Module, [hashtable] $Connection)

        $ProgressPreference = 'SilentlyContinue'
        Import-Module $Module -ErrorAction Stop
        $null = Connect-ApiTokenService @Connection -WarningAction SilentlyContinue -ErrorAction Stop
        $connected = Get-ApiTokenService revocation -ErrorAction Stop
        @{
            Account           = '{0} {1} {2}' -f $connected.Service, $connected.Account, "$($connected.BaseUri)".TrimEnd('/')
            RequestsPerSecond = $connected.RequestsPerSecond
        }
    }

    # A machine runs this for each part. The rows have the account of the list, so Remove-ApiToken rejects a connection to another one.
    $revoke = {
        param([hashtable] $Account, [string[]] $Id, [string[]] $Name, [hashtable] $With)

        $ProgressPreference = 'SilentlyContinue'
        $file = Join-Path ([System.IO.Path]::GetTempPath()) "apitokens-$([guid]::NewGuid().ToString('n')).jsonl"
        $ended = $null
        $failures = @()
        try {
            $rows = for ($i = 0; $i -lt $Id.Count; $i++) { [pscustomobject] ($Account + @{ Id = $Id[$i]; Name = $Name[$i] }) }
            $rows | Remove-ApiToken -Connection revocation -JournalPath $file @With -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failures
        }
        catch {
            $ended = $_.Exception.Message
        }

        $failed = @($failures | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] -and $_.TargetObject.Id } | ForEach-Object {
                @{ Id = $_.TargetObject.Id; ErrorId = ($_.FullyQualifiedErrorId -split ',')[0]; Message = $_.Exception.Message }
            })
        @{ Journal = [string] (Get-Content -LiteralPath $file -Raw -Encoding UTF8 -ErrorAction SilentlyContinue); Failed = $failed; Ended = $ended }
        Remove-Item -LiteralPath $file -ErrorAction SilentlyContinue
    }

    function Get-Account {
        <# Returns the service, the account and the address of a token, a row or a record. #>
        param($Of)

        '{0} {1} {2}' -f $Of.Service, $Of.Account, "$($Of.BaseUri)".TrimEnd('/')
    }

    function Get-Outcome {
        <# Returns what journals record of the tokens of an account: a table of ids with Revoked, AlreadyGone or Failed. #>
        param([string] $Account, [string[]] $Path)

        $rank = @{ Revoked = 3; AlreadyGone = 2; Failed = 1 }
        $outcomes = [System.Collections.Generic.Dictionary[string, object]]::new()
        foreach ($record in $Path | ForEach-Object { Get-ApiTokenJournal -LiteralPath $_ -ErrorAction Stop }) {
            $outcome = if ($record.Outcome -eq 'Done') { 'Revoked' } elseif ($record.ErrorId -eq 'ObjectNotFound') { 'AlreadyGone' } else { 'Failed' }
            if ((Get-Account $record) -eq $Account -and $record.Outcome -ne 'Unknown' -and $rank[$outcome] -gt $rank["$($outcomes[$record.Id])"]) {
                $outcomes[$record.Id] = $outcome
            }
        }

        $outcomes
    }

    function Get-Journal {
        <# Returns the paths of the journals that the machines have returned. #>
        Get-ChildItem -LiteralPath $folder -Filter 'part-*.jsonl' -ErrorAction SilentlyContinue | ForEach-Object FullName
    }

    function Read-List {
        <# Returns the list of the run that -Resume continues. It decides what is revoked, so nobody else may be able to write it. #>
        if (-not (Test-Path -LiteralPath $listPath)) {
            throw "There is no list in '$folder'. Pipe tokens to start a run."
        }

        foreach ($path in $folder, $listPath) {
            if (-not $IsWindows -and (Get-Item -LiteralPath $path).UnixFileMode -band [System.IO.UnixFileMode] 'GroupWrite, OtherWrite') {
                throw "Other users can change '$path'. Check the list, and let nobody else write to it (chmod go-w)."
            }
        }

        Import-Csv -LiteralPath $listPath
    }

    function Write-List {
        <# Creates the folder, which only its owner can read, and writes the list. #>
        param([object[]] $Row)

        $null = if ($IsWindows) {
            [System.IO.Directory]::CreateDirectory($folder)
        }
        else {
            [System.IO.Directory]::CreateDirectory($folder, [System.IO.UnixFileMode] 'UserRead, UserWrite, UserExecute')
        }

        $Row | Export-Csv -LiteralPath $listPath -NoClobber -ErrorAction Stop
    }

    function Get-RemoteConnection {
        <# Returns the parameters of Connect-ApiTokenService for the other machines. Secrets are SecureStrings. #>
        param($Of)

        $account = @{ Service = $Of.Service; Account = $Of.Account; BaseUri = "$($Of.BaseUri)" }
        if (-not $ConnectionInfo) {
            return $account + @{ Vault = $Vault; SecretName = $SecretName; Name = 'revocation' }
        }

        $info = $ConnectionInfo.Clone()
        foreach ($field in @('Token', 'Secret', 'Password', 'ProxyPassword').Where({ $info[$_] -is [string] })) {
            $info[$field] = [System.Net.NetworkCredential]::new('', $info[$field]).SecurePassword
        }

        foreach ($field in @('Service', 'Account', 'BaseUri').Where({ -not $info[$_] -and -not ($_ -eq 'BaseUri' -and $info['Region']) })) {
            $info[$field] = $account[$field]
        }

        @{ ConnectionInfo = $info; Name = 'revocation' }
    }

    function Open-Machine {
        <# Opens the sessions, all at the same time, and returns an object for each machine. One without a session is lost. #>
        $with = @{ ErrorAction = 'SilentlyContinue'; ErrorVariable = 'failures' }
        $failures = @()
        foreach ($parameter in @('UserName', 'KeyFilePath', 'Credential', 'ConfigurationName').Where({ $bound.ContainsKey($_) })) {
            $with[$parameter] = $bound[$parameter]
        }

        $sessions = @(switch ($PSCmdlet.ParameterSetName) {
                'HostName' { New-PSSession -HostName $HostName -Name $HostName -Port $Port -Options $SshOption -ConnectingTimeout 60000 @with }
                'ComputerName' { New-PSSession -ComputerName $ComputerName -Name $ComputerName -UseSSL:$UseSSL @with }
                default { $Session }
            })
        foreach ($failure in $failures) {
            Write-Warning "A machine cannot be reached: $($failure.Exception.Message)"
        }

        foreach ($name in @($HostName; $ComputerName).Where({ $_ -and $_ -notin $sessions.ForEach('Name') })) {
            [pscustomobject]@{ Name = $name; Session = $null; Job = $null; Until = $null; Part = $null; IsLost = $true }
        }

        foreach ($each in $sessions) {
            $name = if ($Session) { $each.ComputerName } else { $each.Name }
            [pscustomobject]@{ Name = $name; Session = $each; Job = $null; Until = $null; Part = $null; IsLost = $false }
        }
    }

    function Start-Task {
        <# Starts a script on a machine. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'The script asks once.')]
        param($Machine, [scriptblock] $Script, [object[]] $Arguments, $Part, [double] $ExtraSeconds = 0)

        $Machine.Part = $Part
        $Machine.Until = [datetime]::UtcNow.AddSeconds($TimeoutSec + $ExtraSeconds)
        try {
            $Machine.Job = Invoke-Command -Session $Machine.Session -ScriptBlock $Script -ArgumentList $Arguments -AsJob -ErrorAction Stop
        }
        catch {
            Set-Lost $Machine $_.Exception.Message
        }
    }

    function Set-Lost {
        <# Takes a machine out of the run. Another one gets the tokens of its part. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It only changes variables.')]
        param($Machine, [string] $Reason)

        $Machine.IsLost = $true
        $Machine.Job = $null
        $more = ''
        if ($Machine.Part) {
            $queue.Enqueue($Machine.Part)
            $more = " Its part of $($Machine.Part.Count) tokens goes back to the queue."
        }

        Write-Warning "$($Machine.Name) is not used any more: $Reason$more"
    }

    function Complete-Task {
        <# Takes the result of a machine whose job has ended: the connection, or the journal of a part. #>
        param($Machine)

        $failures = @()
        $result = try {
            Receive-Job -Job $Machine.Job -ErrorAction SilentlyContinue -ErrorVariable failures | Where-Object { $_ -is [hashtable] } | Select-Object -Last 1
        }
        catch {
            $failures = @($_)
        }

        $causes = @(@($failures).ForEach('Exception'); $Machine.Job.ChildJobs[0].JobStateInfo.Reason).Where({ $_ })
        $reason = if ($causes) { $causes[0].Message } else { "its job ended as $($Machine.Job.State)." }
        Remove-Job -Job $Machine.Job -Force
        $Machine.Job = $null
        if (-not $result) {
            Set-Lost $Machine $reason
        }
        elseif (-not $Machine.Part) {
            $run.RequestsPerSecond = if ($RequestsPerSecond) { $RequestsPerSecond } else { $result.RequestsPerSecond }
            if ($result.Account -ne $run.Account) {
                Set-Lost $Machine "its connection is to $($result.Account), but the tokens belong to $($run.Account)."
            }
        }
        else {
            Save-Part $Machine $result
        }
    }

    function Save-Part {
        <# Writes the journal of a part to the folder. If an error ended the part, another machine gets the rest. #>
        param($Machine, [hashtable] $Result)

        $run.Number++
        $path = Join-Path $folder ('part-{0:00000}.jsonl' -f $run.Number)
        if ($Result.Journal) {
            [System.IO.File]::WriteAllText($path, $Result.Journal)
        }

        foreach ($failure in $Result.Failed) {
            $run.Failures[$failure.Id] = $failure
        }

        if ($Result.Ended) {
            $outcomes = if ($Result.Journal) { Get-Outcome $run.Account $path } else { @{} }
            $Machine.Part = @($Machine.Part.Where({ $outcomes[$_.Id] -notin 'Revoked', 'AlreadyGone' }))
            Set-Lost $Machine $Result.Ended
        }

        $Machine.Part = $null
    }

    function Start-Part {
        <# Gives the next part to a machine. The machines that are left share the rate. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'The script asks once.')]
        param($Machine, [int] $Sharing)

        $part = $queue.Dequeue()
        $account = @{ Service = $part[0].Service; Account = $part[0].Account; BaseUri = "$($part[0].BaseUri)" }
        $with = @{ ThrottleLimit = $ThrottleLimit }
        $seconds = 0
        if ($run.RequestsPerSecond) {
            $with['RequestsPerSecond'] = [Math]::Max(0.1, $run.RequestsPerSecond / $Sharing)
            $seconds = 2 * $part.Count / $with['RequestsPerSecond']
        }

        if ($Reason) {
            $with['Reason'] = $Reason
        }

        Start-Task $Machine -Script $revoke -Arguments $account, ([string[]] $part.Id), ([string[]] $part.Name), $with -Part $part -ExtraSeconds $seconds
    }

    function Invoke-Run {
        <# Connects the machines, and gives them parts until no part is left or all machines are lost. #>
        param([object[]] $Machine)

        foreach ($each in $Machine.Where({ -not $_.IsLost })) {
            Start-Task $each -Script $connect -Arguments $RemoteModulePath, (Get-RemoteConnection $tokens[0])
        }

        do {
            foreach ($each in $Machine.Where({ $_.Job })) {
                if ($each.Job.State -notin 'NotStarted', 'Running') {
                    Complete-Task $each
                }
                elseif ([datetime]::UtcNow -gt $each.Until) {
                    $run.Abandoned += $each.Job
                    Set-Lost $each "it has not responded in time (-TimeoutSec $TimeoutSec)."
                }
            }

            $usable = $Machine.Where({ -not $_.IsLost })
            foreach ($each in $usable.Where({ -not $_.Job })) {
                if ($queue.Count -gt 0) {
                    Start-Part $each $usable.Count
                }
            }

            $jobs = @($Machine.Job).Where({ $_ })
            Write-Progress -Activity "Revoking tokens of $($run.Account)" -Status "$($queue.Count + $jobs.Count) parts are left, $($usable.Count) machines"
            if ($jobs) {
                $null = Wait-Job -Job $jobs -Any -Timeout 1
            }
        } while ($jobs -or ($queue.Count -gt 0 -and $Machine.Where({ -not $_.IsLost })))
    }

    function Close-Machine {
        <# Ends what still runs, as after Ctrl+C, and the sessions; sessions of the caller only lose the connection. #>
        param([object[]] $Machine)

        foreach ($each in $Machine.Where({ $_.Session })) {
            if ($each.Job) {
                Stop-Job -Job $each.Job
                Remove-Job -Job $each.Job -Force
            }

            if (-not $Session) {
                Remove-PSSession -Session $each.Session
            }
            elseif (-not $each.IsLost) {
                Invoke-Command -Session $each.Session { Disconnect-ApiTokenService revocation -ErrorAction SilentlyContinue }
            }
        }

        $run.Abandoned | Remove-Job -Force -ErrorAction SilentlyContinue
        Write-Progress -Activity "Revoking tokens of $($run.Account)" -Completed
    }
}

process {
    $piped.AddRange($Token)
}

end {
    if ($Resume -and $piped.Count -gt 0) {
        throw '-Resume continues with the list in -JournalPath. Omit -Resume or the tokens.'
    }

    if (-not $Resume -and (Test-Path -LiteralPath $listPath)) {
        throw "'$folder' has the list of another run. Specify -Resume to continue that run, or another folder."
    }

    $ids = [System.Collections.Generic.HashSet[string]]::new()
    $tokens = @(@(if ($Resume) { Read-List } else { $piped }).Where({ $_.Id -and $ids.Add($_.Id) }))
    $accounts = @($tokens.ForEach({ Get-Account $_ }) | Select-Object -Unique)
    if ($accounts.Count -ne 1) {
        throw "The tokens must belong to one account, but they belong to $($accounts.Count): $($accounts -join ', ')"
    }

    if ($tokens.Where({ $_.PSObject.Properties['MatchedBy'] -and $_.MatchedBy -notin 'Value', 'Credential', 'Probe' })) {
        throw 'Nothing proves that the leaked secrets belong to these tokens (MatchedBy). Use Find-ApiToken -Probe, or Remove-ApiToken.'
    }

    $numbers = @(Get-Journal).ForEach({ [int] ($_ -replace '^.*part-(\d+)\.jsonl$', '$1') })
    $run = @{
        Account           = $accounts[0]
        Number            = [int] ($numbers | Measure-Object -Maximum).Maximum
        Failures          = [System.Collections.Generic.Dictionary[string, object]]::new()
        RequestsPerSecond = $RequestsPerSecond
        Abandoned         = @()
    }
    $outcomes = Get-Outcome $run.Account @(Get-Journal)
    $rest = @($tokens.Where({ $outcomes[$_.Id] -notin 'Revoked', 'AlreadyGone' }))
    $names = @($HostName; $ComputerName; if ($Session) { $Session.ComputerName }).Where({ $_ })
    if (-not $PSCmdlet.ShouldProcess("$($rest.Count) tokens of $($run.Account), with $($names -join ', ')", 'Revoke API tokens')) {
        return
    }

    # With -Confirm, the script asked once.
    $ConfirmPreference = 'None'
    if (-not $Resume) {
        $tokens = @($tokens | Select-Object -Property Service, Account, BaseUri, Id, Name)
        Write-List $tokens
    }

    $queue = [System.Collections.Generic.Queue[object[]]]::new()
    for ($i = 0; $i -lt $rest.Count; $i += $PartSize) {
        $queue.Enqueue($rest[$i..([Math]::Min($i + $PartSize, $rest.Count) - 1)])
    }

    $machines = @()
    try {
        if ($rest.Count -gt 0) {
            $machines = @(Open-Machine)
            Invoke-Run $machines
        }
    }
    finally {
        Close-Machine $machines
    }

    # The journals and the list are the account. What only an error tells has no journal: the machine rejected the token before a request.
    $outcomes = Get-Outcome $run.Account @(Get-Journal)
    $counts = @{ Revoked = 0; AlreadyGone = 0; Failed = 0; Left = 0 }
    $failed = foreach ($token in $tokens) {
        $outcome = if ($outcomes[$token.Id]) { $outcomes[$token.Id] } elseif ($run.Failures[$token.Id]) { 'Failed' } else { 'Left' }
        $counts[$outcome]++
        if ($outcome -eq 'Failed') {
            $token
        }
    }

    [pscustomobject]@{
        Tokens       = $tokens.Count
        Revoked      = $counts.Revoked
        AlreadyGone  = $counts.AlreadyGone
        Failed       = $counts.Failed
        Left         = $counts.Left
        Parts        = @(Get-Journal).Count
        Machines     = $machines.Count
        MachinesLost = @($machines.Where({ $_.IsLost }).ForEach('Name'))
        Seconds      = [Math]::Round($watch.Elapsed.TotalSeconds, 1)
        JournalPath  = $folder
    }

    foreach ($token in $failed) {
        $failure = $run.Failures[$token.Id]
        if ($failure) {
            Write-Error -Message $failure.Message -ErrorId $failure.ErrorId -TargetObject $token
        }
        else {
            Write-Error -Message "The token $($token.Id) failed in an earlier run, as the journals say." -ErrorId TokenFailed -TargetObject $token
        }
    }

    if ($counts.Failed + $counts.Left -gt 0) {
        $next = "To continue, run the script with -Resume -JournalPath '$folder' and machines that work."
        Write-Error "The revocation is incomplete: $($counts.Failed) tokens failed, $($counts.Left) are left. $next" -ErrorId RevocationIncomplete
    }
}
