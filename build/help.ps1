#Requires -Modules @{ ModuleName = 'Microsoft.PowerShell.PlatyPS'; ModuleVersion = '1.0.3' }

<#
.SYNOPSIS
    Generates the external help for Get-Help from the Markdown of the cmdlets.
.PARAMETER Source
    The folder with the Markdown files.
.PARAMETER Target
    The help file to write.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Source,
    [Parameter(Mandatory)] [string] $Target
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Removes the markup, which a console does not show, and joins the lines of each paragraph, which Get-Help wraps.
function ConvertTo-PlainText {
    param([AllowEmptyString()] [string] $Markdown)

    $paragraphs = $Markdown.Trim() -replace '\r\n', "`n" -split '\n{2,}' | ForEach-Object {
        $lines = $_ -split '\n'
        if ($lines[0] -match '^\|') { ConvertFrom-Table $lines }
        elseif ($lines[0] -match '^- ') { $lines -join "`n" -replace '\n +', ' ' }
        else { $lines -join ' ' }
    }
    $paragraphs -join "`n`n" -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '`'
}

# A table is wider than a console, so each row becomes its first cell with the other cells below it.
function ConvertFrom-Table {
    param([string[]] $Line)

    $rows = @($Line | Where-Object { $_ -notmatch '^\|[-|]+\|$' } | ForEach-Object { , $_.Trim('|').Split('|').Trim() })
    $texts = foreach ($row in $rows | Select-Object -Skip 1) {
        $row[0]
        1..($row.Count - 1) | ForEach-Object { "    $($rows[0][$_]): $($row[$_])" }
    }
    $texts -join "`n"
}

function Set-Paragraph {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It changes a document in memory.')]
    param([System.Xml.XmlElement] $Element, [AllowEmptyString()] [string[]] $Text)

    $Element.RemoveAll()
    foreach ($paragraph in $Text) {
        $Element.AppendChild($Element.OwnerDocument.CreateElement('maml', 'para', $namespaces.LookupNamespace('maml'))).InnerText = $paragraph
    }
}

$commands = @(Get-ChildItem -LiteralPath $Source -Filter *-*.md | Sort-Object Name | ForEach-Object { Import-MarkdownCommandHelp -LiteralPath $_.FullName })
$examples = @{}
$defaults = @{}
foreach ($command in $commands) {
    $command.Synopsis = ConvertTo-PlainText $command.Synopsis
    $command.Description = ConvertTo-PlainText $command.Description
    $command.Notes = ConvertTo-PlainText $command.Notes
    foreach ($part in @($command.Parameters) + @($command.Inputs) + @($command.Outputs)) {
        $part.Description = ConvertTo-PlainText $part.Description
    }

    $command.Parameters | Where-Object DefaultValue | ForEach-Object { $defaults["$($command.Title) $($_.Name)"] = $_.DefaultValue }

    # The help has separate elements for code and remarks, which PlatyPS leaves empty.
    $parts = foreach ($example in $command.Examples) {
        $null = $example.Remarks -replace '\r\n', "`n" -match '(?s)^\s*```powershell\n(?<code>.*?)\n```(?<remarks>.*)$'
        @{ Code = $Matches.code; Remarks = ConvertTo-PlainText $Matches.remarks }
        $example.Remarks = ''
    }
    $examples[$command.Title] = @($parts)
}

$folder = Join-Path ([System.IO.Path]::GetTempPath()) "apitokens-help-$PID"
try {
    $file = @($commands | Export-MamlCommandHelp -OutputFolder $folder -Force)[0]
    $help = [System.Xml.XmlDocument]::new()
    $help.Load($file.FullName)
}
finally {
    Remove-Item -LiteralPath $folder -Recurse -ErrorAction Ignore
}

$namespaces = [System.Xml.XmlNamespaceManager]::new($help.NameTable)
$namespaces.AddNamespace('command', 'http://schemas.microsoft.com/maml/dev/command/2004/10')
$namespaces.AddNamespace('maml', 'http://schemas.microsoft.com/maml/2004/10')
$namespaces.AddNamespace('dev', 'http://schemas.microsoft.com/maml/dev/2004/10')
foreach ($command in $help.SelectNodes('//command:command', $namespaces)) {
    $title = $command.SelectSingleNode('command:details/command:name', $namespaces).InnerText
    $of = $examples[$title]
    $number = 0
    foreach ($example in $command.SelectNodes('command:examples/command:example', $namespaces)) {
        $example.SelectSingleNode('maml:introduction', $namespaces).RemoveAll()
        $example.SelectSingleNode('dev:code', $namespaces).InnerText = $of[$number].Code
        $remarks = $example.SelectSingleNode('dev:remarks', $namespaces)
        Set-Paragraph $remarks @($of[$number].Remarks; if ($of[$number].Remarks) { '' })
        $number++
    }

    foreach ($parameter in $command.SelectNodes('command:parameters/command:parameter', $namespaces)) {
        $default = $defaults["$title $($parameter.SelectSingleNode('maml:name', $namespaces).InnerText)"]
        if ($default) {
            $parameter.AppendChild($help.CreateElement('dev', 'defaultValue', $namespaces.LookupNamespace('dev'))).InnerText = $default
        }
    }

    # PlatyPS marks every parameter in the syntax as not accepting pipeline input.
    foreach ($parameter in $command.SelectNodes('command:syntax/command:syntaxItem/command:parameter', $namespaces)) {
        $name = $parameter.SelectSingleNode('maml:name', $namespaces).InnerText
        $described = $command.SelectSingleNode("command:parameters/command:parameter[maml:name='$name']", $namespaces)
        'pipelineInput', 'globbing' | ForEach-Object { $parameter.SetAttribute($_, $described.GetAttribute($_)) }
    }

    # Relative links work only in Markdown. They are replaced by the path of the document.
    foreach ($link in $command.SelectNodes('command:relatedLinks/maml:navigationLink', $namespaces)) {
        $text = $link.SelectSingleNode('maml:linkText', $namespaces)
        $address = $link.SelectSingleNode('maml:uri', $namespaces)
        if ($text.InnerText -eq 'Online Version') { $null = $link.ParentNode.RemoveChild($link) }
        elseif ($address.InnerText -match '^\.\./(\w+\.md)$') { $text.InnerText += " (docs/$($Matches[1]))" }
        if ($address.InnerText -notmatch '^https:') { $address.InnerText = '' }
    }
}

$settings = [System.Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [System.Text.UTF8Encoding]::new($false) }
$writer = [System.Xml.XmlWriter]::Create($PSCmdlet.GetUnresolvedProviderPathFromPSPath($Target), $settings)
try {
    $help.Save($writer)
}
finally {
    $writer.Dispose()
}
