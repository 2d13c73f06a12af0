namespace ApiTokens.Reports;

/// <summary>What happened to a token between two lists of tokens.</summary>
public enum TokenChangeKind
{
    /// <summary>Only the later list has the token.</summary>
    New,

    /// <summary>Only the earlier list has the token.</summary>
    Gone,

    /// <summary>A property of the token has another value.</summary>
    Changed,
}

/// <summary>
/// A new token, a token that is gone, or one property that has changed. The properties have simple types and the names of those of a
/// token, so that a copy still identifies the token. It contains no secret.
/// </summary>
public sealed record TokenChange
{
    /// <summary>What happened.</summary>
    public TokenChangeKind ChangeKind { get; init; }

    /// <summary>The service of the token.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The account in that service.</summary>
    public string Account { get; init; } = string.Empty;

    /// <summary>The address of the service; null if it is not known.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>The connection that read the token.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The id of the token.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The name of the token, in the later list if it has the token.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The property that has changed: Name, Description, Status, Owner, Permissions or ExpiresAt; otherwise null.</summary>
    public string? Property { get; init; }

    /// <summary>The earlier value of the property as text; times are in UTC.</summary>
    public string? OldValue { get; init; }

    /// <summary>The later value of the property as text; times are in UTC.</summary>
    public string? NewValue { get; init; }

    internal TokenIdentity Identity => TokenIdentity.Of(Service, Account, BaseUri, Id);
}
