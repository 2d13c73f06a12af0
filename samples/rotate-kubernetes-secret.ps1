#Requires -Version 5.1

<#
.SYNOPSIS
    Rotates a token whose secret is a Kubernetes secret, and restarts the deployment that uses it.
.DESCRIPTION
    Issues a new token, passes a manifest with its secret to `kubectl apply` on the standard input, restarts the deployment, and
    waits until its new pods are ready. Only then is the old token removed. If a vault has the old secret (-Vault), a deployment
    that does not become ready gets it back.
.EXAMPLE
    ./rotate-kubernetes-secret.ps1 'exporter' -Connection gcore -Namespace monitoring -SecretName exporter-token -Deployment exporter -WhatIf
.EXAMPLE
    ./rotate-kubernetes-secret.ps1 'exporter' -Connection gcore -Namespace monitoring -SecretName exporter-token -Deployment exporter -Vault ops -Confirm:$false
.OUTPUTS
    The new token, without its secret.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Used in script blocks and functions.')]
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    # The token: its id or its name.
    [Parameter(Mandatory, Position = 0)] [string] $Token,

    [Parameter(Mandatory)] [string] $Connection,

    [Parameter(Mandatory)] [string] $Namespace,

    # The name of the Kubernetes secret.
    [Parameter(Mandatory)] [string] $SecretName,

    # The key in the secret.
    [string] $Key = 'token',

    # The deployment that uses the secret.
    [Parameter(Mandatory)] [string] $Deployment,

    # How long to wait until the new pods are ready.
    [string] $Timeout = '120s',

    # A vault that has the secret too.
    [string] $Vault
)

Set-StrictMode -Version Latest

function Invoke-Kubectl {
    <# Runs kubectl with a text on its standard input, and throws if it fails. #>
    param([string[]] $Arguments, [string] $Text)

    $start = [System.Diagnostics.ProcessStartInfo]::new('kubectl', ($Arguments.ForEach({ '"{0}"' -f ($_ -replace '"', '\"') }) -join ' '))
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $process = [System.Diagnostics.Process]::Start($start)
    try {
        $output = $process.StandardOutput.ReadToEndAsync()
        $errors = $process.StandardError.ReadToEndAsync()
        $process.StandardInput.Write($Text)
        $process.StandardInput.Close()
        $process.WaitForExit()
        if ($process.ExitCode -ne 0) {
            throw "kubectl $($Arguments[0]) failed with $($process.ExitCode): $($errors.Result.Trim())"
        }

        $output.Result.Trim()
    }
    finally {
        $process.Dispose()
    }
}

$places = @{}
if ($Vault) {
    $places.Vault = $Vault
}

Reset-ApiToken $Token -Connection $Connection @places -Deploy {
    $manifest = @{
        apiVersion = 'v1'
        kind       = 'Secret'
        metadata   = @{ name = $SecretName; namespace = $Namespace; annotations = @{ 'apitokens/id' = "$($_.Id)" } }
        stringData = @{ $Key = [System.Net.NetworkCredential]::new('', $args[0]).Password }
    } | ConvertTo-Json -Depth 4
    Invoke-Kubectl -Arguments 'apply', '--server-side', '-f', '-' -Text $manifest
    Invoke-Kubectl -Arguments 'rollout', 'restart', "deployment/$Deployment", '--namespace', $Namespace
} -Verify {
    Invoke-Kubectl -Arguments 'rollout', 'status', "deployment/$Deployment", '--namespace', $Namespace, "--timeout=$Timeout"
}
