namespace ApiTokens;

/// <summary>Selects tokens of a list. A service may send parts of the filter to its server; the client always applies all of it.</summary>
public sealed record TokenFilter
{
    /// <summary>Selects all existing tokens, without revoked and deleted records.</summary>
    public static TokenFilter Existing { get; } = new();

    /// <summary>The name patterns, of which a token must match at least one. Empty for any name.</summary>
    public IReadOnlyList<NamePattern> Names { get; init; } = [];

    /// <summary>The statuses. Empty for all except <see cref="TokenStatus.Revoked"/>.</summary>
    public IReadOnlyList<TokenStatus> Statuses { get; init; } = [];

    /// <summary>The users whom the tokens act for, of which a token must match at least one. Empty for any user.</summary>
    public IReadOnlyList<NamePattern> Users { get; init; } = [];

    /// <summary>
    /// The users or tokens that created the tokens, by name, email address or id, of which a token must match at least one. Empty for
    /// any issuer.
    /// </summary>
    public IReadOnlyList<NamePattern> Issuers { get; init; } = [];

    /// <summary>Gcore: the roles, by name or id, of which a token must match at least one. Empty for any role.</summary>
    public IReadOnlyList<NamePattern> Roles { get; init; } = [];

    /// <summary>Selects tokens that expire before this time, including tokens that have already expired.</summary>
    public DateTimeOffset? ExpiresBefore { get; init; }

    /// <summary>With <see cref="ExpiresBefore"/>: selects only tokens that expire after this time.</summary>
    public DateTimeOffset? ExpiresAfter { get; init; }

    /// <summary>Selects only tokens that were issued before this time.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Selects only tokens that never expire.</summary>
    public bool NeverExpires { get; init; }

    /// <summary>Selects only tokens that were last used before this time, or never used and issued before it.</summary>
    public DateTimeOffset? UnusedSince { get; init; }

    /// <summary>Selects only tokens of this shard.</summary>
    public Shard? Shard { get; init; }

    /// <summary>Whether deleted records are included. They are included only if statuses are specified.</summary>
    public bool IncludesDeleted => Statuses.Count > 0;

    /// <summary>Determines whether a token matches the filter.</summary>
    /// <param name="token">The token.</param>
    /// <returns>True if the token meets every condition.</returns>
    public bool IsMatch(ApiToken token) =>
        (Names.Count == 0 || Names.Any(name => name.IsMatch(token.Name)))
        && (Statuses.Count == 0 ? token.Status != TokenStatus.Revoked : Statuses.Contains(token.Status))
        && (Users.Count == 0 || Users.Any(user => IsUser(user, token)))
        && (Issuers.Count == 0 || Issuers.Any(issuer => IsIssuer(issuer, token)))
        && (Roles.Count == 0 || Roles.Any(role => IsRole(role, token)))
        && (ExpiresBefore is null || token.ExpiresAt < ExpiresBefore)
        && (ExpiresAfter is null || token.ExpiresAt > ExpiresAfter)
        && (CreatedBefore is null || token.CreatedAt < CreatedBefore)
        && (!NeverExpires || token.ExpiresAt is null)
        && (Shard is null || Shard.Contains(token))
        && (UnusedSince is null || (token.LastUsedAt ?? token.CreatedAt) < UnusedSince);

    private static bool IsUser(NamePattern user, ApiToken token) =>
        (token.Owner is { } owner && user.IsMatch(owner)) || token.UserNames.Any(user.IsMatch);

    private static bool IsRole(NamePattern role, ApiToken token) => token.Role is { } name && role.IsMatch(name);

    private static bool IsIssuer(NamePattern issuer, ApiToken token) =>
        new[] { token.Issuer, token.IssuerName, token.IssuerId }.Any(text => text is not null && issuer.IsMatch(text));
}
