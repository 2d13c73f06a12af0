# The module as it ships: its manifest, its files, whose work it holds.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    # Which assembly is the root depends on the edition, so the manifest is no mere data file.
    $script:manifest = & ([scriptblock]::Create((Get-Content -LiteralPath (Join-Path $moduleFolder 'ApiTokens.psd1') -Raw)))

    # What installing adds is not the package's.
    $script:files = Get-ChildItem -LiteralPath $moduleFolder -Recurse -File |
        ForEach-Object { $_.FullName.Substring($moduleFolder.TrimEnd('\', '/').Length + 1) -replace '\\', '/' } |
        Where-Object { $_ -ne 'PSGetModuleInfo.xml' }
}

Describe 'The manifest' {
    It 'is valid' {
        $module = Test-ModuleManifest -Path (Join-Path $moduleFolder 'ApiTokens.psd1') -ErrorAction Stop -WarningVariable warnings
        $module.Name | Should -Be 'ApiTokens'
        $module.CompatiblePSEditions | Should -Be 'Desktop', 'Core'
        $module.PowerShellVersion | Should -Be '5.1'
        $module.DotNetFrameworkVersion | Should -Be '4.7.2'
        $warnings | Should -BeNullOrEmpty
    }

    It 'has no list of files, which every import would look for' {
        $manifest.ContainsKey('FileList') | Should -BeFalse
    }

    It 'names what is exported without wildcards' {
        foreach ($key in 'FunctionsToExport', 'CmdletsToExport', 'AliasesToExport', 'VariablesToExport') {
            $manifest.ContainsKey($key) | Should -BeTrue
            @($manifest[$key]) -match '[*?\[]' | Should -BeNullOrEmpty
        }

        $manifest.CmdletsToExport | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }

    It 'says what a gallery shows: tags, addresses, release notes' {
        $data = $manifest.PrivateData.PSData
        $data.Tags | Should -Contain 'PSEdition_Desktop'
        $data.Tags | Should -Contain 'PSEdition_Core'
        $data.Tags -match '\s' | Should -BeNullOrEmpty -Because 'a gallery takes them for two'
        ([uri] $data.ProjectUri).Scheme | Should -Be 'https'
        ([uri] $data.LicenseUri).Scheme | Should -Be 'https'
        $data.ReleaseNotes | Should -Match '^\+ '
        $data.ReleaseNotes | Should -Not -Match '(?m)^#'
    }

    It 'has the version of its assemblies' {
        $assembly = [System.Reflection.AssemblyName]::GetAssemblyName((Join-Path $moduleFolder 'lib/netfx/ApiTokens.Core.dll'))
        $assembly.Version.ToString(3) | Should -Be $manifest.ModuleVersion
    }
}

Describe 'The files' {
    It 'have paths that Windows can hold below any profile' {
        $longest = $files | ForEach-Object { "ApiTokens/$($manifest.ModuleVersion)/$_" } | Sort-Object -Property Length | Select-Object -Last 1
        $longest.Length | Should -BeLessThan 140
    }

    It 'hold no path of the machine that built them' {
        # Symbols and stack traces name sources by their place in the repository.
        $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
        foreach ($file in $files -match '(^|/)ApiTokens\.[^/]*\.dll$') {
            $text = [System.Text.Encoding]::GetEncoding(28591).GetString([System.IO.File]::ReadAllBytes((Join-Path $moduleFolder $file)))
            $text.Contains($root) | Should -BeFalse -Because "$file can be built anywhere"
        }
    }

    It 'name the lines of a stack trace' -Tag PowerShell7 {
        $file = Join-Path $moduleFolder 'lib/net/dependencies/ApiTokens.Core.dll'
        $reader = [System.Reflection.PortableExecutable.PEReader]::new([System.IO.File]::OpenRead($file))
        try {
            $reader.ReadDebugDirectory().Type | Should -Contain 'EmbeddedPortablePdb'
            $reader.ReadDebugDirectory().Type | Should -Contain 'Reproducible'
        }
        finally {
            $reader.Dispose()
        }
    }

    It 'come with the licence of each package whose work they are' {
        $notices = Get-Content -LiteralPath (Join-Path $moduleFolder 'ThirdPartyNotices.txt') -Raw
        $foreign = $files -match '\.(dll|so|dylib)$' -notmatch '/ApiTokens\.[^/]*$'
        $foreign.Count | Should -BeGreaterThan 40
        foreach ($name in $foreign -match '^lib/' -replace '.*/' -replace '\.dll$' | Sort-Object -Unique) {
            $notices | Should -Match "(?m)^$([regex]::Escape($name)) \d+\.\d+\.\d+$"
        }

        foreach ($text in 'Permission is hereby granted, free of charge', 'Apache License', 'Redistribution and use in source and binary forms', 'SQLite is Public Domain') {
            $notices.Contains($text) | Should -BeTrue -Because "'$text' stands in a licence"
        }
    }

    It 'are of the platforms that PowerShell runs on, and no more' {
        $files -match '^sandbox/runtimes/' -replace '^sandbox/runtimes/([^/]+)/.*', '$1' | Sort-Object |
            Should -Be 'linux-arm64', 'linux-musl-x64', 'linux-x64', 'osx-arm64', 'osx-x64', 'win-arm64', 'win-x64'
    }
}
