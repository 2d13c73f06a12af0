# The assemblies of the module are isolated from those of the session. Each test runs in a separate process.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    if ($PSVersionTable.PSEdition -eq 'Core') {
        Add-Type -Path (Join-Path $PSHOME 'Microsoft.CodeAnalysis.dll'), (Join-Path $PSHOME 'Microsoft.CodeAnalysis.CSharp.dll')
    }


    # The last step of each child: use the module, and report which assemblies are loaded in which context.
    $script:report = @'
$sandbox = Start-ApiTokenSandbox
$token = New-ApiToken -Connection gcore -Name isolated -Role Users -ExpiresIn 30d
$listed = @(Get-ApiToken -Connection *).Count
$token | Remove-ApiToken -Confirm:$false
Stop-ApiTokenSandbox
$where = @{}
foreach ($context in [System.Runtime.Loader.AssemblyLoadContext]::All) {
    $where["$($context.Name)"] = @($context.Assemblies | Where-Object { -not $_.IsDynamic } | ForEach-Object { "$($_.GetName().Name) $($_.GetName().Version)" })
}
@{
    Listed = $listed
    Issued = $token.Name
    Default = $where['Default']
    Module = $where['ApiTokens']
    Commands = @(Get-Command -Module ApiTokens).Name
    Errors = @($Error | ForEach-Object { "$_" })
} | ConvertTo-Json -Compress -Depth 4
'@
    $script:isolated = '^(ApiTokens\.Core|Polly|Microsoft\.Extensions\.(Http|Logging|Options|DependencyInjection|Primitives|Configuration)) ?'

    function New-Impostor {
        <# Compiles an assembly with the name of one of the module's assemblies, an old version and no useful content. #>
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It writes only to the folder of the test.')]
        [OutputType([string])]
        param([Parameter(Mandatory)] [string] $Name)

        # Add-Type gives its assemblies random names, so use the compiler directly.
        $file = Join-Path $TestDrive "$Name.dll"
        if (-not (Test-Path -LiteralPath $file)) {
            $class = $Name -replace '\W'
            $source = "[assembly: System.Reflection.AssemblyVersion(`"1.0.0.0`")] namespace Impostor { public static class $class { public static string Name => `"$Name`"; } }"
            $compilation = [Microsoft.CodeAnalysis.CSharp.CSharpCompilation]::Create(
                $Name,
                [Microsoft.CodeAnalysis.SyntaxTree[]] [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree]::ParseText($source),
                [Microsoft.CodeAnalysis.MetadataReference[]] [Microsoft.CodeAnalysis.MetadataReference]::CreateFromFile([object].Assembly.Location),
                [Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions]::new([Microsoft.CodeAnalysis.OutputKind]::DynamicallyLinkedLibrary))
            $stream = [System.IO.File]::Create($file)
            try {
                $compilation.Emit($stream).Success | Should -BeTrue
            }
            finally {
                $stream.Dispose()
            }
        }

        $file
    }
}

Describe 'In a fresh process' -Tag PowerShell7 {
    It 'the module works, with its library and packages in a separate load context' {
        $child = Invoke-ChildPowerShell "Import-Module '$moduleFolder'`n$report"
        $child.Issued | Should -Be 'isolated'
        $child.Listed | Should -BeGreaterThan 10
        $child.Errors | Should -BeNullOrEmpty
        $child.Module -match '^ApiTokens.Core ' | Should -HaveCount 1
        $child.Module -match '^ApiTokens.PowerShell ' | Should -BeNullOrEmpty
        $child.Default -match '^ApiTokens.PowerShell ' | Should -HaveCount 1
        $child.Module -match '^Polly.Core ' | Should -HaveCount 1
        $child.Module -match '^Microsoft.Extensions.Http ' | Should -HaveCount 1
        $child.Default -match $isolated | Should -BeNullOrEmpty
    }
}

Describe 'In a process with other assemblies of the same names' -Tag PowerShell7 {
    It 'the module uses its own assemblies, and the others stay loaded' {
        $names = 'Polly.Core', 'Microsoft.Extensions.Http', 'Microsoft.Extensions.Logging.Abstractions', 'Microsoft.Extensions.DependencyInjection', 'Microsoft.Extensions.Options'
        $load = $names | ForEach-Object { "`$null = [System.Reflection.Assembly]::LoadFrom('$(New-Impostor $_)')" }
        $child = Invoke-ChildPowerShell "$($load -join "`n")`nImport-Module '$moduleFolder'`n$report"
        $child.Issued | Should -Be 'isolated'
        $child.Errors | Should -BeNullOrEmpty
        $child.Default | Should -Contain 'Polly.Core 1.0.0.0'
        $child.Default | Should -Contain 'Microsoft.Extensions.Http 1.0.0.0'
        $child.Module -match '^Polly.Core ' | Should -Not -BeLike '* 1.0.0.0'
        $child.Module -match '^Microsoft.Extensions.Http ' | Should -Not -BeLike '* 1.0.0.0'
    }

    It 'an older System.Text.Json of the session is not used by the module' {
        $file = New-Impostor 'System.Text.Json'
        $child = Invoke-ChildPowerShell @"
`$null = [System.Reflection.Assembly]::LoadFile('$file')
Import-Module '$moduleFolder'
$report
"@
        $child.Issued | Should -Be 'isolated'
        $child.Errors | Should -BeNullOrEmpty
    }

    It 'assemblies that are loaded after the module work' {
        $file = New-Impostor 'Polly.Core'
        $child = Invoke-ChildPowerShell @"
Import-Module '$moduleFolder'
`$null = Get-ApiTokenService
`$null = [System.Reflection.Assembly]::LoadFrom('$file')
`$name = [Impostor.PollyCore]::Name
$report
"@
        $child.Issued | Should -Be 'isolated'
        $child.Default | Should -Contain 'Polly.Core 1.0.0.0'
        $child.Errors | Should -BeNullOrEmpty
    }
}

Describe 'In a process with a module that uses other versions of the same packages' -Tag PowerShell7 {
    BeforeAll {
        $script:others = (Resolve-Path -Path "$PSScriptRoot/../ApiTokens.OtherVersions/bin/*/netstandard2.0" | Select-Object -Last 1).ProviderPath

        function Get-Shipped {
            <# Returns the name and version of an assembly that the module ships. #>
            [OutputType([string])]
            param([Parameter(Mandatory, Position = 0)] [string] $Name)

            $file = [System.Diagnostics.FileVersionInfo]::GetVersionInfo((Join-Path $moduleFolder "lib/net/dependencies/$Name.dll"))
            "$Name $($file.ProductVersion -replace '\+.*')"
        }

        # The other module is loaded as modules without their own load context are, and works. If the host has a newer
        # System.Text.Json, Assembly.LoadFile loads the module's one into a separate context.
        $script:useOthers = @"
`$null = [System.Reflection.Assembly]::LoadFrom('$others/ApiTokens.OtherVersions.dll')
`$json = [System.Reflection.Assembly]::LoadFile('$others/System.Text.Json.dll')
`$worked = [ApiTokens.OtherVersions.OtherModule]::Work()
"@
        $script:useModule = @"
Import-Module '$moduleFolder'
`$sandbox = Start-ApiTokenSandbox
`$done = foreach (`$service in `$sandbox.Services) {
    Get-ApiToken -Connection `$service.Service | Select-Object -First 1 | ForEach-Object { `$_.Service }
}
`$token = New-ApiToken -Connection gcore -Name isolated -Role Users -ExpiresIn 30d
`$token | Remove-ApiToken -Confirm:`$false
Stop-ApiTokenSandbox
"@
        $script:remember = @'
function Get-Shared { [System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies.Where({ $_.GetName().Name -match '^(Polly|Microsoft\.Extensions|Microsoft\.Bcl|System\.Text\.Json$)' }) }
$before = @(Get-Shared)
'@
        $script:tell = @'
$after = @(Get-Shared)
$own = [System.Runtime.Loader.AssemblyLoadContext]::All.Where({ $_.Name -eq 'ApiTokens' }).Assemblies
function Get-Description($Assembly) { "$($Assembly.GetName().Name) $([System.Diagnostics.FileVersionInfo]::GetVersionInfo($Assembly.Location).ProductVersion -replace '\+.*')" }
@{
    Worked = @($worked)
    WorkedAgain = @([ApiTokens.OtherVersions.OtherModule]::Work())
    Done = @($done)
    Issued = $token.Name
    Before = @($before.ForEach({ Get-Description $_ }))
    After = @($after.ForEach({ Get-Description $_ }))
    Same = @($before.Where({ $old = $_; -not $after.Where({ [object]::ReferenceEquals($_, $old) }) })).Count -eq 0
    Shared = @($own.Where({ $mine = $_; $after.Where({ [object]::ReferenceEquals($_, $mine) }) })).Count
    Own = @($own.ForEach({ Get-Description $_ }))
    Json = Get-Description $json
    JsonIsOwn = @($own.Where({ [object]::ReferenceEquals($_, $json) })).Count
    Errors = @($Error.ForEach({ "$_" }))
} | ConvertTo-Json -Compress
'@
    }

    It 'both use their own versions if the other module is loaded first' {
        $child = Invoke-ChildPowerShell ($useOthers, $remember, $useModule, $tell -join "`n")
        $child.Errors | Should -BeNullOrEmpty
        $child.Done | Sort-Object | Should -Be ($testServices.Service | Sort-Object)
        $child.Issued | Should -Be 'isolated'

        $child.Before | Should -Contain 'Polly.Core 8.5.2'
        $child.Before | Should -Contain 'Microsoft.Extensions.Http 9.0.22'
        $child.Before | Should -Contain 'Microsoft.Extensions.DependencyInjection 9.0.22'
        $child.Same | Should -BeTrue -Because 'they are the same assemblies as before'
        $child.After | Should -Be $child.Before -Because 'no assembly was added'
        $child.WorkedAgain | Should -Be $child.Worked
        $child.Json | Should -Be 'System.Text.Json 9.0.22'

        $child.Shared + $child.JsonIsOwn | Should -Be 0
        $child.Own -match '^Polly.Core ' | Should -Be (Get-Shipped 'Polly.Core')
        $child.Own -match '^Microsoft.Extensions.Http ' | Should -Be (Get-Shipped 'Microsoft.Extensions.Http')
    }

    It 'both use their own versions if ApiTokens is loaded first' {
        $child = Invoke-ChildPowerShell ($useModule, $useOthers, $remember, $tell -join "`n")
        $child.Errors | Should -BeNullOrEmpty
        $child.Issued | Should -Be 'isolated'
        $child.After | Should -Contain 'Polly.Core 8.5.2'
        $child.After | Should -Contain 'Microsoft.Extensions.Http 9.0.22'
        $child.WorkedAgain | Should -Be $child.Worked
        $child.Json | Should -Be 'System.Text.Json 9.0.22'
        $child.Shared + $child.JsonIsOwn | Should -Be 0
        $child.Own -match '^Polly.Core ' | Should -Be (Get-Shipped 'Polly.Core')
        $child.Own -match '^Microsoft.Extensions.Http ' | Should -Be (Get-Shipped 'Microsoft.Extensions.Http')
    }
}

Describe 'Two runspaces in one process' -Tag PowerShell7 {
    It 'share the assemblies and nothing else' {
        $child = Invoke-ChildPowerShell @"
Import-Module '$moduleFolder'
`$seen = 1..4 | ForEach-Object -Parallel {
    Import-Module '$moduleFolder'
    `$sandbox = Start-ApiTokenSandbox
    `$issued = New-ApiToken -Connection gcore -Name "runspace-`$_" -Role Users -ExpiresIn 30d
    `$names = (Get-ApiToken -Connection gcore -Name 'runspace-*').Name -join ' '
    Stop-ApiTokenSandbox
    `$names
} -ThrottleLimit 4
@{ Seen = @(`$seen | Sort-Object); Own = @(Get-ApiTokenService).Count; Contexts = @([System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ ApiTokens).Count } | ConvertTo-Json -Compress
"@
        $child.Seen | Should -Be 'runspace-1', 'runspace-2', 'runspace-3', 'runspace-4'
        $child.Own | Should -Be 0
        $child.Contexts | Should -Be 1
    }
}
