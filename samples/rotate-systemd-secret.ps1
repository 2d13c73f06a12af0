#Requires -Version 5.1

<#
.SYNOPSIS
    Rotates a token whose secret is in the environment file of a systemd service, and restarts the service.
.DESCRIPTION
    Saves the new secret in a file that only its owner can read, writes the environment file from it, restarts the service, and
    asks the service whether it is healthy. Only then is the old token removed. If it is not healthy, both files get the old
    secret back, the service is restarted, and the old token is kept: the file of the secret has the old one at hand.
.EXAMPLE
    sudo pwsh ./rotate-systemd-secret.ps1 'exporter' -Connection gcore -Unit exporter.service -SecretPath /etc/exporter/token.secret -EnvironmentFile /etc/exporter/env -VariableName EXPORTER_TOKEN -HealthUri http://127.0.0.1:9100/health
.OUTPUTS
    The new token, without its secret.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Used in script blocks and functions.')]
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    # The token: its id or its name.
    [Parameter(Mandatory, Position = 0)] [string] $Token,

    [Parameter(Mandatory)] [string] $Connection,

    # The service, such as exporter.service.
    [Parameter(Mandatory)] [string] $Unit,

    # A file with the secret alone. It must have the current secret, so that it can be restored.
    [Parameter(Mandatory)] [string] $SecretPath,

    # The file of EnvironmentFile= in the unit. Only the line of the variable changes.
    [Parameter(Mandatory)] [string] $EnvironmentFile,

    [Parameter(Mandatory)] [string] $VariableName,

    # An address that answers with 200 if the service is healthy. Without it, only its state is checked.
    [uri] $HealthUri,

    # How long the service may take to be healthy.
    [timespan] $Timeout = '00:00:30'
)

Set-StrictMode -Version Latest

function Set-EnvironmentLine {
    <# Replaces the line of the variable. The file is replaced as a whole, so the service never reads a part of it. #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Reset-ApiToken asks.')]
    param([string] $Value)

    $lines = @(Get-Content -LiteralPath $EnvironmentFile | Where-Object { $_ -notlike "$VariableName=*" }) + "$VariableName=$Value"
    $copy = "$EnvironmentFile.new"
    Copy-Item -LiteralPath $EnvironmentFile -Destination $copy -ErrorAction Stop
    [System.IO.File]::WriteAllText($copy, ($lines -join "`n") + "`n")
    Move-Item -LiteralPath $copy -Destination $EnvironmentFile -Force -ErrorAction Stop
}

function Test-Health {
    <# Asks the service until it is healthy or the time is over. #>
    $end = [datetime]::UtcNow + $Timeout
    do {
        & systemctl is-active --quiet $Unit
        $healthy = $LASTEXITCODE -eq 0
        if ($healthy -and $HealthUri) {
            try {
                $healthy = (Invoke-WebRequest -Uri $HealthUri -UseBasicParsing -TimeoutSec 5).StatusCode -eq 200
            }
            catch {
                $healthy = $false
            }
        }

        if (-not $healthy) {
            Start-Sleep -Milliseconds 500
        }
    } until ($healthy -or [datetime]::UtcNow -gt $end)
    $healthy
}

Reset-ApiToken $Token -Connection $Connection -Path $SecretPath -Force -Deploy {
    Set-EnvironmentLine -Value ([System.Net.NetworkCredential]::new('', $args[0]).Password)
    & systemctl restart $Unit
    if ($LASTEXITCODE -ne 0) {
        throw "systemctl restart $Unit failed with $LASTEXITCODE."
    }
} -Verify { Test-Health }
