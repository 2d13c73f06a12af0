using System.Management.Automation;
using System.Security;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>
/// Where a cmdlet puts the secrets it issues, in place of the pipeline: a vault or files. It works on the pipeline's thread,
/// as vaults are PowerShell code. In one run no secret goes where another one went.
/// </summary>
internal abstract class SecretDelivery
{
    private readonly Dictionary<string, string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What the parameters say; null where secrets go to the pipeline.</summary>
    public static SecretDelivery? Of(PSCmdlet cmdlet, string? vault, SecretPlace? secretName, SecretPlace? path, bool overwrite)
    {
        if (vault is not null && path is not null)
        {
            throw ApiTokenException.InvalidParameter("Path", "the secret goes into the vault already.", "Give either -Vault or -Path.");
        }

        if (vault is null && secretName is not null)
        {
            throw ApiTokenException.InvalidParameter("SecretName", "there is no vault that it could be a name in.", "Give -Vault too.");
        }

        return (vault, path) switch
        {
            ({ } name, _) => new VaultDelivery(cmdlet, name, secretName, overwrite),
            (_, { } file) => new FileDelivery(cmdlet, file, overwrite),
            _ => null,
        };
    }

    /// <summary>Whether secrets can be put there at all; asked before any token is issued.</summary>
    public abstract void Prepare();

    /// <summary>Refuses, before a token is issued, a place that another token of this run has, as far as it is known yet.</summary>
    /// <param name="token">The token as it will be; its id may be missing.</param>
    /// <param name="key">What tells it from the others of this run.</param>
    public void Reserve(ApiToken token, string key)
    {
        if (PlaceBefore(token) is { } place)
        {
            Reserve(place, key);
        }
    }

    /// <summary>Puts a secret where it belongs.</summary>
    /// <param name="item">The record: a token, or any object with its properties.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="key">What tells it from the others of this run.</param>
    /// <param name="replaces">The id of the token whose place it takes; null if it must take nobody's.</param>
    /// <exception cref="ApiTokenException">It could not be put there.</exception>
    public void Save(PSObject item, SecureString secret, string key, string? replaces)
    {
        try
        {
            string place = PlaceOf(item);
            Reserve(place, key);
            SaveAt(place, item, secret, key, replaces);
        }
#pragma warning disable CA1031 // Whatever a script block, a vault or a path makes of it: the secret must not be lost over it.
        catch (Exception e) when (e is not (ApiTokenException or PipelineStoppedException))
#pragma warning restore CA1031
        {
            throw new ApiTokenException(ErrorKind.InvalidOperation, $"The secret could not be saved: {Clean(e.Message, secret).TrimEnd('.')}.", "See to it, then: Save-ApiTokenSecret", ErrorIds.SecretNotSaved);
        }
    }

    /// <summary>Puts back what was there before, where anything was.</summary>
    /// <param name="key">What tells the token from the others of this run.</param>
    public abstract void Revert(string key);

    protected static string? Text(PSObject item, string property) => item.Properties[property]?.Value?.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>The place, if it is known before the token is there.</summary>
    protected abstract string? PlaceBefore(ApiToken token);

    protected abstract string PlaceOf(PSObject item);

    protected abstract void SaveAt(string place, PSObject item, SecureString secret, string key, string? replaces);

    /// <summary>The words of an error without the secret that it may quote.</summary>
    protected static string Clean(string message, SecureString secret) => SecretText.Mask(message.Replace(SecretText.ToPlainText(secret), "***"));

    private void Reserve(string place, string key)
    {
        if (_taken.TryGetValue(place, out string? other) && other != key)
        {
            throw new ApiTokenException(
                ErrorKind.ResourceExists,
                $"'{place}' is where the secret of another token of this run goes.",
                "Give each token a place of its own, with a script block such as { \"$($_.Service)/$($_.Name)/$($_.Id)\" }.",
                ErrorIds.SecretPlaceTaken);
        }

        _taken[place] = key;
    }
}
