using System.Collections;
using System.Management.Automation;
using PowerShellCommand = System.Management.Automation.PowerShell;

namespace ApiTokens.PowerShell.Completion;

/// <summary>Completes the names of the vaults of SecretManagement, if it is installed.</summary>
public sealed class VaultCompleter : Completer
{
    internal override IEnumerable<Candidate> Candidates(IDictionary bound)
    {
        using var command = PowerShellCommand.Create(RunspaceMode.CurrentRunspace);
        command.AddCommand(@"Microsoft.PowerShell.SecretManagement\Get-SecretVault").AddParameter("ErrorAction", ActionPreference.Ignore);
        try
        {
            return [.. command.Invoke().Select(vault =>
                new Candidate($"{vault.Properties["Name"]?.Value}", Tip: $"{vault.Properties["ModuleName"]?.Value}"))];
        }
        catch (CommandNotFoundException)
        {
            return [];
        }
    }
}
