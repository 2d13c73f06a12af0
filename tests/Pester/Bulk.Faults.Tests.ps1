# Everything that can go wrong with a request, for every cmdlet that changes tokens: either it is done, or the error says what
# is known, and the service agrees.

BeforeDiscovery {
    $script:faults = @(
        @{ Fault = @{ kind = 'status'; status = 500; when = 'before' }; Done = 'retried' }
        @{ Fault = @{ kind = 'status'; status = 500; when = 'after' }; Done = 'retried' }
        @{ Fault = @{ kind = 'status'; status = 503; retryAfter = '0' }; Done = 'retried' }
        @{ Fault = @{ kind = 'status'; status = 429; retryAfter = '0' }; Done = 'retried' }
        @{ Fault = @{ kind = 'status'; status = 403 }; Done = 'refused'; ErrorId = 'PermissionDenied' }
        @{ Fault = @{ kind = 'delay'; delayMs = 200; when = 'before' }; Done = 'at once' }
        @{ Fault = @{ kind = 'delay'; delayMs = 200; when = 'after' }; Done = 'at once' }
        @{ Fault = @{ kind = 'reset'; when = 'before' }; Done = 'retried' }
        @{ Fault = @{ kind = 'reset'; when = 'after' }; Done = 'retried' }
        @{ Fault = @{ kind = 'truncate' }; Done = 'retried' }
        @{ Fault = @{ kind = 'notJson' }; Done = 'unreadable'; ErrorId = 'InvalidResult' }
    ) | ForEach-Object { $_.Kind = "$($_.Fault.kind) $($_.Fault.status) $($_.Fault.when)".Trim() -replace '\s+', ' '; $_ }

    # A create is repeated only where it was not done for certain.
    $outcomes = @{
        'status 500 before' = 'not created', 'ConnectionError'
        'status 500 after' = 'lost', 'OrphanedToken'
        'status 503' = 'retried', $null
        'status 429' = 'retried', $null
        'status 403' = 'refused', 'PermissionDenied'
        'delay before' = 'at once', $null
        'delay after' = 'at once', $null
        'reset before' = 'not created', 'ConnectionError'
        'reset after' = 'lost', 'OrphanedToken'
        'truncate' = 'lost', 'OrphanedToken'
        'notJson' = 'lost', 'OrphanedToken'
    }
    $script:createFaults = $faults | ForEach-Object { @{ Fault = $_.Fault; Kind = $_.Kind; Outcome = $outcomes[$_.Kind][0]; ErrorId = $outcomes[$_.Kind][1] } }

    # Orphans.Tests.ps1 has the creates that never arrive: it takes seconds to be certain of them.
    $script:newFaults = $createFaults | Where-Object Outcome -NE 'not created'
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox -Tokens 200
    $script:unused = @(Get-ApiToken -Connection wegnology -Name 'token-*' -Status Active)

    function Get-Unused {
        <# Two active tokens that no other test has taken. #>
        $taken, $left = $unused.Where({ $true }, 'Split', 2)
        $script:unused = @($left)
        $taken
    }

    function Reset-Sandbox {
        <# No faults any more; and a new connection, which has not been told to be slow. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It resets the test.')]
        param()

        Clear-Fault
        $service = $sandbox.Services | Where-Object Service -EQ 'wegnology'
        Connect-ApiTokenService Wegnology $service.Account -Token $service.Secret -BaseUri $service.BaseUri -SkipCheck | Out-Null
    }

    function Get-Now {
        <# The tokens as they are in the service now. #>
        param([Parameter(Mandatory)] [object[]] $Token)

        Get-ApiToken -Connection wegnology | Where-Object Id -In $Token.Id
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe '<Kind>' -ForEach $faults {
    AfterEach {
        Reset-Sandbox
    }

    It '<Command>' -ForEach @(
        @{ Command = 'Remove-ApiToken'; Method = 'DELETE' }
        @{ Command = 'Disable-ApiToken'; Method = 'PATCH' }
        @{ Command = 'Enable-ApiToken'; Method = 'PATCH' }
        @{ Command = 'Rename-ApiToken'; Method = 'PATCH' }
    ) {
        $tokens = @(Get-Unused)
        $tokens | Should -HaveCount 2
        if ($Command -eq 'Enable-ApiToken') {
            $tokens | Disable-ApiToken
        }

        $with = if ($Command -eq 'Rename-ApiToken') { @{ NewName = New-UniqueName renamed } } else { @{} }

        # One token, two faults: what is repeated fails once more and then succeeds. The other one is beside it.
        Add-Fault ($Fault + @{ service = 'wegnology'; method = $Method; path = "*/$($tokens[0].Id)"; count = 2 })
        $tokens | & $Command @with -InformationVariable information -ErrorVariable failure -ErrorAction SilentlyContinue
        $summary = Get-Summary $information
        $fired = (Get-Fault).fired
        $now = @(Get-Now $tokens)
        $isDone = {
            param($Token)

            $found = $now | Where-Object Id -EQ $Token.Id
            switch ($Command) {
                'Remove-ApiToken' { $null -eq $found }
                'Disable-ApiToken' { $found.Status -eq 'Inactive' }
                'Enable-ApiToken' { $found.Status -eq 'Active' }
                'Rename-ApiToken' { $found.Name -eq $with.NewName }
            }
        }
        & $isDone $tokens[1] | Should -BeTrue
        switch ($Done) {
            'retried' {
                $failure | Should -BeNullOrEmpty
                $fired | Should -Be 2
                $summary.Done, $summary.Failed, $summary.Retried | Should -Be 2, 0, 2
                & $isDone $tokens[0] | Should -BeTrue
            }
            'at once' {
                $failure | Should -BeNullOrEmpty
                $fired | Should -Be 1
                $summary.Done, $summary.Failed, $summary.Retried | Should -Be 2, 0, 0
                & $isDone $tokens[0] | Should -BeTrue
            }
            'refused' {
                $fired | Should -Be 1
                $failure | Should -HaveCount 1
                & $isDone $tokens[0] | Should -BeFalse
            }
            'unreadable' {
                $fired | Should -Be 1
                $failure | Should -HaveCount 1
                & $isDone $tokens[0] | Should -BeTrue -Because 'the service did it before its answer was spoilt'
            }
        }

        if ($failure) {
            $failure[0].FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
            $failure[0].TargetObject.Id | Should -BeExactly $tokens[0].Id
            $failure[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            $summary.Done, $summary.Failed, $summary.Retried | Should -Be 1, 1, 0
        }
    }

    It 'Reset-ApiToken, when the predecessor is removed' {
        $old = Add-TestToken wegnology
        Add-Fault ($Fault + @{ service = 'wegnology'; method = 'DELETE'; count = 2 })
        $new = @($old | Reset-ApiToken -ErrorVariable failure -ErrorAction SilentlyContinue)
        $new | Should -HaveCount 1 -Because 'the successor was delivered before'
        Test-Secret $new[0] | Should -BeTrue
        if ($Done -eq 'refused') {
            $failure | Should -HaveCount 1
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'PredecessorNotRemoved,*'
            $failure[0].ToString() | Should -BeLike "*$($new[0].Id)*still there*"
            Test-Secret $old | Should -BeTrue
        }
        elseif ($Done -eq 'unreadable') {
            $failure | Should -HaveCount 1
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'PredecessorNotRemoved,*'
            $failure[0].ToString() | Should -BeLike "*$($new[0].Id)*may still be there*"
            Test-Secret $old | Should -BeFalse -Because 'the service did it before its answer was spoilt'
        }
        else {
            $failure | Should -BeNullOrEmpty
            Test-Secret $old | Should -BeFalse
            @(Get-ApiToken -Connection wegnology -Name $old.Name).Id | Should -Be $new[0].Id
        }
    }
}

Describe '<Kind> of a create' -ForEach $newFaults {
    AfterEach {
        Reset-Sandbox
    }

    It 'New-ApiToken' {
        $name = New-UniqueName
        Add-Fault ($Fault + @{ service = 'wegnology'; method = 'POST'; count = 2 })
        $issued = @(New-ApiToken $name -Connection wegnology -Scope All -ErrorVariable failure -ErrorAction SilentlyContinue)
        $exist = @(Get-ApiToken -Connection wegnology | Where-Object Name -EQ $name)
        (Get-Fault).fired | Should -Be $(if ($Outcome -eq 'retried') { 2 } else { 1 })
        switch ($Outcome) {
            { $_ -in 'retried', 'at once' } {
                $failure | Should -BeNullOrEmpty
                $issued | Should -HaveCount 1
                Test-Secret $issued[0] | Should -BeTrue
                $exist.Id | Should -Be $issued[0].Id
            }
            'lost' {
                $issued | Should -BeNullOrEmpty
                $exist | Should -HaveCount 1
                $failure[0].TargetObject.Id | Should -BeExactly $exist[0].Id
            }
            'refused' {
                $issued | Should -BeNullOrEmpty
                $exist | Should -BeNullOrEmpty
                $failure[0].TargetObject | Should -BeExactly $name
            }
        }

        if ($ErrorId) {
            $failure | Should -HaveCount 1
            $failure[0].FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
        }
    }
}

Describe '<Kind> of the successor''s create' -ForEach $createFaults {
    AfterEach {
        Reset-Sandbox
    }

    It 'Reset-ApiToken' {
        $old = Add-TestToken wegnology
        Add-Fault ($Fault + @{ service = 'wegnology'; method = 'POST'; count = 2 })
        $new = @($old | Reset-ApiToken -ErrorVariable failure -ErrorAction SilentlyContinue)
        $exist = @(Get-ApiToken -Connection wegnology -Name $old.Name)
        (Get-Fault).fired | Should -Be $(if ($Outcome -eq 'retried') { 2 } else { 1 })
        if ($ErrorId) {
            $new | Should -BeNullOrEmpty
            Test-Secret $old | Should -BeTrue -Because 'nobody has another secret'
            $failure | Should -HaveCount 1
            $failure[0].FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
            $exist | Should -HaveCount $(if ($Outcome -eq 'lost') { 2 } else { 1 })
            if ($Outcome -eq 'lost') {
                $failure[0].TargetObject.Id | Should -Not -Be $old.Id
                $failure[0].TargetObject.Id | Should -BeIn $exist.Id
            }
            else {
                $failure[0].TargetObject.Id | Should -BeExactly $old.Id
            }
        }
        else {
            $failure | Should -BeNullOrEmpty
            Test-Secret $new[0] | Should -BeTrue
            Test-Secret $old | Should -BeFalse
            $exist.Id | Should -Be $new[0].Id
        }
    }
}

Describe 'An answer that takes longer than -TimeoutSec' {
    BeforeAll {
        $service = $sandbox.Services | Where-Object Service -EQ 'wegnology'
        Connect-ApiTokenService Wegnology -Token $service.Secret -BaseUri $service.BaseUri -Name hasty -TimeoutSec 1 | Out-Null
    }

    AfterEach {
        Reset-Sandbox
    }

    It 'is asked for again where that is safe' {
        $tokens = @(Get-Unused)
        Add-Fault @{ kind = 'delay'; delayMs = 5000; when = 'after'; service = 'wegnology'; method = 'DELETE' }
        $tokens | Remove-ApiToken -Connection hasty -InformationVariable information -ErrorVariable failure
        $failure | Should -BeNullOrEmpty
        (Get-Summary $information).Retried | Should -Be 1
        Get-Now $tokens | Should -BeNullOrEmpty
    }

    It 'leaves an orphan that is reported where it was a create' {
        $name = New-UniqueName
        Add-Fault @{ kind = 'delay'; delayMs = 5000; when = 'after'; service = 'wegnology'; method = 'POST' }
        $failure = @(Get-Failure { New-ApiToken $name -Connection hasty -Scope ReadOnly })
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'OrphanedToken,*'
        $failure[0].TargetObject.Id | Should -BeExactly (Get-ApiToken -Connection wegnology -Name $name).Id
    }
}
