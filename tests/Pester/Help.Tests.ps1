# Tests that the help is generated from the pages, and that every example in the pages and in the README runs. The examples of a
# page run unchanged and in order, in a sandbox and with the files that they mention. Tests in tests/ApiTokens.PowerShell.Tests
# check that the help is complete.

BeforeDiscovery {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $documents = @(Get-ChildItem -LiteralPath "$root/docs/cmdlets", "$root/docs/about" -Filter *.md) + @(Get-Item -LiteralPath "$root/docs/README.md", "$root/README.md")

    # The examples that cannot run, and why; by file and number, such as 'New-ApiToken 2'.
    $notRun = @{}
    2..6 | ForEach-Object { $notRun["README $_"] = 'ReadmeTests runs the first ten minutes as one session, with answers to the prompts' }

    # The PowerShell blocks of a document, each with the heading above it.
    $script:pages = foreach ($document in $documents) {
        $heading = ''
        $number = 0
        $text = (Get-Content -LiteralPath $document.FullName -Raw) -replace '\r\n', "`n"
        $examples = [regex]::Matches($text, '(?ms)^#+ (?<heading>[^\n]+)$|^```powershell\n(?<code>.*?)\n```$') | ForEach-Object {
            if ($_.Groups['heading'].Success) {
                $heading = $_.Groups['heading'].Value
            }
            else {
                $number++
                $key = "$($document.BaseName) $number"
                @{ Heading = $heading; Code = $_.Groups['code'].Value; Reason = $notRun[$key] }
            }
        }
        @{ Name = $document.BaseName; Path = $document.FullName; Examples = @($examples) }
    }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $script:hasVaults = Test-VaultSupport
    $script:sandbox = $null

    function Start-Scene {
        <# Starts a sandbox, and a non-interactive runspace in which all requests go to the sandbox and never to a vendor. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It is used only by these tests.')]
        param()

        Stop-Scene
        $script:sandbox = Start-ApiTokenSandbox
        $script:runspace = Open-Runspace
        Invoke-InRunspace $runspace -Variable @{ services = $sandbox.Services; leaked = (Add-TestToken gcore 'leaked elsewhere').Secret; hasVaults = $hasVaults } {
            Set-Item function:Read-Host { $leaked }
            Set-Item function:Get-Credential { [pscredential]::new('admin@example.com', $leaked) }
            Set-Item function:Get-AutomationConnection { @{ Service = 'Devo'; Account = 'my_domain'; Region = 'EU'; Token = $leaked; Name = 'asset' } }
            function Connect-ApiTokenService {
                [CmdletBinding()]
                param([Parameter(Position = 0)] $Service, [Parameter(Position = 1)] $Account, [securestring] $Token, [pscredential] $Credential, $Region, [uri] $BaseUri, $Name, [hashtable] $ConnectionInfo, [uri] $Proxy, [pscredential] $ProxyCredential, [switch] $NoProxy, $Vault, $SecretName, $Path)

                # If anything fails here, no request may reach a vendor.
                $ErrorActionPreference = 'Stop'
                $with = @{} + $PSBoundParameters
                if ($Path) {
                    ApiTokens\Connect-ApiTokenService -Path $Path
                    return
                }

                [uri] $address = if ($ConnectionInfo) { $ConnectionInfo['BaseUri'] } else { $BaseUri }
                if (-not ($address -and $address.IsLoopback)) {
                    $fields = if ($ConnectionInfo) { $ConnectionInfo } else { $with }
                    $real = $services.Where({ $_.Service.Replace('-', '') -eq $fields['Service'] })[0]
                    $fields.Remove('Region')
                    $fields['BaseUri'] = $real.BaseUri
                    if ($fields['Account'] -and $fields['Account'] -notin $real.OtherAccounts) { $fields['Account'] = $real.Account }
                    if ($fields['Token']) { $fields['Token'] = $real.Secret }
                    if ($fields['Credential']) { $fields['Credential'] = $real.Credential }
                }

                ApiTokens\Connect-ApiTokenService @with
            }
            if ($hasVaults) { Import-Module Microsoft.PowerShell.SecretManagement }
        }
    }

    function Stop-Scene {
        <# Stops the sandbox and closes the runspace. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It is used only by these tests.')]
        param()

        if ($sandbox) {
            $sandbox | Stop-ApiTokenSandbox
            $runspace.Dispose()
        }
    }
}

Describe 'The pages' {
    It 'are the source of the committed help, which is up to date' -Skip:(-not (Get-Module -ListAvailable -Name Microsoft.PowerShell.PlatyPS | Where-Object Version -GE '1.0.3')) {
        $program, [string[]] $arguments = Get-PowerShellCommand
        $target = Join-Path $TestDrive 'help.xml'
        & $program @arguments -NoProfile -NonInteractive -File "$root/build/help.ps1" -Source "$root/docs/cmdlets" -Target $target
        $made = Get-Content -LiteralPath $target -Raw
        $kept = (Get-Content -LiteralPath "$root/src/ApiTokens.PowerShell/en-US/ApiTokens.PowerShell.dll-Help.xml" -Raw) -replace '\r\n', "`n"
        $made -ceq $kept | Should -BeTrue -Because './build.sh help must be run after a change'
    }
}

Describe 'The examples in <Name>' -ForEach $pages.Where({ $_.Examples }) {
    BeforeAll {
        $script:vaults = Join-Path $TestDrive 'vaults'
        $script:source = Get-Content -LiteralPath $Path -Raw
        $script:folder = Join-Path $TestDrive $Name
        $null = New-Item -ItemType Directory -Path $folder, $vaults -Force

        # Earlier pages have removed too many of the tokens that these examples use.
        if (-not $sandbox -or $Name -match '^(Rename|Reset|Save)-|^README$') {
            Start-Scene
        }

        if ($hasVaults -and $source -match '-Vault |Get-Secret ') {
            $null = Initialize-TestVault
            Register-SecretVault -Name ops -ModuleName "$PSScriptRoot/TestVault" -VaultParameters @{ Folder = $vaults }
            'losant-app' | ForEach-Object { Set-Secret -Vault ops -Name $_ -SecureStringSecret (ConvertTo-Secret 'any') }
            'devo', 'gcore' | ForEach-Object {
                Set-Secret -Vault ops -Name "$_-admin" -SecureStringSecret ($sandbox.Services | Where-Object Service -EQ $_).Secret
            }
        }

        # Create the files that the examples of a page mention.
        $files = @{
            'tokens.csv'     = { 'Name,User,Audience,Scope', 'query,user@example.com,apiv2,table://my.app.** level://admin', 'collector,ci@example.com,http,table://my.app.** level://admin' | Set-Content tokens.csv }
            'leaked.csv'     = { 1..5 | ForEach-Object { Add-TestToken wegnology "leaked $_" } | Select-Object Id, Name, Service, Account, Connection | Export-Csv leaked.csv }
            'leaked.txt'     = { 'gcore', 'wegnology', 'application-users' | ForEach-Object { Get-PlainText (Add-TestToken $_ "leaked on $_").Secret } | Set-Content leaked.txt }
            'connections.psd1' = {
                $devo, $gcore = 'devo', 'gcore' | ForEach-Object { $sandbox.Services | Where-Object Service -EQ $_ }
                "@{ Vault = 'ops'; Connections = @(@{ Name = 'devo-eu'; Service = 'Devo'; Account = '$($devo.Account)'; BaseUri = '$($devo.BaseUri)'; SecretName = 'devo-admin' }, @{ Service = 'Gcore'; BaseUri = '$($gcore.BaseUri)'; SecretName = 'gcore-admin' }) }" |
                    Set-Content connections.psd1
            }
            'baseline.json'  = { Get-ApiToken -Connection * | Export-ApiTokenReport baseline.json }
            'ids.txt'        = { 1..3 | ForEach-Object { (Add-TestToken wegnology "by id $_").Id } | Set-Content ids.txt }
            'names.csv'      = { 1..2 | ForEach-Object { $token = Add-TestToken wegnology; [pscustomobject]@{ Id = $token.Id; Connection = 'wegnology'; NewName = "named $_" } } | Export-Csv names.csv }
            'policy.psd1'    = { "@{ ExpiryWarning = '14d'; ExcludeRule = 'LastUseUnknown' }" | Set-Content policy.psd1 }
            'rotation.jsonl' = { Add-TestToken wegnology rotated | Reset-ApiToken -GracePeriod 00:00:00.001 -JournalPath rotation.jsonl | Out-Null }
        }
        Push-Location -LiteralPath $folder
        try {
            $files.Keys.Where({ $source.Contains($_) -and -not ($Name -eq 'Reset-ApiToken' -and $_ -eq 'rotation.jsonl') }) | ForEach-Object { & $files[$_] }
        }
        finally {
            Pop-Location
        }
    }

    AfterAll {
        Invoke-InRunspace $runspace { Stop-ApiTokenSandbox }
        if (Get-Module Microsoft.PowerShell.SecretManagement) {
            Get-SecretVault -Name ops -ErrorAction Ignore | Unregister-SecretVault
        }
    }

    It 'run: <Heading>' -ForEach $Examples {
        if ($Reason -or (-not $hasVaults -and $Code -match '-Vault |Get-Secret ')) {
            Set-ItResult -Skipped -Because "$(if ($Reason) { $Reason } else { 'SecretManagement is not installed' })"
            return
        }

        # Variables of one example are not available in the next one, and an undefined variable is an error.
        $requests = (Get-RequestCount).total
        Invoke-InRunspace $runspace -Variable @{ folder = $folder } {
            Set-Location -LiteralPath $folder
            Get-ApiTokenService | Disconnect-ApiTokenService
            $services | ForEach-Object { ApiTokens\Connect-ApiTokenService $_.Service $_.Account -Token $_.Secret -BaseUri $_.BaseUri -SkipCheck } | Out-Null
        }
        $run = { & ([scriptblock]::Create("Set-StrictMode -Version 3.0`n$code")) }
        $result = @(Invoke-InRunspace $runspace -Variable @{ code = $Code.Replace('./out/ApiTokens', $moduleFolder) } $run)
        $result.Where({ $_ -is [System.Management.Automation.ErrorRecord] }) | Should -BeNullOrEmpty
        ($result.Count -gt 0 -or (Get-RequestCount).total -gt $requests -or $Code -match 'Disconnect-|Stop-|-WhatIf') | Should -BeTrue -Because 'an example must have an effect or output'
    }
}

AfterAll {
    Stop-Scene
}
