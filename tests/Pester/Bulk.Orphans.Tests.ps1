# A create whose answer is lost may have left a token whose secret nobody has. It is looked for and reported, never repeated.

BeforeDiscovery {
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
    $script:lost = foreach ($service in $services) {
        @{ Connection = $service.Connection; Kind = 'reset' }
        @{ Connection = $service.Connection; Kind = 'truncate' }
        @{ Connection = $service.Connection; Kind = 'notJson' }
    }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox -Tokens 20

    function Get-Living {
        <# The tokens of a name that are there; where a service lists revoked ones too, without those. #>
        param([Parameter(Mandatory)] [string] $Connection, [Parameter(Mandatory)] [string] $Name)

        Get-ApiToken -Connection $Connection | Where-Object { $_.Name -eq $Name -and $_.Status -ne 'Revoked' }
    }

    function Add-LostAnswer {
        <# The next creates are done, and their answers do not arrive. #>
        param([Parameter(Mandatory)] [string] $Connection, [string] $Kind = 'reset', [int] $Count = 1)

        $fault = @{ kind = $Kind; service = $Connection; method = 'POST'; count = $Count }
        Add-Fault $(if ($Kind -eq 'reset') { $fault + @{ when = 'after' } } else { $fault })
    }

    function Assert-OnePost {
        <# One create was sent. #>
        param([Parameter(Mandatory)] $Before)

        @(Get-RequestSince $Before | Where-Object { $_.method -eq 'POST' -and $_.path -like '*/tokens' }) | Should -HaveCount 1 -Because 'a create whose outcome is unknown is not repeated'
    }
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'A create on <Connection> whose answer is lost: <Kind>' -ForEach $lost {
    AfterEach {
        Clear-Fault
    }

    It 'is reported with the token that exists' {
        $name = New-UniqueName
        Add-LostAnswer $Connection $Kind
        $before = Get-RequestCount
        $failure = @(Get-Failure { Add-TestToken $Connection $name })
        Assert-OnePost $before
        $exists = Get-Living $Connection $name
        $exists | Should -HaveCount 1
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'OrphanedToken,*'
        $failure[0].TargetObject.GetType().Name | Should -BeExactly 'ApiToken'
        $failure[0].TargetObject.Id | Should -BeExactly $exists.Id
        $failure[0].TargetObject.Name | Should -BeExactly $name
        $failure[0].TargetObject.Connection | Should -BeExactly $Connection
        $failure[0].ToString() | Should -BeLike "*$($exists.Id)*"
        $failure[0].ErrorDetails.RecommendedAction | Should -BeLike "*Remove-ApiToken -Id $($exists.Id) -Connection $Connection*"

        # What it advises can be done, and the error's target can be piped on.
        $failure[0].TargetObject | Remove-ApiToken
        Get-Living $Connection $name | Should -BeNullOrEmpty
    }

    It 'leaves nothing with -RemoveOrphan' {
        $name = New-UniqueName
        $same = Add-TestToken $Connection $name
        Add-LostAnswer $Connection $Kind
        $before = Get-RequestCount
        $failure = @(Get-Failure { Add-TestToken $Connection $name -With @{ RemoveOrphan = $true } })
        Assert-OnePost $before
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'OrphanedToken,*'
        $failure[0].ToString() | Should -BeLike '*It was removed.*'
        $failure[0].TargetObject.Id | Should -Not -Be $same.Id
        @(Get-Living $Connection $name).Id | Should -Be $same.Id -Because 'the one of the same name was there before'
        Test-Secret $same | Should -BeTrue
    }
}

Describe 'Creates that go wrong before anything is done: <Fault.kind> <Fault.status>' -ForEach @(
    @{ Fault = @{ kind = 'reset'; when = 'before' }; ErrorId = 'ConnectionError' }
    @{ Fault = @{ kind = 'status'; status = 500 }; ErrorId = 'ConnectionError' }
) {
    AfterAll {
        Clear-Fault
    }

    It 'are errors that say that nothing was created, on every service, also where one of that name was there before' {
        # Old ones, which nobody here has issued; and one that we did.
        $name = 'token-0000001'
        $rows = @(
            [pscustomobject]@{ Connection = 'devo'; Name = $name; User = 'user@example.com'; Audience = 'apiv2' }
            [pscustomobject]@{ Connection = 'wegnology'; Name = $name; Scope = 'ReadOnly' }
            [pscustomobject]@{ Connection = 'gcore'; Name = $name; Role = 'Users' }
            [pscustomobject]@{ Connection = 'application-users'; Name = $name; User = 'jdoe'; ApplyToAll = 'Full' }
            [pscustomobject]@{ Connection = 'gcore'; Name = (Add-TestToken gcore).Name; Role = 'Users' }
        )
        $existing = @($rows | ForEach-Object { Get-Living $_.Connection $_.Name })
        $existing | Should -HaveCount 5
        Add-Fault ($Fault + @{ method = 'POST'; count = 5 })
        $before = Get-RequestCount
        $failure = @(Get-Failure { $rows | New-ApiToken })
        (Get-RequestSince $before | Where-Object method -EQ 'POST') | Should -HaveCount 5
        $failure | Should -HaveCount 5
        foreach ($each in $failure) {
            $each.FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
            $each.ToString() | Should -BeLike '*it was not created*'
            $each.TargetObject | Should -BeIn $rows.Name
            $each.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }

        @($rows | ForEach-Object { Get-Living $_.Connection $_.Name }).Id | Should -Be $existing.Id
    }
}

Describe 'A token of the same name that somebody else issued just before' {
    AfterEach {
        Clear-Fault
    }

    It 'is not taken for an orphan and removed, <Case>' -ForEach @(
        @{ Case = 'by a connection that has issued nothing'; First = $false }
        @{ Case = 'by a connection that has looked at the tokens before'; First = $true }
    ) {
        $service = $sandbox.Services | Where-Object Service -EQ 'gcore'
        Connect-ApiTokenService Gcore $service.Account -Token $service.Secret -BaseUri $service.BaseUri -Name other | Out-Null
        if ($First) {
            New-ApiToken (New-UniqueName) -Connection other -Role Users -RemoveOrphan | Out-Null
        }

        $theirs = Add-TestToken gcore
        Add-Fault @{ kind = 'reset'; when = 'before'; service = 'gcore'; method = 'POST' }
        $failure = @(Get-Failure { New-ApiToken $theirs.Name -Connection other -Role Users -RemoveOrphan })
        $failure | Should -HaveCount 1
        Test-Secret $theirs | Should -BeTrue -Because 'it is somebody''s, and was there before'
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'ConnectionError,*'
        $failure[0].ToString() | Should -BeLike '*it was not created*'
    }
}

Describe 'Creates of one name at the same time' {
    AfterEach {
        Clear-Fault
    }

    It 'do not take each other for an orphan: what was delivered stays' {
        $name = New-UniqueName
        $rows = 1..12 | ForEach-Object { [pscustomobject]@{ Name = $name; Scope = 'All' } }
        Add-LostAnswer wegnology -Count 1
        $before = Get-RequestCount
        $issued = @($rows | New-ApiToken -Connection wegnology -RemoveOrphan -ErrorAction SilentlyContinue -ErrorVariable failure)
        @(Get-RequestSince $before | Where-Object method -EQ 'POST') | Should -HaveCount 12
        $issued | Should -HaveCount 11
        $issued | ForEach-Object { Test-Secret $_ | Should -BeTrue }
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'OrphanedToken,*'
        Get-Living wegnology $name | Where-Object Id -NotIn $issued.Id | Measure-Object | ForEach-Object Count | Should -BeLessOrEqual 1
    }
}
