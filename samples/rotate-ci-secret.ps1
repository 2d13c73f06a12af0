#Requires -Version 5.1

<#
.SYNOPSIS
    Rotates a token whose secret is a variable of a CI system.
.DESCRIPTION
    Issues a new token, passes its secret to `gh secret set` on the standard input, so that it is in no command line and in no
    file, starts a workflow that uses it, and removes the old token only if the workflow succeeds. If it fails, the old token is
    kept. Its secret is not at hand, so the variable then has the new one, which works too.

    For another CI system, replace the arguments of the program: for GitLab, `glab variable set NAME --masked`.
.EXAMPLE
    ./rotate-ci-secret.ps1 'ci deployment' -Connection wegnology -Repository example/app -SecretName APP_TOKEN -WhatIf
.EXAMPLE
    ./rotate-ci-secret.ps1 'ci deployment' -Connection wegnology -Repository example/app -SecretName APP_TOKEN -Workflow smoke.yml -Confirm:$false
.OUTPUTS
    The new token, without its secret.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Used in script blocks and functions.')]
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    # The token: its id or its name.
    [Parameter(Mandatory, Position = 0)] [string] $Token,

    [Parameter(Mandatory)] [string] $Connection,

    # The repository, as owner/name.
    [Parameter(Mandatory)] [string] $Repository,

    # The name of the variable.
    [Parameter(Mandatory)] [string] $SecretName,

    # A workflow that uses the secret and fails if it does not work. Without it, only the service verifies the secret.
    [string] $Workflow,

    # The program.
    [string] $Program = 'gh'
)

Set-StrictMode -Version Latest

function Invoke-Program {
    <# Runs the program with a text on its standard input, and throws if it fails. #>
    param([string[]] $Arguments, [securestring] $Secret)

    $start = [System.Diagnostics.ProcessStartInfo]::new($Program, ($Arguments.ForEach({ '"{0}"' -f ($_ -replace '"', '\"') }) -join ' '))
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $true
    $start.RedirectStandardError = $true
    $process = [System.Diagnostics.Process]::Start($start)
    try {
        $errors = $process.StandardError.ReadToEndAsync()
        if ($Secret) {
            $process.StandardInput.Write([System.Net.NetworkCredential]::new('', $Secret).Password)
        }

        $process.StandardInput.Close()
        $process.WaitForExit()
        if ($process.ExitCode -ne 0) {
            throw "$Program $($Arguments[0..1]) failed with $($process.ExitCode): $($errors.Result.Trim())"
        }
    }
    finally {
        $process.Dispose()
    }
}

$verify = @{}
if ($Workflow) {
    $verify.Verify = { Invoke-Program -Arguments 'workflow', 'run', $Workflow, '--repo', $Repository }
}

Reset-ApiToken $Token -Connection $Connection @verify -Deploy {
    Invoke-Program -Arguments 'secret', 'set', $SecretName, '--repo', $Repository -Secret $args[0]
}
