# A session that runs every cmdlet with all streams enabled. Canary.Tests.ps1 runs it in a separate process, and searches the
# files that it writes to -Folder for the secrets that it lists at its end.
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', 'Elsewhere', Justification = 'Used in the script block.')]
param(
    [Parameter(Mandatory)] [string] $ModulePath,
    [Parameter(Mandatory)] [string] $Folder,

    # For files that must contain secrets (a secret file and the findings of a scanner), and for files that CanaryTests.cs
    # searches: journals, reports and the sandbox's database.
    [Parameter(Mandatory)] [string] $Elsewhere,

    # Also to a vault, with the streams of SecretManagement.
    [switch] $WithVault
)

$ConfirmPreference = 'None'
if (Get-Variable -Name PSStyle -ErrorAction Ignore) {
    $PSStyle.OutputRendering = 'PlainText'
}

Import-Module $ModulePath
. "$PSScriptRoot/Common.ps1"
if ($WithVault) {
    $null = Initialize-TestVault
}

$loud = @{ Verbose = $true; Debug = $true; InformationAction = 'Continue'; WarningAction = 'Continue'; ErrorAction = 'Continue' }
$issued = [System.Collections.Generic.List[object]]::new()
$used = [System.Collections.Generic.List[object]]::new()
$with = @{}
$testServices.ForEach({ $with[$_.Connection] = $_.Issue })

function Show {
    <# Converts an object to text in every way. #>
    process {
        $_
        $_ | Format-List -Property * -Force
        $_ | Format-Table -Property * -AutoSize
        $_ | Format-Custom -Depth 2
        $_ | ConvertTo-Json -Depth $(if ($_ -is [System.Management.Automation.ErrorRecord]) { 1 } else { 4 }) -WarningAction Ignore
        $_ | ConvertTo-Csv
        $_ | ConvertTo-Html
        $_ | Out-String
        "$_"
    }
}

Start-Transcript -LiteralPath "$Folder/transcript.txt" | Out-Null
& {
    $sandbox = Start-ApiTokenSandbox -DatabasePath "$Elsewhere/sandbox.db" @loud
    $sandbox | Show
    Get-ApiTokenSandbox @loud | Show
    foreach ($service in $sandbox.Services) {
        Connect-ApiTokenService $service.Service $service.Account -Token $service.Secret -BaseUri $service.BaseUri @loud | Show
        if ($service.Credential) {
            Connect-ApiTokenService $service.Service -Credential $service.Credential -BaseUri $service.BaseUri -Name login @loud
            Disconnect-ApiTokenService login @loud
        }
    }

    Get-ApiTokenService @loud | Show
    foreach ($name in $with.Keys) {
        $more = $with[$name]
        Get-ApiTokenPermission -Connection $name @loud | Select-Object -First 3 | Show
        Get-ApiTokenUser -Connection $name @loud | Show
        New-ApiToken -Connection $name -Name canary @more -WhatIf @loud
        New-ApiToken -Connection $name -Name canary @more -JournalPath "$Elsewhere/new-$name.journal" @loud | Tee-Object -Variable token | Show
        $issued.Add($token)
        $token | Save-ApiTokenSecret -Path "$Elsewhere/$name.secret" -PassThru @loud | Show
        $token | Save-ApiTokenSecret -Path "$Elsewhere/$name.secret" @loud
        if ($WithVault) {
            $token | Save-ApiTokenSecret -Vault Store -PassThru @loud | Show
            $token | Save-ApiTokenSecret -Vault NoSuchVault @loud
        }

        Reset-ApiToken $token -WhatIf @loud
        Reset-ApiToken $token -JournalPath "$Elsewhere/reset-$name.journal" @loud | Tee-Object -Variable token | Show
        $issued.Add($token)
        Reset-ApiToken $token -GracePeriod 1d -JournalPath "$Elsewhere/grace-$name.journal" @loud | Tee-Object -Variable token | Show
        $issued.Add($token)
        Remove-ApiToken -Due -JournalPath "$Elsewhere/grace-$name.journal" @loud
        $token | Save-ApiTokenSecret -Deploy { Get-PlainText $args[0] } @loud
        Reset-ApiToken $token -Verify { Get-PlainText $args[0]; $false } @loud | Tee-Object -Variable failed | Show
        $issued.Add($failed)
        Rename-ApiToken $token -NewName canary-2 -PassThru @loud | Show
        Set-ApiToken $token -Description 'a description' -PassThru @loud | Show
        Set-ApiTokenService $name -Default -PassThru @loud | Show
        Disable-ApiToken $token -PassThru @loud | Show
        Enable-ApiToken $token -PassThru @loud | Show
        $token | ForEach-Object {
            Disable-ApiToken $_ -RemoveAfter 7d -JournalPath "$Elsewhere/quarantine-$name.journal" -Reason "leaked: $(Get-PlainText $_.Secret)" @loud
        }

        Enable-ApiToken $token -JournalPath "$Elsewhere/quarantine-$name.journal" @loud
        Get-ApiToken -Connection $name -Id $token.Id @loud | Show
        Get-ApiToken -Connection $name -Id $token.Id -IncludeSecret @loud | Show
        $brief = $more.Clone()
        $brief.Remove('ExpiresIn')
        Use-ApiToken -Connection $name @brief { $used.Add($args[0]); $_ } @loud | Show
        Find-ApiToken $token.Secret @loud | Show
        Find-ApiToken $token.Secret -Probe @loud | Show
        Find-ApiToken (ConvertTo-Secret "unknown-$([guid]::NewGuid())") @loud
        $token | ForEach-Object { "leaked: $(Get-PlainText $_.Secret)" } | Set-Content -LiteralPath "$Elsewhere/$name.leaks"
        Find-ApiToken -Path "$Elsewhere/$name.leaks" @loud | Show
    }

    $tokens = @(Get-ApiToken -Connection * @loud)
    $findings = @($tokens + $issued | Test-ApiToken -MaximumLife 30d -KnownUser nobody@example.com @loud)
    $findings | Select-Object -First 5 | Show
    foreach ($extension in 'html', 'csv', 'json', 'md', 'prom') {
        $tokens + $issued + $findings | Export-ApiTokenReport -Path "$Elsewhere/report.$extension" @loud
    }

    Compare-ApiToken -ReferencePath "$Elsewhere/report.json" @loud | Show
    Compare-ApiToken -ReferenceObject $issued -Connection * @loud | Select-Object -First 5 | Show

    $issued | Export-Csv -LiteralPath "$Folder/issued.csv"
    $issued | ConvertTo-Json -Depth 5 | Set-Content -LiteralPath "$Folder/issued.json"
    foreach ($name in $with.Keys) {
        $more = $with[$name]
        $token = $issued | Where-Object Connection -EQ $name | Select-Object -Last 1
        Remove-ApiToken $token -WhatIf @loud
        Remove-ApiToken $token -JournalPath "$Elsewhere/remove-$name.journal" -PassThru @loud | Show
        Remove-ApiToken $token @loud

        # A credential that is no longer valid: the messages of the service about it are part of the errors.
        $of = Get-ApiTokenService $name
        Connect-ApiTokenService $of.Service $of.Account -Token $token.Secret -BaseUri $of.BaseUri -Name dead -SkipCheck @loud
        try { Get-ApiToken -Connection dead @loud } catch { $_ | Show }
        try { New-ApiToken -Connection dead -Name never @more @loud } catch { $_ | Show }
        try { Connect-ApiTokenService $of.Service $of.Account -Token $token.Secret -BaseUri $of.BaseUri -Name dead @loud } catch { $_ | Show }
        $plain = Get-PlainText $token.Secret
        Remove-ApiToken $plain -Connection $name @loud
        Get-ApiToken $plain -Connection $name @loud
    }

    Get-ApiTokenJournal "$Elsewhere/*.journal" @loud | Tee-Object -Variable operations | Select-Object -First 5 | Show
    Get-ApiTokenJournal "$Elsewhere/*.journal" -Summary @loud | Show
    foreach ($extension in 'html', 'json', 'md') {
        $operations | Export-ApiTokenReport -Path "$Elsewhere/record.$extension" @loud
    }

    $Error | Show
    if (Get-Command -Name Get-Error -ErrorAction Ignore) {
        Get-Error -Newest 20
    }

    $Error | ForEach-Object { for ($e = $_.Exception; $e; $e = $e.InnerException) { $e.ToString(); $e | Format-List * -Force } }
    Get-Variable | Where-Object Name -NotIn 'plain', 'issued', 'services', 'Error' | Out-String -Width 4000
    $script:services = $sandbox.Services
    Stop-ApiTokenSandbox @loud
} *>&1 | Out-String -Stream -Width 4000 | Tee-Object -FilePath "$Folder/streams.txt" | Out-Host
Stop-Transcript | Out-Null
$secrets = @($issued.Secret) + @($used) + @($services.Secret) + @($services.Credential | Where-Object { $_ } | ForEach-Object Password)
@{ Secrets = @($secrets | ForEach-Object { Get-PlainText $_ }) } | ConvertTo-Json -Compress
