# The help: that it says of every cmdlet what is so, that Get-Help finds it in the module, and that every example in it and in
# the README runs. Examples run as they stand, top to bottom of a page, in a sandbox and with the files that they speak of.

BeforeDiscovery {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $script:cmdlets = (Import-PowerShellDataFile -LiteralPath "$root/ApiTokens.psd1").CmdletsToExport
    $script:topics = @(Get-ChildItem -LiteralPath "$root/docs/about" -Filter about_*.md).BaseName
    $documents = @(Get-ChildItem -LiteralPath "$root/docs/cmdlets", "$root/docs/about" -Filter *.md) + @(Get-Item -LiteralPath "$root/docs/README.md", "$root/README.md")

    # What cannot be run, and why; by file and number, such as 'New-ApiToken 2'.
    $notRun = @{}

    # A document's blocks of PowerShell, with the heading above each.
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

    function Get-Page {
        <# The Markdown of a cmdlet's help. #>
        [OutputType([string])]
        param([Parameter(Mandatory)] [string] $Name)

        (Get-Content -LiteralPath "$root/docs/cmdlets/$Name.md" -Raw) -replace '\r\n', "`n"
    }

    function Get-TypeText {
        <# A parameter's type as the help has it. #>
        [OutputType([string])]
        param([Parameter(Mandatory)] [type] $Type)

        $inner = [Nullable]::GetUnderlyingType($Type)
        if (-not $inner) { $inner = $Type }
        if ($inner.IsGenericType) { '{0}[{1}]' -f ($inner.Name -replace '`\d'), ($inner.GenericTypeArguments.Name -join ',') } else { $inner.Name }
    }

    function Get-ParameterText {
        <# What a cmdlet says of a parameter, in the words of the help. #>
        [OutputType([string])]
        param([Parameter(Mandatory)] [System.Management.Automation.ParameterMetadata] $Parameter)

        $type = $Parameter.ParameterType
        $inner = @([Nullable]::GetUnderlyingType($type), $type.GetElementType(), $type).Where({ $_ })[0]
        $values = if ($inner.IsEnum) { [enum]::GetNames($inner) } else { $Parameter.Attributes.Where({ $_ -is [ValidateSet] }).ForEach({ $_.ValidValues }) }
        $wildcards = $Parameter.Attributes.Where({ $_ -is [System.Management.Automation.SupportsWildcardsAttribute] }).Count -gt 0
        @(
            "Type: $(Get-TypeText $Parameter.ParameterType)"
            "SupportsWildcards: $wildcards"
            "Aliases: $($Parameter.Aliases)"
            $Parameter.ParameterSets.GetEnumerator() | Sort-Object Key | ForEach-Object {
                $name = $_.Key -replace '^__AllParameterSets$', '(All)'
                $position = if ($_.Value.Position -ge 0) { $_.Value.Position } else { 'Named' }
                $flags = $_.Value.IsMandatory, $_.Value.ValueFromPipeline, $_.Value.ValueFromPipelineByPropertyName, $_.Value.ValueFromRemainingArguments
                "${name}: $position $flags"
            }
            "AcceptedValues: $values"
        ) -join "`n"
    }

    function Get-YamlList {
        <# The items of a list, in one line. #>
        [OutputType([string])]
        param([Parameter(Mandatory)] [string] $Yaml, [Parameter(Mandatory)] [string] $Key)

        $lines = [regex]::Match($Yaml, "(?m)^${Key}:(?: \[\])?\n((?:- .*\n)*)").Groups[1].Value -split '\n'
        $lines.Where({ $_ }).ForEach({ $_.Substring(2) }) -join ' '
    }

    function Get-DocumentedParameter {
        <# What the help says of its parameters, in the same form, by name. #>
        [OutputType([hashtable])]
        param([Parameter(Mandatory)] [string] $Page)

        $all = @{}
        foreach ($match in [regex]::Matches($Page, '(?ms)^### -(?<name>\w+)\n\n(?<text>.*?)\n\n```yaml\n(?<yaml>.*?)\n```$')) {
            $yaml = $match.Groups['yaml'].Value
            $sets = [regex]::Matches($yaml, '(?m)^- Name: (.+)\n  Position: (.+)\n  IsRequired: (.+)\n  ValueFromPipeline: (.+)\n  ValueFromPipelineByPropertyName: (.+)\n  ValueFromRemainingArguments: (.+)$')
            $all[$match.Groups['name'].Value] = @{
                Text  = $match.Groups['text'].Value
                Facts = @(
                    $yaml -split '\n' -match '^(Type|SupportsWildcards): '
                    "Aliases: $(Get-YamlList $yaml Aliases)"
                    $sets.ForEach({ $_.Result('$1: $2 $3 $4 $5 $6') }) | Sort-Object { ($_ -split ':')[0] }
                    "AcceptedValues: $(Get-YamlList $yaml AcceptedValues)"
                ) -join "`n"
            }
        }
        $all
    }

    function Start-Scene {
        <# A sandbox, and a runspace in which nobody can be asked, and no vendor: whoever is, is the sandbox. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It is for these tests alone.')]
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
                param([Parameter(Position = 0)] $Service, [Parameter(Position = 1)] $Account, [securestring] $Token, [pscredential] $Credential, $Region, [uri] $BaseUri, $Name, [hashtable] $ConnectionInfo)

                # Whatever goes wrong here, no vendor is asked.
                $ErrorActionPreference = 'Stop'
                $with = @{} + $PSBoundParameters
                if (-not ($BaseUri -and $BaseUri.IsLoopback)) {
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
        <# Ends the sandbox and the runspace. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It is for these tests alone.')]
        param()

        if ($sandbox) {
            $sandbox | Stop-ApiTokenSandbox
            $runspace.Dispose()
        }
    }

    function Get-Section {
        <# The text below a heading of a page. #>
        [OutputType([string])]
        param([Parameter(Mandatory)] [string] $Page, [Parameter(Mandatory)] [string] $Heading)

        [regex]::Match($Page, "(?ms)^## $Heading\n\n(.*?)(?=\n^## |\z)").Groups[1].Value.Trim()
    }
}

Describe 'The help of <_>' -ForEach $cmdlets {
    BeforeAll {
        $script:page = Get-Page $_
        $script:command = Get-Command -Name $_ -Module ApiTokens
        $script:documented = Get-DocumentedParameter $page
        $common = [System.Management.Automation.Cmdlet]::CommonParameters
        $script:parameters = $command.Parameters.Values | Where-Object { $_.Name -notin $common -and $_.Name -ne 'ProgressAction' }
        $script:help = Get-Help -Name $_ -Full
    }

    It 'has every parameter, with its type, sets, positions, aliases and ways of input, and no other' {
        $documented.Keys | Sort-Object | Should -Be ($parameters.Name | Sort-Object)
        foreach ($parameter in $parameters) {
            $documented[$parameter.Name].Facts | Should -Be (Get-ParameterText $parameter) -Because "so is -$($parameter.Name): write it in docs/cmdlets, then ./build.sh help"
            $documented[$parameter.Name].Text | Should -Match '\w{3}'
        }
    }

    It 'has the syntax of the cmdlet' {
        $written = [regex]::Matches((Get-Section $page SYNTAX), '(?s)```\n(.*?)\n```').ForEach({ $_.Groups[1].Value -replace '\s+', ' ' })
        $actual = $command.ParameterSets.ForEach({ "$($command.Name) $_" -replace ' \[<CommonParameters>\]$' -replace '<Dictionary`2\[', '<Dictionary[' })
        $written | Sort-Object | Should -Be ($actual | Sort-Object)
        Get-Section $page ALIASES | Should -Be ((Get-Alias -Definition $command.Name -ErrorAction Ignore).ForEach({ "``$_``" }) -join ', ' -replace '^$', 'None')
    }

    It 'says what the cmdlet does, takes and gives, shows three examples or more, and leads on' {
        $page | Should -Not -Match '\{\{'
        foreach ($heading in 'SYNOPSIS', 'DESCRIPTION', 'INPUTS', 'OUTPUTS', 'RELATED LINKS') {
            Get-Section $page $heading | Should -Match '\w{3}' -Because "$heading is needed"
        }
        [regex]::Matches((Get-Section $page EXAMPLES), '(?m)^### Example \d+: .+\n\n```powershell\n').Count | Should -BeGreaterOrEqual 3
    }

    It 'is what Get-Help shows' {
        $help.Synopsis | Should -Be ((Get-Section $page SYNOPSIS) -replace '`' -replace '\n', ' ')
        $help.description.Text | Should -Not -BeNullOrEmpty
        $help.parameters.parameter.name | Sort-Object | Should -Be ($parameters.Name | Sort-Object)
        $help.parameters.parameter.ForEach({ $_.description.Text }) | Should -Not -Contain ''
        $help.examples.example.code | Should -Be ([regex]::Matches($page, '(?ms)^```powershell\n(.*?)\n```$').ForEach({ $_.Groups[1].Value }))
        @($help.relatedLinks.navigationLink).Count | Should -BeGreaterThan 0
    }
}

Describe 'The pages' {
    It 'are there for the cmdlets and for nothing else' -TestCases @{ Cmdlets = $cmdlets } {
        (Get-ChildItem -LiteralPath "$root/docs/cmdlets").Name | Sort-Object | Should -Be ($Cmdlets.ForEach({ "$_.md" }) | Sort-Object)
    }

    It 'link to files that are there: <_.Name>' -ForEach $documents {
        $folder = $_.DirectoryName
        $links = [regex]::Matches((Get-Content -LiteralPath $_.FullName -Raw), '\]\((?!https?:)([^)#]+)').ForEach({ $_.Groups[1].Value })
        $links.Where({ -not (Test-Path -LiteralPath (Join-Path $folder $_)) }) | Should -BeNullOrEmpty
    }

    It 'are all in the index, and so is everything else in docs' {
        $index = Get-Content -LiteralPath "$root/docs/README.md" -Raw
        $entries = Get-ChildItem -LiteralPath "$root/docs" | Where-Object Name -NotIn 'README.md', 'images' | ForEach-Object { if ($_.PSIsContainer) { "$($_.Name)/" } else { $_.Name } }
        $entries.Where({ -not $index.Contains("]($_)") }) | Should -BeNullOrEmpty
    }

    It 'are the source of the help in the sources, which is not stale' -Skip:(-not (Get-Module -ListAvailable -Name Microsoft.PowerShell.PlatyPS | Where-Object Version -GE '1.0.3')) {
        $program, [string[]] $arguments = Get-PowerShellCommand
        $target = Join-Path $TestDrive 'help.xml'
        & $program @arguments -NoProfile -NonInteractive -File "$root/build/help.ps1" -Source "$root/docs/cmdlets" -Target $target
        $made = Get-Content -LiteralPath $target -Raw
        $kept = (Get-Content -LiteralPath "$root/src/ApiTokens.PowerShell/en-US/ApiTokens.PowerShell.dll-Help.xml" -Raw) -replace '\r\n', "`n"
        $made -ceq $kept | Should -BeTrue -Because 'else ./build.sh help is to be run'
        (Get-Content -LiteralPath "$moduleFolder/en-US/ApiTokens.PowerShell.dll-Help.xml" -Raw) -replace '\r\n', "`n" -ceq $kept | Should -BeTrue -Because 'the module has it'
    }
}

Describe 'The topic <_>' -ForEach $topics {
    It 'is found by Get-Help and fits a console' {
        Get-Help -Name $_ | Out-String | Should -Match "^TOPIC\s+$_\s+SHORT DESCRIPTION"
        $text = Get-Content -LiteralPath "$moduleFolder/en-US/$_.help.txt"
        $text.Where({ $_.Length -gt 80 }) | Should -BeNullOrEmpty
        $text -join "`n" | Should -Not -Match '[^\x00-\x7F]' -Because 'Windows PowerShell reads topics in the local code page'
    }
}

Describe 'The examples in <Name>' -ForEach $pages.Where({ $_.Examples }) {
    BeforeAll {
        $script:vaults = Join-Path $TestDrive 'vaults'
        $script:source = Get-Content -LiteralPath $Path -Raw
        $script:folder = Join-Path $TestDrive $Name
        $null = New-Item -ItemType Directory -Path $folder, $vaults -Force

        # Pages before these have left too little of what these speak of.
        if (-not $sandbox -or $Name -match '^(Rename|Reset)-|^README$') {
            Start-Scene
        }

        if ($hasVaults -and $source -match '-Vault |Get-Secret ') {
            $null = Initialize-TestVault
            Register-SecretVault -Name ops -ModuleName "$PSScriptRoot/TestVault" -VaultParameters @{ Folder = $vaults }
            'gcore-admin', 'losant-app' | ForEach-Object { Set-Secret -Vault ops -Name $_ -SecureStringSecret (ConvertTo-Secret 'any') }
        }

        # The files that examples speak of, made where a page does.
        $files = @{
            'tokens.csv'     = { 'Name,User,Audience,Scope', 'query,user@example.com,apiv2,', 'collector,ci@example.com,http,' | Set-Content tokens.csv }
            'leaked.csv'     = { 1..5 | ForEach-Object { Add-TestToken wegnology "leaked $_" } | Select-Object Id, Name, Service, Account, Connection | Export-Csv leaked.csv }
            'leaked.txt'     = { 'gcore', 'wegnology', 'application-users' | ForEach-Object { Get-PlainText (Add-TestToken $_ "leaked on $_").Secret } | Set-Content leaked.txt }
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

    It 'work: <Heading>' -ForEach $Examples {
        if ($Reason -or (-not $hasVaults -and $Code -match '-Vault |Get-Secret ')) {
            Set-ItResult -Skipped -Because "$(if ($Reason) { $Reason } else { 'there is no SecretManagement here' })"
            return
        }

        # No variable of one example is there in the next, and one that is not there is an error.
        $requests = (Get-RequestCount).total
        Invoke-InRunspace $runspace -Variable @{ folder = $folder } {
            Set-Location -LiteralPath $folder
            Get-ApiTokenService | Disconnect-ApiTokenService
            $services | ForEach-Object { ApiTokens\Connect-ApiTokenService $_.Service $_.Account -Token $_.Secret -BaseUri $_.BaseUri -SkipCheck } | Out-Null
        }
        $run = { & ([scriptblock]::Create("Set-StrictMode -Version 3.0`n$code")) }
        $result = @(Invoke-InRunspace $runspace -Variable @{ code = $Code.Replace('./out/ApiTokens', $moduleFolder) } $run)
        $result.Where({ $_ -is [System.Management.Automation.ErrorRecord] }) | Should -BeNullOrEmpty
        ($result.Count -gt 0 -or (Get-RequestCount).total -gt $requests -or $Code -match 'Disconnect-|Stop-|-WhatIf') | Should -BeTrue -Because 'an example that does nothing shows nothing'
    }
}

AfterAll {
    Stop-Scene
}
