using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Security;
using ApiTokens.PowerShell.Binding;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>A vault of SecretManagement, which is called in the caller's runspace.</summary>
internal sealed class SecretVault(PSCmdlet cmdlet, string name)
{
    private const string Module = "Microsoft.PowerShell.SecretManagement";

    private const string CheckScript = """
        param($vault)
        Microsoft.PowerShell.SecretManagement\Get-SecretVault -Name $vault -ErrorAction Stop
        Microsoft.PowerShell.SecretManagement\Test-SecretVault -Name $vault -ErrorAction Stop
        """;

    private const string ReadScript = """
        param($vault, $name)
        Microsoft.PowerShell.SecretManagement\Get-Secret -Vault $vault -Name $name -ErrorAction Stop
        """;

    private const string ListScript = """
        param($vault, $pattern)
        Microsoft.PowerShell.SecretManagement\Get-SecretInfo -Vault $vault -Name $pattern -ErrorAction Stop | ForEach-Object {
            $entry = @{ name = $_.Name }
            if ($_.Metadata) {
                foreach ($pair in $_.Metadata.GetEnumerator()) {
                    $entry["metadata:$($pair.Key)"] = $pair.Value
                }
            }

            $entry
        }
        """;

    /// <summary>The name of the vault.</summary>
    public string Name => name;

    /// <summary>Verifies that the vault exists and is unlocked.</summary>
    /// <exception cref="ApiTokenException">
    /// <c>SecretManagementNotFound</c>, <c>VaultNotFound</c> or <c>VaultNotReady</c>.
    /// </exception>
    public void Check()
    {
        if (!IsInstalled())
        {
            throw new ApiTokenException(
                ErrorKind.ObjectNotFound,
                $"-Vault: the module {Module} is not installed.",
                $"Install it: Install-PSResource {Module}",
                ErrorIds.SecretManagementNotFound);
        }

        Collection<PSObject> found;
        try
        {
            found = Invoke(CheckScript, name);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new ApiTokenException(
                ErrorKind.ObjectNotFound,
                $"-Vault: the vault '{name}' cannot be used: {MessageOf(e)}",
                "To list the vaults, use Get-SecretVault. To add a vault, use Register-SecretVault.",
                ErrorIds.VaultNotFound,
                e);
        }

        if (!found.Any(item => item?.BaseObject is true))
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"-Vault: the vault '{name}' reports that it cannot be used now.",
                $"The vault may be locked. For details: Test-SecretVault -Name '{name}' -Verbose",
                ErrorIds.VaultNotReady);
        }
    }

    /// <summary>Reads a credential.</summary>
    /// <param name="secretName">The name of the secret.</param>
    /// <returns>A SecureString or a PSCredential.</returns>
    /// <exception cref="ApiTokenException"><c>SecretNotRead</c>.</exception>
    public object ReadCredential(string secretName)
    {
        object? secret;
        try
        {
            secret = Read(secretName);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw NotRead(secretName, ErrorKind.ObjectNotFound, $"cannot be read: {ForeignText.Mask(MessageOf(e))}");
        }

        return secret is SecureString or PSCredential
            ? secret
            : throw NotRead(secretName, ErrorKind.InvalidOperation, "is neither a text nor a user name with a password.");
    }

    /// <summary>Lists the secrets.</summary>
    /// <returns>The name of each secret, and its metadata.</returns>
    /// <exception cref="ApiTokenException"><c>VaultNotReady</c>.</exception>
    public IReadOnlyList<(string Name, Hashtable Metadata)> List()
    {
        try
        {
            return [.. Entries("*")];
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw NotListed(e);
        }
    }

    /// <summary>Returns the metadata of a secret; null if there is no such secret.</summary>
    /// <param name="secretName">The exact name.</param>
    public Hashtable? Find(string secretName) => Entries(WildcardPattern.Escape(secretName))
        .Where(entry => string.Equals(entry.Name, secretName, StringComparison.OrdinalIgnoreCase))
        .Select(entry => entry.Metadata)
        .FirstOrDefault();

    /// <summary>Returns a secret; null if there is no such secret.</summary>
    public object? Read(string secretName) => Invoke(ReadScript, name, secretName).FirstOrDefault()?.BaseObject;

    /// <summary>Creates the error for a vault whose secrets cannot be listed or searched.</summary>
    public ApiTokenException NotListed(RuntimeException error) => new(
        ErrorKind.InvalidOperation,
        $"-Vault: the secrets of the vault '{name}' cannot be listed: {ForeignText.Mask(MessageOf(error))}",
        $"For details: Get-SecretInfo -Vault '{name}'",
        ErrorIds.VaultNotReady);

    /// <summary>Runs a script in the caller's runspace.</summary>
    public Collection<PSObject> Invoke(string script, params object?[] arguments) =>
        cmdlet.InvokeCommand.InvokeScript(useLocalScope: true, ScriptBlock.Create(script), input: null, arguments);

    // The exception of -ErrorAction Stop wraps that of SecretManagement, which wraps that of the vault.
    public static string MessageOf(RuntimeException error)
    {
        Exception cause = error.ErrorRecord?.Exception ?? error;
        string[] messages = [cause.Message, cause.GetBaseException().Message];
        return string.Join(". ", messages.Select(message => message.Trim().TrimEnd('.')).Distinct()) + ".";
    }

    private IEnumerable<(string Name, Hashtable Metadata)> Entries(string pattern) =>
        Invoke(ListScript, name, pattern).Select(item => item.BaseObject).OfType<Hashtable>().Select(Entry);

    private static (string Name, Hashtable Metadata) Entry(Hashtable entry)
    {
        const string Prefix = "metadata:";
        var metadata = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry pair in entry)
        {
            if (pair.Key is string key && key.StartsWith(Prefix, StringComparison.Ordinal))
            {
                metadata[key.Substring(Prefix.Length)] = BlankAsNullAttribute.Unwrap(pair.Value);
            }
        }

        return ($"{entry["name"]}", metadata);
    }

    private ApiTokenException NotRead(string secretName, ErrorKind kind, string reason) => new(
        kind,
        $"-SecretName: the secret '{ForeignText.Argument(secretName)}' of the vault '{name}' {reason}",
        $"To list the secrets, use Get-SecretInfo -Vault '{name}'.",
        ErrorIds.SecretNotRead);

    private bool IsInstalled()
    {
        try
        {
            return cmdlet.InvokeCommand.GetCommand($@"{Module}\Set-Secret", CommandTypes.Cmdlet | CommandTypes.Function) is not null;
        }
        catch (CommandNotFoundException)
        {
            // GetCommand usually returns null if the module is missing, but it can also throw.
            return false;
        }
    }
}
