using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Security;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>A vault of SecretManagement, which is not needed for anything else and called in the caller's runspace.</summary>
internal sealed class VaultDelivery(PSCmdlet cmdlet, string vault, SecretPlace? secretName, bool overwrite) : SecretDelivery
{
    private const string Module = "Microsoft.PowerShell.SecretManagement";

    private const string PrepareScript = """
        param($vault)
        Microsoft.PowerShell.SecretManagement\Get-SecretVault -Name $vault -ErrorAction Stop
        Microsoft.PowerShell.SecretManagement\Test-SecretVault -Name $vault -ErrorAction Stop
        """;

    private const string FindScript = """
        param($vault, $name)
        Microsoft.PowerShell.SecretManagement\Get-SecretInfo -Vault $vault -Name ([WildcardPattern]::Escape($name)) -ErrorAction Stop |
            Where-Object Name -EQ $name | Select-Object -First 1 | ForEach-Object {
                $metadata = @{}
                if ($_.Metadata) {
                    foreach ($pair in $_.Metadata.GetEnumerator()) {
                        $metadata[$pair.Key] = $pair.Value
                    }
                }

                $metadata
            }
        """;

    private const string ReadScript = """
        param($vault, $name)
        Microsoft.PowerShell.SecretManagement\Get-Secret -Vault $vault -Name $name -ErrorAction Stop
        """;

    private const string SaveScript = """
        param($vault, $name, $secret, $metadata)
        $parameters = @{ Vault = $vault; Name = $name; Secret = $secret; ErrorAction = 'Stop'; Confirm = $false; WhatIf = $false }
        if ($metadata) {
            $parameters.Metadata = $metadata
        }

        Microsoft.PowerShell.SecretManagement\Set-Secret @parameters
        """;

    private readonly Dictionary<string, (string Name, object Value, Hashtable? Metadata)> _before = new(StringComparer.Ordinal);
    private bool _withoutMetadata;

    public override void Prepare()
    {
        if (!IsInstalled())
        {
            throw new ApiTokenException(
                ErrorKind.ObjectNotFound, $"-Vault: the module {Module} is not installed.", $"Install it: Install-PSResource {Module}", ErrorIds.SecretManagementNotFound);
        }

        Collection<PSObject> found;
        try
        {
            found = Invoke(PrepareScript, vault);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new ApiTokenException(
                ErrorKind.ObjectNotFound, $"-Vault: the vault '{vault}' cannot be used: {Words(e)}", "Get-SecretVault lists the vaults; Register-SecretVault adds one.", ErrorIds.VaultNotFound, e);
        }

        if (!found.Any(each => each?.BaseObject is true))
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation, $"-Vault: the vault '{vault}' says that it cannot be used now.", $"See what it says: Test-SecretVault -Name '{vault}' -Verbose. It may have to be unlocked.", ErrorIds.VaultNotReady);
        }
    }

    public override void Revert(string key)
    {
        if (!_before.TryGetValue(key, out (string Name, object Value, Hashtable? Metadata) before))
        {
            return;
        }

        try
        {
            Store(before.Name, before.Value, before.Metadata);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation, $"The vault '{vault}' could not be given back the secret that was under '{before.Name}': {SecretText.Mask(Words(e))}", null, ErrorIds.SecretNotSaved);
        }
    }

    protected override string? PlaceBefore(ApiToken token) => secretName switch
    {
        { Text: { } text } => text,
        null when token is { Account.Length: > 0, Name.Length: > 0 } => $"{token.Service}/{token.Account}/{token.Name}",
        _ => null,
    };

    protected override string PlaceOf(PSObject item)
    {
        string? name = secretName is not null
            ? secretName.For(item)
            : (Text(item, "Service"), Text(item, "Account"), Text(item, "Name")) is ({ } service, { } account, { } given) ? $"{service}/{account}/{given}" : null;
        return string.IsNullOrWhiteSpace(name)
            ? throw ApiTokenException.InvalidParameter("SecretName", "there is no name for the secret.", "Give one, or a script block that makes one of the token in $_.")
            : name!;
    }

    protected override void SaveAt(string place, PSObject item, SecureString secret, string key, string? replaces)
    {
        try
        {
            Keep(place, key, replaces);
            SaveWithMetadata(place, secret, MetadataOf(item));
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"The vault '{vault}' did not take the secret as '{place}': {Clean(Words(e), secret)}",
                "See to the vault, then: Save-ApiTokenSecret",
                ErrorIds.SecretNotSaved);
        }
    }

    private bool IsInstalled()
    {
        try
        {
            return cmdlet.InvokeCommand.GetCommand($@"{Module}\Set-Secret", CommandTypes.Cmdlet | CommandTypes.Function) is not null;
        }
        catch (CommandNotFoundException)
        {
            // Most often it answers null; looking for the module can end like this too.
            return false;
        }
    }

    // What -ErrorAction Stop throws speaks of itself first; what the vault said stands behind what SecretManagement did.
    private static string Words(RuntimeException error)
    {
        Exception cause = error.ErrorRecord?.Exception ?? error;
        string[] words = [cause.Message, cause.GetBaseException().Message];
        return string.Join(". ", words.Select(each => each.Trim().TrimEnd('.')).Distinct()) + ".";
    }

    private static Hashtable MetadataOf(PSObject item)
    {
        var metadata = new Hashtable();
        Add("service", Text(item, "Service"));
        Add("account", Text(item, "Account"));
        Add("tokenId", Text(item, "Id"));
        Add("expiresAt", item.Properties["ExpiresAt"]?.Value is { } end && LanguagePrimitives.TryConvertTo(end, out DateTimeOffset moment) ? moment.UtcDateTime : null);
        return metadata;

        void Add(string name, object? value)
        {
            if (value is not null)
            {
                metadata[name] = value;
            }
        }
    }

    // What is under the name already may be the only copy of another token's secret.
    private void Keep(string place, string key, string? replaces)
    {
        if (replaces is null && overwrite)
        {
            return;
        }

        if (Invoke(FindScript, vault, place).FirstOrDefault()?.BaseObject is not Hashtable metadata)
        {
            return;
        }

        if (replaces is null)
        {
            throw new ApiTokenException(
                ErrorKind.ResourceExists, $"The vault '{vault}' has a secret '{place}' already.", "Give another -SecretName, or -Force to overwrite it.", ErrorIds.SecretExists);
        }

        if (metadata["tokenId"] is { } holder && holder.ToString() != replaces)
        {
            throw new ApiTokenException(
                ErrorKind.ResourceExists,
                $"The vault '{vault}' has the secret of another token ({holder}) as '{place}'.",
                "Give another -SecretName, or take that secret out first: Remove-Secret.",
                ErrorIds.SecretExists);
        }

        if (Invoke(ReadScript, vault, place).FirstOrDefault()?.BaseObject is { } value)
        {
            _before[key] = (place, value, metadata.Count > 0 ? metadata : null);
        }
    }

    // Not every vault takes metadata. That one refuses it shows only when it then takes the secret without.
    private void SaveWithMetadata(string place, SecureString secret, Hashtable metadata)
    {
        if (!_withoutMetadata)
        {
            try
            {
                Store(place, secret, metadata);
                return;
            }
            catch (RuntimeException e) when (e is not PipelineStoppedException)
            {
                cmdlet.WriteDebug(Clean(Words(e), secret));
            }
        }

        Store(place, secret, metadata: null);
        _withoutMetadata = true;
    }

    private void Store(string name, object value, Hashtable? metadata) => Invoke(SaveScript, vault, name, value, metadata);

    private Collection<PSObject> Invoke(string script, params object?[] arguments) =>
        cmdlet.InvokeCommand.InvokeScript(useLocalScope: true, ScriptBlock.Create(script), input: null, arguments);
}
