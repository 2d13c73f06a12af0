# What scripts rely on: cmdlets, parameters, properties of what comes out, ids of errors and rules. A change of it is a
# change of PublicSurface.approved.txt, made on purpose: $env:APITOKENS_APPROVE = 1 writes it anew.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"

    function Get-TypeName([type] $Type) {
        # The same on both editions, and without the versions of assemblies.
        $name = [Microsoft.PowerShell.ToStringCodeMethods]::Type([psobject] $Type)
        $name -replace ', [\w.]+, Version=[^]]*?PublicKeyToken=\w+'
    }

    function Get-ParameterText([System.Management.Automation.ParameterMetadata] $Parameter) {
        $sets = foreach ($set in $Parameter.ParameterSets.Keys | Sort-Object) {
            $in = $Parameter.ParameterSets[$set]
            $words = @(
                if ($set -ne '__AllParameterSets') { $set }
                if ($in.IsMandatory) { 'mandatory' }
                if ($in.Position -ge 0) { "position $($in.Position)" }
                if ($in.ValueFromPipeline) { 'pipeline' }
                if ($in.ValueFromPipelineByPropertyName) { 'by name' }
            )
            if ($words) { "($($words -join ', '))" }
        }

        $values = if ($Parameter.ParameterType.IsEnum) { " {$([enum]::GetNames($Parameter.ParameterType) -join ', ')}" }
        $aliases = if ($Parameter.Aliases.Count) { " alias $(($Parameter.Aliases | Sort-Object) -join ', ')" }
        "  -$($Parameter.Name) <$(Get-TypeName $Parameter.ParameterType)>$values$aliases $($sets -join ' ')".TrimEnd()
    }

    function Get-PublicSurface {
        <# The surface of the imported module, line by line. #>
        [OutputType([string])]
        param()

        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
        $outputs = [System.Collections.Generic.SortedDictionary[string, type]]::new([StringComparer]::Ordinal)
        foreach ($command in Get-Command -Module ApiTokens -CommandType Cmdlet | Sort-Object Name) {
            $attribute = $command.ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $true)[0]
            $aliases = @(Get-Alias -Definition $command.Name -ErrorAction Ignore).Name | Sort-Object
            "$($command.Name)$(if ($aliases) { " alias $($aliases -join ', ')" })$(if ($attribute.SupportsShouldProcess) { ", asks (impact $($attribute.ConfirmImpact))" })"
            foreach ($output in $command.OutputType | Where-Object Type) {
                $outputs[$output.Type.FullName] = $output.Type
                "  gives $(Get-TypeName $output.Type)"
            }

            foreach ($parameter in $command.Parameters.Values | Where-Object { $_.Name -notin $common } | Sort-Object Name) {
                Get-ParameterText $parameter
            }
        }

        foreach ($type in $outputs.Values | Where-Object { $_.FullName -like 'ApiTokens*' }) {
            "type $(Get-TypeName $type)$(if ($type.BaseType.FullName -like 'ApiTokens*') { " : $(Get-TypeName $type.BaseType)" })"
            foreach ($property in $type.GetProperties() | Where-Object { $_.DeclaringType -eq $type } | Sort-Object Name) {
                "  $($property.Name) <$(Get-TypeName $property.PropertyType)>"
            }
        }

        $core = (Get-Command -Name Get-ApiToken).OutputType[0].Type.Assembly
        'error ids, beside Invalid<Parameter>'
        @($core.GetType('ApiTokens.Http.ErrorIds').GetFields().Name) + [enum]::GetNames($core.GetType('ApiTokens.Http.ErrorKind')) | Sort-Object -Unique | ForEach-Object { "  $_" }
        'rules of Test-ApiToken'
        $core.GetType('ApiTokens.Lifecycle.Findings.FindingRules').GetProperty('All').GetValue($null).Id | Sort-Object | ForEach-Object { "  $_" }
    }
}

Describe 'The public surface' {
    It 'is the approved one' {
        $approved = Join-Path $PSScriptRoot 'PublicSurface.approved.txt'
        $surface = @(Get-PublicSurface)
        if ($env:APITOKENS_APPROVE) {
            [System.IO.File]::WriteAllText($approved, ($surface -join "`n") + "`n")
        }

        $changes = Compare-Object -ReferenceObject @(Get-Content -LiteralPath $approved) -DifferenceObject $surface -CaseSensitive |
            ForEach-Object { "$(if ($_.SideIndicator -eq '=>') { 'new:' } else { 'gone:' }) $($_.InputObject.Trim())" }
        $changes | Should -BeNullOrEmpty -Because 'scripts rely on it; if that is meant, approve it and write it in the changelog'
        $surface.Count | Should -BeGreaterThan 200
    }

    It 'has only approved verbs and singular nouns' {
        foreach ($command in Get-Command -Module ApiTokens -CommandType Cmdlet) {
            (Get-Verb -Verb $command.Verb) | Should -Not -BeNullOrEmpty -Because $command.Name
            $command.Noun | Should -Not -Match 's$'
        }
    }

    It 'has each error id on the page that explains them' {
        $page = Join-Path $PSScriptRoot '../../docs/errors.md'
        $listed = @(Get-Content -LiteralPath $page) -match '^\| `\w+` \|' | ForEach-Object { ($_ -split '`')[1] }
        $core = (Get-Command -Name Get-ApiToken).OutputType[0].Type.Assembly
        $ids = @($core.GetType('ApiTokens.Http.ErrorIds').GetFields().Name) + [enum]::GetNames($core.GetType('ApiTokens.Http.ErrorKind'))
        Compare-Object -ReferenceObject ($ids | Sort-Object -Unique) -DifferenceObject ($listed | Sort-Object) | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" } | Should -BeNullOrEmpty
    }
}
