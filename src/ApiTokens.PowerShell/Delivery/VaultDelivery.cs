using System.Collections;
using System.Management.Automation;
using System.Security;
using static ApiTokens.PowerShell.Delivery.SecretVault;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>Saves secrets in a vault of SecretManagement, which is called in the caller's runspace.</summary>
internal sealed class VaultDelivery(PSCmdlet cmdlet, string vault, SecretDestination? secretName, bool overwrite) : StoredDelivery
{
    private const string SaveScript = """
        param($vault, $name, $secret, $metadata)
        $parameters = @{ Vault = $vault; Name = $name; Secret = $secret; ErrorAction = 'Stop'; Confirm = $false; WhatIf = $false }
        if ($metadata) {
            $parameters.Metadata = $metadata
        }

        Microsoft.PowerShell.SecretManagement\Set-Secret @parameters
        """;

    private readonly SecretVault _vault = new(cmdlet, vault);
    private readonly Dictionary<string, (string Name, object Value, Hashtable? Metadata)> _previous = new(StringComparer.Ordinal);
    private bool _withoutMetadata;

    protected override string Parameter => "SecretName";

    protected override string UniqueExample => "{ \"$($_.Service)/$($_.Name)/$($_.Id)\" }";

    public override void Prepare() => _vault.Check();

    public override void Forget(string key) => _previous.Remove(key);

    public override SecureString? Revert(string key, PSObject? old, SecureString? oldSecret)
    {
        if (!_previous.TryGetValue(key, out (string Name, object Value, Hashtable? Metadata) previous))
        {
            return null;
        }

        try
        {
            Store(previous.Name, previous.Value, previous.Metadata);
            return previous.Value as SecureString;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"The previous secret '{previous.Name}' of the vault '{vault}' could not be restored: {ForeignText.Mask(MessageOf(e))}",
                advice: null,
                ErrorIds.SecretNotSaved);
        }
    }

    // A vault that cannot be searched is an error of the token, which is not issued. It does not end the pipeline.
    public override void Reserve(ApiToken token, string key, string? replaces, bool isResumed)
    {
        try
        {
            base.Reserve(token, key, replaces, isResumed);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw _vault.NotListed(e);
        }
    }

    // An existing secret with the same name may be the only copy of another token's secret.
    protected override void RequireWritable(string destination, string? replaces)
    {
        if ((replaces is null && overwrite) || _vault.Find(destination) is not { } metadata)
        {
            return;
        }

        if (replaces is null)
        {
            throw new ApiTokenException(
                ErrorKind.ResourceExists,
                $"The secret '{destination}' already exists in the vault '{vault}'.",
                "Specify another -SecretName, or -Force to overwrite the secret.",
                ErrorIds.SecretExists);
        }

        if (metadata["tokenId"] is { } tokenId && tokenId.ToString() != replaces)
        {
            throw new ApiTokenException(
                ErrorKind.ResourceExists,
                $"The secret '{destination}' in the vault '{vault}' belongs to another token ({tokenId}).",
                "Specify another -SecretName, or remove that secret first: Remove-Secret",
                ErrorIds.SecretExists);
        }
    }

    protected override string SpecifiedFor(PSObject item) =>
        (secretName is null ? DefaultName(item) : secretName.For(item)) ?? string.Empty;

    protected override string DestinationOf(string specified, PSObject item) => string.IsNullOrWhiteSpace(specified)
        ? throw ApiTokenException.InvalidParameter(
            Parameter, "the secret has no name.", "Specify a name, or a script block that returns one for the token in $_.")
        : specified;

    // Not every vault stores the id of the token as metadata.
    protected override bool? ContainsAt(string destination, ApiToken token) =>
        _vault.Find(destination) is not { } metadata ? false
        : metadata["tokenId"] is { } tokenId ? tokenId.ToString() == token.Id
        : null;

    protected override SecureString? ReadAt(string destination) =>
        _vault.Read(destination) as SecureString;

    protected override void SaveAt(string destination, PSObject item, SecureString secret, string key, string? replaces)
    {
        try
        {
            RequireWritable(destination, replaces);
            if (replaces is not null)
            {
                RememberPrevious(destination, key);
            }

            SaveWithMetadata(destination, secret, MetadataOf(item));
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"The secret '{destination}' could not be saved in the vault '{vault}': {ScriptCall.Clean(MessageOf(e), secret)}",
                "Fix the problem with the vault, then run Save-ApiTokenSecret.",
                ErrorIds.SecretNotSaved);
        }
    }

    private static string? DefaultName(PSObject item) =>
        (Text(item, "Service"), Text(item, "Account"), Text(item, "Name")) is ({ } service, { } account, { } name)
            ? $"{service}/{account}/{name}"
            : null;

    private static Hashtable MetadataOf(PSObject item)
    {
        var metadata = new Hashtable();
        Add("service", Text(item, "Service"));
        Add("account", Text(item, "Account"));
        Add("tokenId", Text(item, "Id"));
        bool expires = LanguagePrimitives.TryConvertTo(item.Properties["ExpiresAt"]?.Value, out DateTimeOffset expiry);
        Add("expiresAt", item.Properties["ExpiresAt"]?.Value is not null && expires ? expiry.UtcDateTime : null);
        return metadata;

        void Add(string name, object? value)
        {
            if (value is not null)
            {
                metadata[name] = value;
            }
        }
    }

    private void RememberPrevious(string destination, string key)
    {
        if (_vault.Find(destination) is { } metadata && _vault.Read(destination) is { } value)
        {
            _previous[key] = (destination, value, metadata.Count > 0 ? metadata : null);
        }
    }

    // Not every vault supports metadata. If saving with metadata fails but saving without it succeeds, the vault does not support it.
    private void SaveWithMetadata(string destination, SecureString secret, Hashtable metadata)
    {
        if (!_withoutMetadata)
        {
            try
            {
                Store(destination, secret, metadata);
                return;
            }
            catch (RuntimeException e) when (e is not PipelineStoppedException)
            {
                cmdlet.WriteDebug(ScriptCall.Clean(MessageOf(e), secret));
            }
        }

        Store(destination, secret, metadata: null);
        _withoutMetadata = true;
    }

    private void Store(string name, object value, Hashtable? metadata) => _vault.Invoke(SaveScript, vault, name, value, metadata);
}
