using System.Management.Automation;
using System.Security;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>
/// One place for the secrets of issued tokens: a vault, files, or a script block of the user. It runs on the pipeline thread, because
/// vaults and script blocks are PowerShell code.
/// </summary>
internal abstract class SecretDelivery
{
    /// <summary>Creates the deliveries from parameters; empty if secrets are written to the pipeline.</summary>
    public static IReadOnlyList<SecretDelivery> Of(
        PSCmdlet cmdlet, string? vault, SecretDestination? secretName, SecretDestination? path, ScriptBlock? deploy, bool overwrite)
    {
        if (vault is not null && path is not null)
        {
            throw ApiTokenException.InvalidParameter("Path", "it cannot be combined with -Vault.", "Specify either -Vault or -Path.");
        }

        if (vault is null && secretName is not null)
        {
            throw ApiTokenException.InvalidParameter("SecretName", "it requires -Vault.", "Specify -Vault as well.");
        }

        // The script block is last: a consumer may read the secret from the vault or the file.
        var deliveries = new List<SecretDelivery>();
        if (vault is not null)
        {
            deliveries.Add(new VaultDelivery(cmdlet, vault, secretName, overwrite));
        }

        if (path is not null)
        {
            deliveries.Add(new FileDelivery(cmdlet, path, overwrite));
        }

        if (deploy is not null)
        {
            deliveries.Add(new ScriptDelivery(cmdlet, deploy));
        }

        return deliveries;
    }

    /// <summary>Verifies, before any token is issued, that secrets can be saved.</summary>
    public virtual void Prepare()
    {
    }

    /// <summary>
    /// Throws, before a token is issued, if its secret could not be saved: another token of this run has the same destination, or
    /// there is a secret that must not be overwritten. Has no effect if the destination is not yet known.
    /// </summary>
    /// <param name="token">The expected token; its id may be missing.</param>
    /// <param name="key">A key that is unique in this run.</param>
    /// <param name="replaces">The id of the token whose secret it may replace; null if it must not replace another secret.</param>
    /// <param name="isResumed">Whether an earlier run may have saved the secret already.</param>
    public virtual void Reserve(ApiToken token, string key, string? replaces, bool isResumed)
    {
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
            SaveCore(item, secret, key, replaces);
        }
#pragma warning disable CA1031 // No exception of a script block, a vault or a path may lose the secret.
        catch (Exception e) when (e is not (ApiTokenException or PipelineStoppedException))
#pragma warning restore CA1031
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"The secret could not be {Saved}: {ScriptCall.Clean(e.Message, secret).TrimEnd('.')}.",
                "Fix the problem, then run Save-ApiTokenSecret.",
                ErrorIds.SecretNotSaved);
        }
    }

    /// <summary>Determines whether the secret of a token has been saved; null if that cannot be determined.</summary>
    public virtual bool? Contains(ApiToken token) => null;

    /// <summary>Returns the saved secret of a token; null if it is not certain that the secret belongs to the token.</summary>
    public virtual SecureString? Read(ApiToken token) => null;

    /// <summary>Forgets the previous value of the destination.</summary>
    /// <param name="key">The key of the token in this run.</param>
    public virtual void Forget(string key)
    {
    }

    /// <summary>Restores the previous value of the destination, if there was one.</summary>
    /// <param name="key">The key of the token in this run.</param>
    /// <param name="old">The token whose secret was replaced, if it is known.</param>
    /// <param name="oldSecret">Its secret, if it is at hand.</param>
    /// <returns>The restored secret; null if there was none, or if it is not a secret.</returns>
    /// <exception cref="ApiTokenException">The previous value could not be restored.</exception>
    public abstract SecureString? Revert(string key, PSObject? old, SecureString? oldSecret);

    protected virtual string Saved => "saved";

    protected abstract void SaveCore(PSObject item, SecureString secret, string key, string? replaces);
}
