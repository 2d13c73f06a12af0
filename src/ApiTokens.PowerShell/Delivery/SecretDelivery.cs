using System.Management.Automation;
using System.Security;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>
/// Saves the secrets of issued tokens in a vault or in files instead of writing them to the pipeline. It runs on the pipeline thread,
/// because vaults are PowerShell code. Two secrets of one run cannot have the same destination.
/// </summary>
internal abstract class SecretDelivery
{
    private readonly Dictionary<string, string> _reserved = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates a delivery from parameters; null if secrets are written to the pipeline.</summary>
    public static SecretDelivery? Of(PSCmdlet cmdlet, string? vault, SecretDestination? secretName, SecretDestination? path, bool overwrite)
    {
        if (vault is not null && path is not null)
        {
            throw ApiTokenException.InvalidParameter("Path", "it cannot be combined with -Vault.", "Specify either -Vault or -Path.");
        }

        if (vault is null && secretName is not null)
        {
            throw ApiTokenException.InvalidParameter("SecretName", "it requires -Vault.", "Specify -Vault as well.");
        }

        return (vault, path) switch
        {
            ({ } name, _) => new VaultDelivery(cmdlet, name, secretName, overwrite),
            (_, { } file) => new FileDelivery(cmdlet, file, overwrite),
            _ => null,
        };
    }

    /// <summary>Verifies, before any token is issued, that secrets can be saved.</summary>
    public abstract void Prepare();

    /// <summary>
    /// Throws, before a token is issued, if its secret could not be saved: another token of this run has the same destination, or
    /// there is a secret that must not be overwritten. Has no effect if the destination is not yet known.
    /// </summary>
    /// <param name="token">The expected token; its id may be missing.</param>
    /// <param name="key">A key that is unique in this run.</param>
    /// <param name="replaces">The id of the token whose secret it may replace; null if it must not replace another secret.</param>
    /// <param name="isResumed">Whether an earlier run may have saved the secret already.</param>
    public void Reserve(ApiToken token, string key, string? replaces, bool isResumed)
    {
        if (ExpectedDestination(token) is not { } destination)
        {
            return;
        }

        Reserve(destination, key);
        if (!isResumed)
        {
            RequireWritable(destination, replaces);
        }
    }

    /// <summary>Saves a secret.</summary>
    /// <param name="item">The token, or any object with its properties.</param>
    /// <param name="secret">The secret.</param>
    /// <param name="key">A key that is unique in this run.</param>
    /// <param name="replaces">The id of the token whose secret it may replace; null if it must not replace another secret.</param>
    /// <exception cref="ApiTokenException">The secret could not be saved.</exception>
    public void Save(PSObject item, SecureString secret, string key, string? replaces)
    {
        try
        {
            string destination = DestinationOf(item);
            Reserve(destination, key);
            SaveAt(destination, item, secret, key, replaces);
        }
#pragma warning disable CA1031 // No exception of a script block, a vault or a path may lose the secret.
        catch (Exception e) when (e is not (ApiTokenException or PipelineStoppedException))
#pragma warning restore CA1031
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"The secret could not be saved: {Clean(e.Message, secret).TrimEnd('.')}.",
                "Fix the problem, then run Save-ApiTokenSecret.",
                ErrorIds.SecretNotSaved);
        }
    }

    /// <summary>Determines whether the secret of a token has been saved; null if that cannot be determined.</summary>
    public bool? Contains(ApiToken token) => TryAt(token, destination => ContainsAt(destination, token));

    /// <summary>Returns the saved secret of a token; null if it is not certain that the secret belongs to the token.</summary>
    public SecureString? Read(ApiToken token) =>
        TryAt(token, destination => ContainsAt(destination, token) == true ? ReadAt(destination) : null);

    /// <summary>Forgets the previous value of the destination.</summary>
    /// <param name="key">The key of the token in this run.</param>
    public abstract void Forget(string key);

    /// <summary>Restores the previous value of the destination, if there was one.</summary>
    /// <param name="key">The key of the token in this run.</param>
    public abstract void Revert(string key);

    protected static string? Text(PSObject item, string property) =>
        item.Properties[property]?.Value?.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>Returns the destination, if it is known before the token is issued.</summary>
    protected abstract string? ExpectedDestination(ApiToken token);

    /// <summary>Throws if the destination has a secret that must not be overwritten.</summary>
    protected abstract void RequireWritable(string destination, string? replaces);

    protected abstract string DestinationOf(PSObject item);

    protected abstract bool? ContainsAt(string destination, ApiToken token);

    /// <summary>Returns the secret at a destination; null if it cannot be read.</summary>
    protected virtual SecureString? ReadAt(string destination) => null;

    protected abstract void SaveAt(string destination, PSObject item, SecureString secret, string key, string? replaces);

    /// <summary>Redacts the secret in the message of an error.</summary>
    protected static string Clean(string message, SecureString secret) =>
        ForeignText.Mask(message.Replace(SecretText.ToPlainText(secret), "***"));

    private T? TryAt<T>(ApiToken token, Func<string, T?> read)
    {
        try
        {
            return read(DestinationOf(PSObject.AsPSObject(token)));
        }
#pragma warning disable CA1031 // A script block or a vault can throw anything. Then it is not known.
        catch (Exception e) when (e is not PipelineStoppedException)
#pragma warning restore CA1031
        {
            return default;
        }
    }

    private void Reserve(string destination, string key)
    {
        if (_reserved.TryGetValue(destination, out string? other) && other != key)
        {
            throw new ApiTokenException(
                ErrorKind.ResourceExists,
                $"'{destination}' is already the destination of another secret of this run.",
                "Specify a unique name or path for each token, with a script block such as { \"$($_.Service)/$($_.Name)/$($_.Id)\" }.",
                ErrorIds.SecretDestinationInUse);
        }

        _reserved[destination] = key;
    }
}
