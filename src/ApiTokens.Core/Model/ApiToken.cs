namespace ApiTokens;

/// <summary>
/// A token as its service describes it, without the secret. The properties have simple types, so that a deserialized copy still
/// identifies the token. Values that a service does not provide are null or empty.
/// </summary>
public class ApiToken
{
    /// <summary>Creates an empty record.</summary>
    public ApiToken()
    {
    }

    /// <summary>Copies a record, without the properties of derived types.</summary>
    /// <param name="token">The record to copy.</param>
    public ApiToken(ApiToken token)
    {
        Connection = token.Connection;
        Service = token.Service;
        Account = token.Account;
        BaseUri = token.BaseUri;
        Id = token.Id;
        Name = token.Name;
        Description = token.Description;
        Status = token.Status;
        Owner = token.Owner;
        Issuer = token.Issuer;
        IssuerKind = token.IssuerKind;
        IssuerId = token.IssuerId;
        IssuerName = token.IssuerName;
        UserNames = token.UserNames;
        Scope = token.Scope;
        Audience = token.Audience;
        Role = token.Role;
        UnsupportedPermissions = token.UnsupportedPermissions;
        Access = token.Access;
        CreatedAt = token.CreatedAt;
        UpdatedAt = token.UpdatedAt;
        ExpiresAt = token.ExpiresAt;
        LastUsedAt = token.LastUsedAt;
        RevokedAt = token.RevokedAt;
        ExpirationMonths = token.ExpirationMonths;
    }

    /// <summary>The name of the connection that read the token.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The service that issued the token, such as <c>Devo</c>.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>
    /// The account of the service: Devo domain, Gcore client id, WEGnology user, application or instance, Application Users site.
    /// </summary>
    public string Account { get; init; } = string.Empty;

    /// <summary>The address of the service. Staging and production may have accounts and tokens with the same names and ids.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>The id that the service assigned to the token.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The display name. No service requires it to be unique.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The description, if the service supports it.</summary>
    public string? Description { get; init; }

    /// <summary>The status at the time when the token was read.</summary>
    public TokenStatus Status { get; init; }

    /// <summary>The user or account that the token acts for.</summary>
    public string? Owner { get; init; }

    /// <summary>Who created the token: an email address or a name, or the id if the service tells nothing else.</summary>
    public string? Issuer { get; init; }

    /// <summary>What created the token: a user, another token, or a workflow (contracts/wegnology.md, 1.4).</summary>
    public IssuerKind? IssuerKind { get; init; }

    /// <summary>The id of the issuer, if the service has ids of issuers.</summary>
    public string? IssuerId { get; init; }

    /// <summary>The name of the issuer, if <see cref="Issuer"/> is an address. Filters match both.</summary>
    internal string? IssuerName { get; init; }

    /// <summary>Other names of the user whom the token acts for, if <see cref="Owner"/> is an id. Filters match all of them.</summary>
    internal IReadOnlyList<string> UserNames { get; init; } = [];

    /// <summary>WEGnology: the scope values. Devo: the table and level URIs.</summary>
    public string[] Scope { get; init; } = [];

    /// <summary>Devo: the APIs that accept the token.</summary>
    public string[] Audience { get; init; } = [];

    /// <summary>Gcore: the name of the role. Losant: the maximum role of a user's token.</summary>
    public string? Role { get; init; }

    /// <summary>A field with permissions that a request for a new token cannot have; null if there is none.</summary>
    internal string? UnsupportedPermissions { get; init; }

    /// <summary>Application Users: the access level for each API of the catalogue.</summary>
    public IReadOnlyDictionary<string, AccessLevel>? Access { get; init; }

    /// <summary>The time when the token was issued (UTC).</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The time of the last change (UTC), if the service reports it.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The time when the token expires or expired (UTC); null if it never expires.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The time when the secret was last used (UTC); null if it was never used or the service does not report it.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The time when the token was revoked or removed (UTC); null if it was not, or if that is not known.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Application Users: the lifetime in calendar months that was last specified.</summary>
    internal int? ExpirationMonths { get; init; }

    /// <summary>The time from issue to expiry; null if the token never expires.</summary>
    public TimeSpan? Lifetime => ExpiresAt - CreatedAt;

    /// <summary>Returns the record as it is after the token was removed.</summary>
    internal ApiToken Revoked(DateTimeOffset at) =>
        new(this) { Status = TokenStatus.Revoked, RevokedAt = Status == TokenStatus.Revoked && RevokedAt is { } earlier ? earlier : at };

    /// <summary>Returns the name and the id, as far as they are known.</summary>
    /// <returns>For example <c>'ci' (42)</c>, or <c>42</c> for a token without a name.</returns>
    public override string ToString() => ForeignText.InMessage((Name, Id) switch
    {
        ("", "") => "without a name",
        ("", _) => ForeignText.Shorten(Id),
        (_, "") => $"'{ForeignText.Shorten(Name)}'",
        _ => $"'{ForeignText.Shorten(Name)}' ({ForeignText.Shorten(Id)})",
    });
}
