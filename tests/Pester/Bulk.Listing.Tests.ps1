# Listing while deleting: WEGnology pages by number, so that what is removed, and what others create and remove meanwhile,
# moves the rest. Each token is visited once all the same.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"

    function Get-DeleteCount {
        <# How often each token was asked to be deleted since a count was taken. #>
        param([Parameter(Mandatory)] $Before)

        $deletes = @{}
        Get-RequestSince $Before | Where-Object method -EQ 'DELETE' | ForEach-Object { $deletes[$_.path.Split('/')[-1]] += 1 }
        $deletes
    }
}

Describe 'Get-ApiToken | Remove-ApiToken over 3,000 tokens' {
    BeforeEach {
        $script:sandbox = Start-ApiTokenSandbox -Tokens 3000
        $script:ids = @((Get-ApiToken -Connection wegnology -Name 'token-*').Id)
    }

    AfterEach {
        $sandbox | Stop-ApiTokenSandbox
    }

    It 'visits each once' {
        $before = Get-RequestCount
        Get-ApiToken -Connection wegnology -Name 'token-*' | Remove-ApiToken -InformationVariable information -ErrorVariable failure
        $failure | Should -BeNullOrEmpty
        (Get-Summary $information).Done | Should -Be 3000
        $deletes = Get-DeleteCount $before
        $deletes.Count | Should -Be 3000
        $deletes.Values | Where-Object { $_ -ne 1 } | Should -BeNullOrEmpty
        $ids | Where-Object { -not $deletes.ContainsKey($_) } | Should -BeNullOrEmpty
        Get-ApiToken -Connection wegnology -Name 'token-*' | Should -BeNullOrEmpty
    }

    It 'visits each once while somebody else creates and removes others among them' {
        $theirs, $ours = (Get-ApiToken -Connection wegnology -Name 'token-*').Where({ $_.Name.EndsWith('7') }, 'Split')
        $theirs | Should -HaveCount 300
        $runspace = Open-Runspace
        $shell = [powershell]::Create($runspace)
        try {
            $runspace.SessionStateProxy.SetVariable('theirs', $theirs)
            $before = Get-RequestCount
            $running = $shell.AddScript({
                # From both ends, and new ones in between.
                for ($i = 0; $i -lt 150; $i++) {
                    $theirs[$i], $theirs[299 - $i] | Remove-ApiToken -ThrottleLimit 2
                    if ($i % 3 -eq 0) {
                        New-ApiToken "new-$i" -Connection wegnology -Scope ReadOnly | Out-Null
                    }
                }
            }).BeginInvoke()
            Get-ApiToken -Connection wegnology | Where-Object { $_.Name -like 'token-*' -and -not $_.Name.EndsWith('7') } |
                Remove-ApiToken -ThrottleLimit 4 -InformationVariable information -ErrorVariable failure
            $shell.EndInvoke($running)
            $shell.Streams.Error | Should -BeNullOrEmpty
        }
        finally {
            $shell.Dispose()
            $runspace.Dispose()
        }

        $failure | Should -BeNullOrEmpty
        (Get-Summary $information).Done | Should -Be 2700
        $deletes = Get-DeleteCount $before
        $deletes.Count | Should -Be 3000
        $deletes.Values | Where-Object { $_ -ne 1 } | Should -BeNullOrEmpty
        $ours.Id | Where-Object { -not $deletes.ContainsKey($_) } | Should -BeNullOrEmpty
        Get-ApiToken -Connection wegnology -Name 'token-*' | Should -BeNullOrEmpty
        Get-ApiToken -Connection wegnology -Name 'new-*' | Should -HaveCount 50
    }
}
