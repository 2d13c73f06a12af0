namespace ApiTokens;

/// <summary>
/// What a service tells about a token, without the secret. Flat and of simple types, so that what is left of it after
/// serialization still names the token. What a service does not know is null or empty.
/// </summary>
public class ApiToken
{
    /// <summary>An empty record.</summary>
    public ApiToken()
    {
    }

    /// <summary>A copy of a record, without what a derived one has more.</summary>
    /// <param name="token">The record.</param>
    public ApiToken(ApiToken token)
    {
        Connection = token.Connection;
        Service = token.Service;
        Account = token.Account;
        Id = token.Id;
        Name = token.Name;
        Description = token.Description;
        Status = token.Status;
        Owner = token.Owner;
        Issuer = token.Issuer;
        Scope = token.Scope;
        Audience = token.Audience;
        Role = token.Role;
        Access = token.Access;
        CreatedAt = token.CreatedAt;
        UpdatedAt = token.UpdatedAt;
        ExpiresAt = token.ExpiresAt;
        LastUsedAt = token.LastUsedAt;
    }

    /// <summary>The name of the connection that it was read through.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The service that issued it, such as <c>Devo</c>.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The account in that service: Devo domain, Gcore client id, WEGnology user, application or instance, Application Users site.</summary>
    public string Account { get; init; } = string.Empty;

    /// <summary>The service's identifier of the token.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The display name; not unique in any of the services.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>A longer description, where the service has one.</summary>
    public string? Description { get; init; }

    /// <summary>Whether it can be used, as of the moment it was read.</summary>
    public TokenStatus Status { get; init; }

    /// <summary>Whom the token acts for.</summary>
    public string? Owner { get; init; }

    /// <summary>Who created it.</summary>
    public string? Issuer { get; init; }

    /// <summary>WEGnology: the scope values. Devo: the table and level URIs.</summary>
    public string[] Scope { get; init; } = [];

    /// <summary>Devo: the APIs that accept it.</summary>
    public string[] Audience { get; init; } = [];

    /// <summary>Gcore: the name of its role.</summary>
    public string? Role { get; init; }

    /// <summary>Application Users: the access level for each API of the catalogue.</summary>
    public IReadOnlyDictionary<string, AccessLevel>? Access { get; init; }

    /// <summary>When it was issued (UTC).</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When the record last changed (UTC), where the service tells.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>When it expires or expired (UTC); null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When its secret was last used (UTC); null when never used, or when the service does not know.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The length of life it was issued with; null when it never expires.</summary>
    public TimeSpan? Lifetime => ExpiresAt - CreatedAt;

    /// <summary>The name and id, as a person would call the token.</summary>
    /// <returns>For example <c>'ci' (42)</c>.</returns>
    public override string ToString() => $"'{Name}' ({Id})";
}
