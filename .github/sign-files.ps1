# Signs the files of a staged module with Authenticode, before it is packed. This script has never been run.
#
# It signs each file. A catalog would be invalid as soon as one file differs, and PowerShell does not check catalogs at import.
# A maintainer must provide:
# - a code signing certificate of a public authority, in the certificate store of a Windows runner, or in a service such as Azure
#   Artifact Signing whose client adds it to the store. A self-signed certificate has no effect on other machines.
# - the thumbprint of the certificate as a variable of the environment 'powershell-gallery'.
# - a Windows job between 'package' and the tests in ci.yml that unpacks the package, runs this script, packs it again, and has the
#   hash of the signed package as its output. The tests and the release then use this package and this hash.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $ModulePath,
    [Parameter(Mandatory)] [string] $Thumbprint,
    [string] $TimestampServer = 'http://timestamp.digicert.com'
)

$ErrorActionPreference = 'Stop'
$certificate = Get-Item "Cert:\CurrentUser\My\$Thumbprint"

# The assemblies of other authors keep their own signatures.
$files = Get-ChildItem $ModulePath -Recurse -File | Where-Object {
    $_.Extension -in '.psd1', '.ps1xml', '.psm1', '.ps1' -or ($_.Extension -eq '.dll' -and $_.Name -like 'ApiTokens.*')
}
foreach ($file in $files) {
    $signature = Set-AuthenticodeSignature -FilePath $file.FullName -Certificate $certificate -HashAlgorithm SHA256 `
        -IncludeChain NotRoot -TimestampServer $TimestampServer
    if ($signature.Status -ne 'Valid') { throw "$($file.Name) was not signed: $($signature.StatusMessage)" }
}
