# Get-ApiTokenPermission: what can be given to New-ApiToken.

BeforeDiscovery {
    $script:services = (Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/Services.psd1").Services
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $script:sandbox = Start-ApiTokenSandbox
}

AfterAll {
    $sandbox | Stop-ApiTokenSandbox
}

Describe 'The permissions of <Connection>' -ForEach $services {
    It 'are listed' {
        $permissions = Get-ApiTokenPermission -Connection $Connection
        $permissions.Kind | Sort-Object -Unique | Should -Be $Kinds
        $Some | ForEach-Object { $permissions.Value | Should -Contain $_ }
        $permissions | ForEach-Object { "$($_.Kind) $($_.Value)" } | Sort-Object -Unique | Should -HaveCount $permissions.Count
        $permissions.Connection | Select-Object -Unique | Should -Be $Connection
    }

    It 'are found by value and by kind' {
        (Get-ApiTokenPermission $Some[0] -Connection $Connection).Value | Should -Be $Some[0]
        (Get-ApiTokenPermission "$($Some[1].Substring(0, 4).ToUpperInvariant())*" -Connection $Connection).Value | Should -Contain $Some[1]
        (Get-ApiTokenPermission -Kind $Kinds[0] -Connection $Connection).Kind | Select-Object -Unique | Should -Be $Kinds[0]
        Get-ApiTokenPermission 'no such thing' -Connection $Connection | Should -BeNullOrEmpty
    }

    It 'send no write' {
        $before = (Get-RequestCount).writes
        Get-ApiTokenPermission -Connection $Connection | Out-Null
        (Get-RequestCount).writes | Should -Be $before
    }
}

Describe 'Every permission listed' {
    It 'is taken by New-ApiToken: roles of gcore' {
        foreach ($role in Get-ApiTokenPermission -Connection gcore -Kind Role) {
            (New-ApiToken -Connection gcore -Name role -Role $role.Value).Role | Should -Be $role.Value
        }
    }

    It 'is taken by New-ApiToken: audiences and scopes of devo' {
        $audiences = (Get-ApiTokenPermission -Connection devo -Kind Audience).Value
        $scope = (Get-ApiTokenPermission -Connection devo -Kind Scope).Value
        $token = New-ApiToken -Connection devo -Name all -User user@example.com -Audience $audiences -Scope $scope
        $token.Audience | Sort-Object | Should -Be ($audiences | Sort-Object)
    }

    It 'is taken by New-ApiToken: presets of wegnology' {
        foreach ($preset in Get-ApiTokenPermission -Connection wegnology -Kind Preset) {
            (New-ApiToken -Connection wegnology -Name preset -Scope $preset.Value).Scope | Should -Be $preset.Description
        }
    }

    It 'is taken by New-ApiToken: APIs of application-users' {
        $access = @{}
        Get-ApiTokenPermission -Connection application-users | ForEach-Object { $access[$_.Value] = 'Read' }
        $token = New-ApiToken -Connection application-users -User jdoe -Access $access
        $token.Access.Values | Select-Object -Unique | Should -Be 'Read'
        $token.Access.Count | Should -Be $access.Count
    }
}

Describe 'Permissions of several connections' {
    It 'come from all of them, by name and from the pipeline' {
        $kinds = 'Api', 'Audience', 'Preset', 'Role', 'Scope'
        (Get-ApiTokenPermission -Connection *).Kind | Sort-Object -Unique | Should -Be $kinds
        (Get-ApiTokenService | Get-ApiTokenPermission).Kind | Sort-Object -Unique | Should -Be $kinds
    }
}
