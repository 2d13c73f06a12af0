using System.Management.Automation;
using System.Security;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>Saves secrets under a name or a path. Two secrets of one run cannot have the same destination.</summary>
internal abstract class StoredDelivery : SecretDelivery
{
    private readonly Dictionary<string, string> _reserved = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The parameter for the destination.</summary>
    protected abstract string Parameter { get; }

    /// <summary>A script block that returns another destination for each token.</summary>
    protected abstract string UniqueExample { get; }

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

    /// <summary>Throws if the destination has a secret that must not be overwritten.</summary>
    protected abstract void RequireWritable(string destination, string? replaces);

    /// <summary>Returns the name or path for a token as the user specified it, or as the script block returns it.</summary>
    protected abstract string SpecifiedFor(PSObject item);

    /// <summary>Returns the destination for a name or a path. Throws if it is not valid.</summary>
    protected abstract string DestinationOf(string specified, PSObject item);

    protected abstract bool? ContainsAt(string destination, ApiToken token);

    /// <summary>Returns the secret at a destination; null if it cannot be read.</summary>
    protected virtual SecureString? ReadAt(string destination) => null;

    protected abstract void SaveAt(string destination, PSObject item, SecureString secret, string key, string? replaces);

    private string DestinationOf(PSObject item) => DestinationOf(SpecifiedFor(item), item);

    // Null if the script block reads values that only the issued token has, such as its id.
    private string? ExpectedDestination(ApiToken token)
    {
        var expected = new ExpectedToken(token);
        PSObject item = PSObject.AsPSObject(expected);
        try
        {
            string specified = SpecifiedFor(item);
            return expected.IsUnknownRead ? null : DestinationOf(specified, item);
        }
#pragma warning disable CA1031 // A script block can throw anything.
        catch (Exception e) when (e is not (ApiTokenException or PipelineStoppedException))
#pragma warning restore CA1031
        {
            return expected.IsUnknownRead
                ? null
                : throw ApiTokenException.InvalidParameter(
                    Parameter,
                    $"the destination of the secret cannot be determined: {ScriptCall.Clean(e.Message, secret: null).TrimEnd('.')}.",
                    "Correct the script block. No token was issued.");
        }
    }

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
            throw ApiTokenException.OfField(
                Parameter,
                ErrorKind.ResourceExists,
                $"'{destination}' is already the destination of another secret of this run.",
                $"Specify a unique name or path for each token, with a script block such as {UniqueExample}.",
                ErrorIds.SecretDestinationInUse);
        }

        _reserved[destination] = key;
    }
}
