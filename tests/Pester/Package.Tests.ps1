# The shipped module: its manifest, its files and the licences of its packages.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    # The root assembly depends on the edition, so the manifest is not a pure data file.
    $script:manifest = & ([scriptblock]::Create((Get-Content -LiteralPath (Join-Path $moduleFolder 'ApiTokens.psd1') -Raw)))

    # Ignore files that the installation adds.
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

    It 'has no list of files, which every import would check' {
        $manifest.ContainsKey('FileList') | Should -BeFalse
    }

    It 'lists its exports without wildcards' {
        foreach ($key in 'FunctionsToExport', 'CmdletsToExport', 'AliasesToExport', 'VariablesToExport') {
            $manifest.ContainsKey($key) | Should -BeTrue
            @($manifest[$key]) -match '[*?\[]' | Should -BeNullOrEmpty
        }

        $manifest.CmdletsToExport | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }

    It 'has the data that a gallery shows: tags, addresses and release notes' {
        $data = $manifest.PrivateData.PSData
        $data.Tags | Should -Contain 'PSEdition_Desktop'
        $data.Tags | Should -Contain 'PSEdition_Core'
        $data.Tags -match '\s' | Should -BeNullOrEmpty -Because 'a gallery splits tags at spaces'
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
    It 'have paths that are short enough for Windows in any profile' {
        $longest = $files | ForEach-Object { "ApiTokens/$($manifest.ModuleVersion)/$_" } | Sort-Object -Property Length | Select-Object -Last 1
        $longest.Length | Should -BeLessThan 140
    }

    It 'contain no path of the build machine' {
        # Symbols and stack traces use paths relative to the repository.
        $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
        foreach ($file in $files -match '(^|/)ApiTokens\.[^/]*\.dll$') {
            $text = [System.Text.Encoding]::GetEncoding(28591).GetString([System.IO.File]::ReadAllBytes((Join-Path $moduleFolder $file)))
            $text.Contains($root) | Should -BeFalse -Because "$file must not depend on the build machine"
        }
    }

    It 'provide line numbers for stack traces' -Tag PowerShell7 {
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

    It 'include the licence of each package' {
        $notices = Get-Content -LiteralPath (Join-Path $moduleFolder 'ThirdPartyNotices.txt') -Raw
        $foreign = $files -match '\.(dll|so|dylib)$' -notmatch '/ApiTokens\.[^/]*$'
        $foreign.Count | Should -BeGreaterThan 40
        foreach ($name in $foreign -match '^lib/' -replace '.*/' -replace '\.dll$' | Sort-Object -Unique) {
            $notices | Should -Match "(?m)^$([regex]::Escape($name)) \d+\.\d+\.\d+$"
        }

        foreach ($text in 'Permission is hereby granted, free of charge', 'Apache License', 'Redistribution and use in source and binary forms', 'SQLite is Public Domain') {
            $notices.Contains($text) | Should -BeTrue -Because "'$text' is part of a licence"
        }
    }

    It 'include native files only for platforms that PowerShell supports' {
        $files -match '^sandbox/runtimes/' -replace '^sandbox/runtimes/([^/]+)/.*', '$1' | Sort-Object |
            Should -Be 'linux-arm64', 'linux-musl-x64', 'linux-x64', 'osx-arm64', 'osx-x64', 'win-arm64', 'win-x64'
    }
}
