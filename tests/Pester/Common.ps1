# Shared functions. Each test file dot-sources this file in BeforeAll, starts its own sandbox, and stops it in AfterAll.

$moduleFolder = if ($env:APITOKENS_MODULE) { $env:APITOKENS_MODULE } else { [System.IO.Path]::GetFullPath("$PSScriptRoot/../../out/ApiTokens") }
Import-Module -Name $moduleFolder
$testServices = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
$ConfirmPreference = 'None'

# Windows PowerShell has no -SkipHttpErrorCheck, so secrets are checked with a .NET client.
Add-Type -AssemblyName System.Net.Http
$proofClient = [System.Net.Http.HttpClient]::new()

function Get-PlainText {
    <# Returns a secret as plain text. #>
    [OutputType([string])]
    param([Parameter(Mandatory)] [securestring] $Secret)

    [System.Net.NetworkCredential]::new('', $Secret).Password
}

function ConvertTo-Secret {
    <# Converts text to a SecureString. #>
    [OutputType([securestring])]
    param([Parameter(Mandatory, Position = 0)] [AllowEmptyString()] [string] $Text)

    [System.Net.NetworkCredential]::new('', $Text).SecurePassword
}

function New-UniqueName {
    <# Returns a unique name for a token. #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It changes nothing.')]
    [OutputType([string])]
    param([string] $Prefix = 'test')

    '{0}-{1}' -f $Prefix, [guid]::NewGuid().ToString('n').Substring(0, 10)
}

function Add-TestToken {
    <# Issues a token whose secret can be checked. Accepts further parameters of New-ApiToken. #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Connection,
        [Parameter(Position = 1)] [string] $Name = (New-UniqueName),
        [hashtable] $With = @{}
    )

    # A connection can have another name that starts with the default one.
    $parameters = $testServices.Where({ $Connection -like "$($_.Connection)*" })[0].Issue.Clone()
    if ($With.Keys -like '*Expir*') {
        $parameters.Remove('ExpiresIn')
    }

    foreach ($key in $With.Keys) {
        $parameters[$key] = $With[$key]
    }

    New-ApiToken -Connection $Connection -Name $Name @parameters -Confirm:$false -ErrorAction Stop
}

function Get-SecretStatus {
    <# Returns the status of a request with a secret: 200 if the service accepts it, otherwise 401 or 403. #>
    [OutputType([int])]
    param(
        [Parameter(Mandatory)] $Token,
        [securestring] $Secret = $Token.Secret,
        [string] $Api = 'location',
        [string] $Method = 'GET'
    )

    $text = Get-PlainText $Secret
    $base = $sandbox.BaseUri.AbsoluteUri.TrimEnd('/')
    $request = switch ($Token.Service) {
        'Devo' {
            @{ Uri = "$base/devo/probio/user/email/$($Token.Owner)"; Headers = @{ standAloneToken = $text } }
        }
        'Wegnology' {
            $path = $Token.Account -replace '^user(/.*)?$', 'me' -replace '^application/', 'applications/' -replace '^instance/', 'instances/'
            @{ Uri = "$base/wegnology/$path"; Headers = @{ Authorization = "Bearer $text" } }
        }
        'ApplicationUsers' {
            @{ Uri = "$base/application-users/data/$Api"; Headers = @{ authenticationtoken = $text; sitename = $Token.Account; userid = $Token.Owner } }
        }
        default {
            $service = $testServices.Where({ $_.Service -eq $Token.Service })[0]
            @{ Uri = "$base/$($service.Connection)/$($service.Proof.Path)"; Headers = @{ Authorization = "$($service.Proof.Scheme) $text" } }
        }
    }
    $message = [System.Net.Http.HttpRequestMessage]::new([System.Net.Http.HttpMethod]::new($Method), $request.Uri)
    foreach ($name in $request.Headers.Keys) {
        $null = $message.Headers.TryAddWithoutValidation($name, $request.Headers[$name])
    }

    [int] $proofClient.SendAsync($message).GetAwaiter().GetResult().StatusCode
}

function Test-Secret {
    <# Returns whether the service accepts a secret. #>
    [OutputType([bool])]
    param([Parameter(Mandatory)] $Token, [securestring] $Secret = $Token.Secret)

    (Get-SecretStatus -Token $Token -Secret $Secret) -eq 200
}

function Invoke-SandboxControl {
    <# Sends a request to one of the sandbox's own paths, with the control token of its run. #>
    param([Parameter(Mandatory)] [string] $Path, $Of = $sandbox, [hashtable] $Headers = @{}, $Method = 'Get', $ContentType, $Body)

    $Headers['Authorization'] = "Bearer $([System.Net.NetworkCredential]::new('', $Of.ControlToken).Password)"
    $more = @{}
    if ($Body) { $more = @{ ContentType = $ContentType; Body = $Body } }
    Invoke-RestMethod -Uri "$($Of.BaseUri)sandbox/$Path" -Method $Method -Headers $Headers @more
}

function Get-RequestCount {
    <# Returns the number of requests that the sandbox has received: Total, Reads, Writes. #>
    param($Of = $sandbox)

    Invoke-SandboxControl -Path requests -Of $Of
}

function Get-RequestLog {
    <# Returns the last requests of the sandbox, oldest first: Sequence, Method, Path, Status. #>
    param([Parameter(Mandatory)] [int] $Last, $Of = $sandbox)

    (Invoke-SandboxControl -Path "requests/log?last=$Last" -Of $Of).ForEach({ $_ })
}

function Get-RequestSince {
    <# Returns all requests that arrived after a count was taken, including checks of secrets. #>
    param([Parameter(Mandatory)] $Count, $Of = $sandbox)

    $new = (Get-RequestCount $Of).total - $Count.total
    if ($new -gt 0) {
        Get-RequestLog -Last $new -Of $Of
    }
}

function Get-Failure {
    <# Returns the error records that a script throws or writes; discards its output. #>
    [OutputType([System.Management.Automation.ErrorRecord])]
    param([Parameter(Mandatory)] [scriptblock] $Script)

    $ErrorActionPreference = 'Continue'
    try {
        & $Script 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }
    }
    catch {
        $_
    }
}

function Get-TerminatingFailure {
    <# Returns the terminating error of a script that runs with -ErrorAction SilentlyContinue, if there is one. #>
    [OutputType([System.Management.Automation.ErrorRecord])]
    param([Parameter(Mandatory)] [scriptblock] $Script)

    $ErrorActionPreference = 'SilentlyContinue'
    try {
        $null = & $Script 2>$null
    }
    catch {
        $_
    }
}

function Assert-Rejected {
    <# Asserts that a script fails with one error of the specified id, with a recommended action and without a write request. #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $ErrorId,
        [Parameter(Mandatory, Position = 1)] [scriptblock] $Script
    )

    $before = (Get-RequestCount).writes
    $failure = @(Get-Failure $Script)
    $failure | Should -HaveCount 1
    $failure[0].FullyQualifiedErrorId | Should -BeLike "$ErrorId,ApiTokens.PowerShell.Commands.*"
    $failure[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    (Get-RequestCount).writes | Should -Be $before -Because 'no write request may be sent'
}

function Open-Runspace {
    <# Opens a runspace with the module, connected to the services of the sandbox. Its host discards all output. #>
    [OutputType([runspace])]
    param()

    $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
    $runspace.Open()
    Invoke-InRunspace $runspace -Variable @{ moduleFolder = $moduleFolder; services = $sandbox.Services } {
        $ConfirmPreference = 'None'
        Import-Module -Name $moduleFolder
        $services | ForEach-Object { Connect-ApiTokenService $_.Service $_.Account -Token $_.Secret -BaseUri $_.BaseUri -SkipCheck } | Out-Null
    }
    $runspace
}

function Invoke-InRunspace {
    <# Runs a script in a runspace with the specified variables; returns its output and its errors. #>
    param(
        [Parameter(Mandatory, Position = 0)] [runspace] $Runspace,
        [Parameter(Mandatory, Position = 1)] [scriptblock] $Script,
        [hashtable] $Variable = @{}
    )

    $Variable.GetEnumerator() | ForEach-Object { $Runspace.SessionStateProxy.SetVariable($_.Key, $_.Value) }
    $shell = [powershell]::Create($Runspace)
    try {
        $shell.AddScript($Script.ToString()).Invoke()
        $shell.Streams.Error
    }
    finally {
        $shell.Dispose()
    }
}

function Get-PowerShellCommand {
    <# Returns the program and leading arguments that start this PowerShell again, also when it is a .NET tool. #>
    [OutputType([string])]
    param()

    $program = (Get-Process -Id $PID).Path
    if ([System.IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') {
        $program
        Join-Path $PSHOME 'pwsh.dll'
    }
    else {
        $program
    }
}

function Invoke-ChildPowerShell {
    <# Runs a script in a new process and returns the object that its last line of JSON describes. #>
    param([Parameter(Mandatory)] [string] $Script, [hashtable] $Environment = @{})

    $file = Join-Path $TestDrive "$([guid]::NewGuid().ToString('n')).ps1"
    Set-Content -LiteralPath $file -Value $Script
    $program, [string[]] $arguments = Get-PowerShellCommand
    $env:APITOKENS_MODULE = $moduleFolder
    foreach ($key in $Environment.Keys) {
        Set-Item -LiteralPath "env:$key" -Value $Environment[$key]
    }

    $output = @(& $program @arguments -NoProfile -NonInteractive -File $file 2>&1)
    $json = $output.ForEach([string]) -match '^\{.*\}$' | Select-Object -Last 1
    if (-not $json) {
        throw "The child PowerShell returned no JSON but: $($output -join "`n")"
    }

    ConvertFrom-Json $json
}

function Add-Fault {
    <# Plans a fault for requests to the sandbox: a kind, and further fields of /sandbox/faults. #>
    param([Parameter(Mandatory, Position = 0)] [hashtable] $Fault, $Of = $sandbox)

    $null = Invoke-SandboxControl -Path faults -Of $Of -Method Post -ContentType 'application/json' -Body (ConvertTo-Json $Fault)
}

function Get-Fault {
    <# Returns the faults of the sandbox, and how often each one has fired. #>
    param($Of = $sandbox)

    (Invoke-SandboxControl -Path faults -Of $Of).ForEach({ $_ })
}

function Clear-Fault {
    <# Removes all faults. #>
    param($Of = $sandbox)

    $null = Invoke-SandboxControl -Path faults -Of $Of -Method Delete
}

function Get-JournalLine {
    <# Returns the lines of a journal, also while another process writes it; skips incomplete and empty lines. #>
    param([Parameter(Mandatory, Position = 0)] [string] $Path)

    # On Unix, the writer's lock is observed by .NET and by no other tool.
    $text = if (-not ($IsLinux -or $IsMacOS)) {
        $reader = [System.IO.StreamReader]::new([System.IO.File]::Open($Path, 'Open', 'Read', 'ReadWrite, Delete'))
        $reader.ReadToEnd()
        $reader.Dispose()
    }
    else {
        & cat $Path
    }
    $text -split '\n' -match '^\{.*\}\r?$' | ConvertFrom-Json
}

function Test-VaultSupport {
    <# Returns whether vaults can be tested: SecretManagement and SecretStore are installed and can use a separate home folder. #>
    [OutputType([bool])]
    param()

    -not $IsWindows -and @(Get-Module -ListAvailable -Name Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore).Count -ge 2
}

function Initialize-TestVault {
    <#
    Loads SecretManagement with a home of its own, so that this machine's vaults and their secrets are not touched, and adds the
    vaults 'Store' (SecretStore, without a password) and 'Test' (a folder, whose path it gives; see TestVault.Extension.psm1).
    #>
    [OutputType([string])]
    param()

    $root = Join-Path ([System.IO.Path]::GetTempPath()) "apitokens-vaults-$PID"
    $folder = Join-Path $root 'test'
    $before = $env:HOME
    try {
        # Both modules determine the location of their files once, when they are first used.
        $null = New-Item -ItemType Directory -Path $folder -Force
        $env:HOME = $root
        Import-Module -Name Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore -Global
        Reset-SecretStore -Authentication None -Interaction None -Force -WarningAction Ignore
        Get-SecretVault | Unregister-SecretVault
        Register-SecretVault -Name Store -ModuleName Microsoft.PowerShell.SecretStore
        Register-SecretVault -Name Test -ModuleName "$PSScriptRoot/TestVault" -VaultParameters @{ Folder = $folder }
        if (-not (Get-ChildItem -LiteralPath $root -Recurse -Force -File -Filter vaultinfo)) {
            throw 'SecretManagement is already in use: its vaults are not the vaults for tests.'
        }
    }
    finally {
        $env:HOME = $before
    }

    Get-ChildItem -LiteralPath $folder | Remove-Item
    $folder
}

function Get-TestVaultFile {
    <# Returns the path of the file in which the vault 'Test' stores a secret as text. #>
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Folder, [Parameter(Mandatory)] [string] $Name)

    Join-Path $Folder ([System.Convert]::ToHexString([System.Text.Encoding]::UTF8.GetBytes($Name)) + '.secret')
}

function Find-Secret {
    <# Returns the secrets of which a part of eight characters occurs in a text, because services echo parts of invalid secrets. #>
    [OutputType([string])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Text, [Parameter(Mandatory)] [string[]] $Secret)

    foreach ($value in $Secret) {
        for ($i = 0; $i + 8 -le $value.Length; $i++) {
            if ($Text.IndexOf($value.Substring($i, 8), [StringComparison]::Ordinal) -ge 0) {
                $value
                break
            }
        }
    }
}
