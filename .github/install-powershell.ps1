<#
.SYNOPSIS
    Installs a version of PowerShell, such as 7.4.0, or the latest of a version line, such as 7.6, from its official release
    archive and adds it to the PATH of the job. The checksum of the archive is verified.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [version] $Version,
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$headers = @{ Accept = 'application/vnd.github+json' }
if ($env:GITHUB_TOKEN) {
    $headers['Authorization'] = "Bearer $env:GITHUB_TOKEN"
}

$releases = 'https://api.github.com/repos/PowerShell/PowerShell/releases'
$release = if ($Version.Build -ge 0) {
    Invoke-RestMethod -Uri "$releases/tags/v$Version" -Headers $headers
}
else {
    Invoke-RestMethod -Uri "${releases}?per_page=100" -Headers $headers |
        Where-Object tag_name -Match "^v$([regex]::Escape($Version))\.\d+$" |
        Sort-Object -Property { [version] $_.tag_name.Substring(1) } | Select-Object -Last 1
}

if (-not $release) {
    throw "PowerShell $Version has no release."
}

$architecture = [System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture.ToString().ToLowerInvariant()
$number = $release.tag_name.Substring(1)
$name = if ($IsWindows) { "PowerShell-$number-win-$architecture.zip" }
elseif ($IsMacOS) { "powershell-$number-osx-$architecture.tar.gz" }
else { "powershell-$number-linux-$architecture.tar.gz" }

$null = New-Item -ItemType Directory -Path $Destination -Force
$archive = Join-Path $Destination $name
$sums = Join-Path $Destination 'hashes.sha256'
foreach ($file in $archive, $sums) {
    $asset = $release.assets | Where-Object name -EQ (Split-Path $file -Leaf)
    Invoke-WebRequest -Uri $asset.browser_download_url -OutFile $file
}

$expected = Get-Content -LiteralPath $sums | Where-Object { $_ -match "^(?<hash>[0-9A-Fa-f]{64})\s+\*?$([regex]::Escape($name))\s*$" } | ForEach-Object { $Matches.hash }
$actual = (Get-FileHash -LiteralPath $archive -Algorithm SHA256).Hash
if ($actual -ne $expected) {
    throw "The SHA-256 of $name is $actual, but its release specifies '$expected'."
}

if ($IsWindows) {
    Expand-Archive -LiteralPath $archive -DestinationPath $Destination
}
else {
    tar -xzf $archive -C $Destination
    chmod +x (Join-Path $Destination 'pwsh')
}

Remove-Item -LiteralPath $archive
Add-Content -LiteralPath $env:GITHUB_PATH -Value $Destination
Write-Output "PowerShell $number"
