# Tab completion where a value is expected. PowerShell offers the names of files for a parameter without a completer.

BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    $files = 'Path', 'LiteralPath', 'JournalPath', 'DatabasePath', 'Policy', 'ReferencePath', 'DifferencePath'
    $common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
    $script:values = foreach ($cmdlet in Get-Command -Module ApiTokens -CommandType Cmdlet) {
        $cmdlet.Parameters.Values |
            Where-Object { $_.Name -notin $files + $common -and $_.ParameterType -notin [switch], [scriptblock] } |
            ForEach-Object { @{ Cmdlet = $cmdlet.Name; Parameter = $_.Name } }
    }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Push-Location $TestDrive
    Set-Content file-in-the-folder.txt ''
}

AfterAll {
    Pop-Location
}

Describe 'The completion of <Cmdlet> -<Parameter>' -ForEach $values {
    It 'offers no file' {
        $line = "$Cmdlet -$Parameter file"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Not -BeLike '*file-in-the-folder*'
    }
}

Describe 'The completion of a path' {
    It 'offers a file' {
        $line = 'Remove-ApiToken -JournalPath file'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -BeLike '*file-in-the-folder*'
    }
}
