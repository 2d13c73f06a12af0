# A vault for tests, in the folder that its parameter Folder specifies, with one file per secret, so that other processes and
# runspaces can read it while it is written. It rejects names that match the pattern in the file 'refuse', supports no metadata if
# the file 'no-metadata' exists, is locked if the file 'locked' exists, and cannot be searched if the file 'unlisted' exists.

function Get-SecretFile([string] $Name, [hashtable] $Parameters) {
    Join-Path $Parameters.Folder ([System.BitConverter]::ToString([System.Text.Encoding]::UTF8.GetBytes($Name)).Replace('-', '') + '.secret')
}

function Write-Atomically([string] $Path, [string] $Text) {
    $temporary = "$Path.$([guid]::NewGuid().ToString('n'))"
    [System.IO.File]::WriteAllText($temporary, $Text)
    [System.IO.File]::Move($temporary, $Path, $true)
}

function Get-Secret {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'SecretManagement passes it.')]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    $file = Get-SecretFile $Name $AdditionalParameters
    if ([System.IO.File]::Exists($file)) {
        [System.Net.NetworkCredential]::new('', [System.IO.File]::ReadAllText($file)).SecurePassword
    }
}

function Get-SecretInfo {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'SecretManagement passes it.')]
    param([string] $Filter, [string] $VaultName, [hashtable] $AdditionalParameters)

    if ([System.IO.File]::Exists((Join-Path $AdditionalParameters.Folder 'unlisted'))) {
        throw 'The vault cannot be searched.'
    }

    $files = if ([wildcardpattern]::ContainsWildcardCharacters($Filter)) {
        [System.IO.Directory]::GetFiles($AdditionalParameters.Folder, '*.secret')
    }
    else {
        Get-SecretFile ([wildcardpattern]::Unescape($Filter)) $AdditionalParameters | Where-Object { [System.IO.File]::Exists($_) }
    }

    foreach ($file in $files) {
        $name = [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromHexString([System.IO.Path]::GetFileNameWithoutExtension($file)))
        if ($name -like $Filter) {
            $metadata = [System.Collections.Generic.Dictionary[string, object]]::new()
            if ([System.IO.File]::Exists("$file.json")) {
                ([System.IO.File]::ReadAllText("$file.json") | ConvertFrom-Json -AsHashtable).GetEnumerator() | ForEach-Object { $metadata[$_.Key] = $_.Value }
            }

            [Microsoft.PowerShell.SecretManagement.SecretInformation]::new($name, 'SecureString', $VaultName, $metadata)
        }
    }
}

function Set-Secret {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'SecretManagement passes it.')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'SecretManagement asks.')]
    param([string] $Name, [object] $Secret, [string] $VaultName, [hashtable] $AdditionalParameters)

    $refuse = Join-Path $AdditionalParameters.Folder 'refuse'
    if ([System.IO.File]::Exists($refuse) -and $Name -like [System.IO.File]::ReadAllText($refuse)) {
        throw "The vault is full and cannot store '$Name' with $(ConvertFrom-SecureString $Secret -AsPlainText)."
    }

    Write-Atomically (Get-SecretFile $Name $AdditionalParameters) (ConvertFrom-SecureString $Secret -AsPlainText)
}

function Set-SecretInfo {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'SecretManagement passes it.')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'SecretManagement asks.')]
    param([string] $Name, [hashtable] $Metadata, [string] $VaultName, [hashtable] $AdditionalParameters)

    if ([System.IO.File]::Exists((Join-Path $AdditionalParameters.Folder 'no-metadata'))) {
        throw 'This vault takes no metadata.'
    }

    Write-Atomically "$(Get-SecretFile $Name $AdditionalParameters).json" (ConvertTo-Json $Metadata)
}

function Remove-Secret {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'SecretManagement passes it.')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'SecretManagement asks.')]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    Remove-Item -LiteralPath (Get-SecretFile $Name $AdditionalParameters)
}

function Test-SecretVault {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'SecretManagement passes it.')]
    param([string] $VaultName, [hashtable] $AdditionalParameters)

    -not [System.IO.File]::Exists((Join-Path $AdditionalParameters.Folder 'locked'))
}
