using System.Collections;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>
/// A module with the functions of SecretManagement that the cmdlets call, and one vault in memory, "ops". The engine from NuGet does not
/// have SecretManagement; Pester tests real vaults.
/// </summary>
public static class FakeVault
{
    private const string Module = """
        param($Secrets, $Metadata)
        $null = New-Module -Name Microsoft.PowerShell.SecretManagement -ArgumentList $Secrets, $Metadata -ScriptBlock {
            param($Secrets, $Metadata)
            function Set-Secret { param($Vault, $Name, $Secret, $Metadata) throw 'read-only' }
            function Get-SecretVault { param($Name) if ($Name -ne 'ops') { throw "Vault $Name does not exist in registry." } }
            function Test-SecretVault { param($Name) $true }
            function Get-Secret {
                param($Vault, $Name)
                if (-not $Secrets.Contains($Name)) { throw "The secret $Name was not found." }
                , $Secrets[$Name]
            }
            function Get-SecretInfo {
                param($Vault, $Name)
                foreach ($key in @($Secrets.Keys)) { [pscustomobject]@{ Name = $key; Metadata = $Metadata[$key] } }
            }
        } | Import-Module -Global -Force
        """;

    /// <summary>Imports the module into a session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="secrets">The secrets by name.</param>
    /// <param name="metadata">The metadata by name.</param>
    public static void Import(ModuleSession session, Hashtable secrets, Hashtable? metadata = null) =>
        session.Run(Module, secrets, metadata ?? []).ShouldSucceed();
}
