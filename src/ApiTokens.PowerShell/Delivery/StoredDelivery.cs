using System.Management.Automation;
using System.Security;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>Saves secrets under a name or a path. Two secrets of one run cannot have the same destination.</summary>
internal abstract class StoredDelivery : SecretDelivery
{
    private readonly Dictionary<string, string> _reserved = new(StringComparer.OrdinalIgnoreCase);

    public override void Reserve(ApiToken token, string key, string? replaces, bool isResumed)
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

    public override bool? Contains(ApiToken token) => TryAt(token, destination => ContainsAt(destination, token));

    public override SecureString? Read(ApiToken token) =>
        TryAt(token, destination => ContainsAt(destination, token) == true ? ReadAt(destination) : null);

    protected static string? Text(PSObject item, string property) =>
        item.Properties[property]?.Value?.ToString() is { Length: > 0 } text ? text : null;

    protected override void SaveCore(PSObject item, SecureString secret, string key, string? replaces)
    {
        string destination = DestinationOf(item);
        Reserve(destination, key);
        SaveAt(destination, item, secret, key, replaces);
    }

    /// <summary>Returns the destination, if it is known before the token is issued.</summary>
    protected abstract string? ExpectedDestination(ApiToken token);

    /// <summary>Throws if the destination has a secret that must not be overwritten.</summary>
    protected abstract void RequireWritable(string destination, string? replaces);

    protected abstract string DestinationOf(PSObject item);

    protected abstract bool? ContainsAt(string destination, ApiToken token);

    /// <summary>Returns the secret at a destination; null if it cannot be read.</summary>
    protected virtual SecureString? ReadAt(string destination) => null;

    protected abstract void SaveAt(string destination, PSObject item, SecureString secret, string key, string? replaces);

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
