# samples/expiry-notice.ps1: who is notified when, once each, by email to a server on this machine or with a script block.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sample = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../samples/expiry-notice.ps1")
    $script:sandbox = Start-ApiTokenSandbox
    Add-Type -Path "$PSScriptRoot/SmtpListener.cs"
    $script:server = [SmtpListener]::new()

    # A token of the engineer, so that there is another issuer than the administrator.
    $engineer = ($sandbox.Services | Where-Object Service -EQ gcore).People | Where-Object Name -EQ engineer
    Connect-ApiTokenService -ConnectionInfo $engineer.ConnectionInfo -WarningAction Ignore | Out-Null
    $script:soon = New-ApiToken -Connection gcore-engineer -Name "soon$([char] 0x202E)" -Role Engineers -ExpiresIn 12h

    function Invoke-Notice {
        <# Runs the sample, with all of its errors. #>
        param([hashtable] $With = @{})

        $ErrorActionPreference = 'Continue'
        $parameters = @{ Connection = 'gcore', 'gcore-engineer'; StatePath = $statePath; ModulePath = $moduleFolder } + $With
        $output, $errors = (& $sample @parameters 2>&1).Where({ $_ -isnot [System.Management.Automation.ErrorRecord] }, 'Split')
        [pscustomobject]@{ Output = @($output); Errors = @($errors) }
    }

    function Get-Smtp {
        <# Returns the parameters for the local server. #>
        param([hashtable] $With = @{})

        @{ SmtpServer = '127.0.0.1'; Port = $server.Port; NoTls = $true; From = 'tokens@example.com'; Administrator = 'it@example.com' } + $With
    }
}

AfterAll {
    $server.Dispose()
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'expiry-notice.ps1 with email' {
    BeforeEach {
        $script:statePath = Join-Path $TestDrive "$(New-UniqueName).json"
        $server.Rejected = $null
        $null = $server.Take()
    }

    It 'notifies the issuer and the administrators of each token once, through the server' {
        $before = Get-RequestCount
        $run = Invoke-Notice (Get-Smtp)
        $run.Errors | Should -BeNullOrEmpty
        $mails = $server.Take()
        ($mails.To | Sort-Object) | Should -Be 'it@example.com', 'jdoe@example.com', 'user@example.com'
        $mails.From | Select-Object -Unique | Should -Be 'tokens@example.com'
        $toAll = ($mails | Where-Object To -EQ 'it@example.com').Body
        $toAll | Should -BeLike '*Expired *: proof of concept (*'
        $toAll | Should -BeLike '*Expiring *: terraform (*'
        $toAll | Should -BeLike "*($($soon.Id)), jdoe@example.com*"
        $toEngineer = ($mails | Where-Object To -EQ 'jdoe@example.com').Body
        $toEngineer | Should -BeLike '*proof of concept*'
        $toEngineer | Should -Not -BeLike '*terraform*'
        $toEngineer | Should -Not -Match ([char] 0x202E)
        (Get-RequestCount).writes | Should -Be $before.writes

        (Invoke-Notice (Get-Smtp)).Output | Should -BeNullOrEmpty
        $server.Take() | Should -BeNullOrEmpty
    }

    It 'reports a token that two connections reach once' {
        $null = Invoke-Notice (Get-Smtp)
        $body = ($server.Take() | Where-Object To -EQ 'it@example.com').Body
        [regex]::Matches($body, "\($($soon.Id)\)") | Should -HaveCount 1
    }

    It 'notifies again when the next time is reached, and not for the times before' {
        $null = Invoke-Notice (Get-Smtp @{ Within = '7d', '1d' })
        $null = $server.Take()
        $run = Invoke-Notice (Get-Smtp @{ Within = '7d', '4d' })
        $run.Errors | Should -BeNullOrEmpty

        # 'terraform' expires in three days. 'soon' is at the time of 4 days now, as it was at none of them before.
        $mails = $server.Take()
        ($mails | Where-Object To -EQ 'user@example.com').Body | Should -BeLike '*terraform*'
        ($mails | Where-Object To -EQ 'it@example.com').Body | Should -Not -BeLike '*proof of concept*'
        (Invoke-Notice (Get-Smtp @{ Within = '7d', '4d' })).Output | Should -BeNullOrEmpty
    }

    It 'tries again only what was not sent' {
        $server.Rejected = 'jdoe@example.com'
        $run = Invoke-Notice (Get-Smtp)
        $run.Errors.FullyQualifiedErrorId | Should -BeLike 'MailNotSent*'
        $run.Errors[0].Exception.Message | Should -BeLike '*jdoe@example.com was not sent*'
        ($server.Take().To | Sort-Object) | Should -Be 'it@example.com', 'user@example.com'
        $server.Rejected = $null
        (Invoke-Notice (Get-Smtp)).Output.To | Should -Be 'jdoe@example.com'
        $server.Take().To | Should -Be 'jdoe@example.com'
    }

    It 'hands the email to a script block' {
        $sent = [System.Collections.Generic.List[object]]::new()
        $run = Invoke-Notice @{ SendMail = { param($Mail) $sent.Add($Mail) }; Administrator = 'it@example.com'; Recipient = 'Administrator' }
        $run.Errors | Should -BeNullOrEmpty
        $sent.To | Should -Be 'it@example.com'
        $sent[0].Subject | Should -BeLike '* API tokens will expire, * expired'
        $sent[0].Notices.Name | Should -Contain 'terraform'
        $sent[0].Notices[0].PSObject.Properties.Name | Should -Not -Contain 'Key'
    }

    It 'with -WhatIf, sends nothing and remembers nothing' {
        (Invoke-Notice (Get-Smtp @{ WhatIf = $true })).Output | Should -BeNullOrEmpty
        $server.Take() | Should -BeNullOrEmpty
        Test-Path -LiteralPath $statePath | Should -BeFalse
        (Invoke-Notice (Get-Smtp)).Output | Should -Not -BeNullOrEmpty
    }

    It 'looks up issuers that are no addresses, and tells of tokens that nobody is notified about' {
        $parameters = @{ Connection = 'application-users'; Recipient = 'Issuer' }
        $lost = & { $ErrorActionPreference = 'Continue'; & $sample @parameters -StatePath $statePath -SendMail { throw 'never' } -ModulePath $moduleFolder 2>&1 }
        $lost.FullyQualifiedErrorId | Select-Object -Unique | Should -BeLike 'NoRecipient*'
        $mail = & $sample @parameters -StatePath $statePath -SendMail { } -AddressOf @{ admin = 'Ada@example.com' } -ModulePath $moduleFolder
        $mail.To | Should -Be 'ada@example.com'
    }

    It 'sends nothing to another domain' {
        (Invoke-Notice (Get-Smtp @{ Domain = 'example.org' })).Errors.FullyQualifiedErrorId | Should -BeLike 'NoRecipient*'
        $server.Take() | Should -BeNullOrEmpty
    }

    It 'tells the administrators in every run what could not be checked' {
        $null = Invoke-Notice (Get-Smtp)
        $null = $server.Take()
        1..2 | ForEach-Object {
            Add-Fault @{ service = 'gcore'; kind = 'status'; status = 403; count = 2 }
            (Invoke-Notice (Get-Smtp)).Errors.FullyQualifiedErrorId | Should -BeLike 'PermissionDenied*'
            $mails = $server.Take()
            $mails.To | Should -Be 'it@example.com'
            $mails.Body | Should -BeLike '*Could not be checked: *'
        }
    }

    It 'sends nothing if what was sent is unknown' {
        Set-Content -LiteralPath $statePath -Value '{ "notices": [ { "key": '
        { $smtp = Get-Smtp; & $sample @smtp -StatePath $statePath -Connection gcore -ModulePath $moduleFolder -ErrorAction Stop } | Should -Throw
        $server.Take() | Should -BeNullOrEmpty
    }

    It 'rejects <Case>' -ForEach @(
        @{ Case = 'email without a state'; With = @{ SendMail = { } }; Text = '*-StatePath*' }
        @{ Case = 'two ways to send'; With = @{ SendMail = { }; SmtpServer = 'a'; StatePath = 'x' }; Text = '*either*' }
        @{ Case = 'a server without a sender'; With = @{ SmtpServer = 'a'; StatePath = 'x' }; Text = '*-From*' }
    ) {
        { & $sample @With -ModulePath $moduleFolder } | Should -Throw -ExpectedMessage $Text
    }
}

Describe 'expiry-notice.ps1 with a state and without email' {
    It 'returns each notice once' {
        $script:statePath = Join-Path $TestDrive "$(New-UniqueName).json"
        $first = (Invoke-Notice).Output
        $first.Name | Should -Contain 'terraform'
        ($first | Where-Object Id -EQ $soon.Id).Notice | Should -Be '1d'
        ($first | Where-Object Name -EQ terraform).Notice | Should -Be '7d'
        (Invoke-Notice).Output | Should -BeNullOrEmpty
    }
}
