namespace ApiTokens;

/// <summary>Which tokens of a list are wanted. A service may pass parts of it to its server; all of it is applied again on our side.</summary>
public sealed record TokenFilter
{
    /// <summary>Everything that still exists: revoked and deleted records are left out.</summary>
    public static TokenFilter Existing { get; } = new();

    /// <summary>Names; a token fits if any of them does. Empty for any name.</summary>
    public IReadOnlyList<NamePattern> Names { get; init; } = [];

    /// <summary>Statuses; empty for all but <see cref="TokenStatus.Revoked"/>.</summary>
    public IReadOnlyList<TokenStatus> Statuses { get; init; } = [];

    /// <summary>Whom it acts for, exactly but for case.</summary>
    public string? User { get; init; }

    /// <summary>Who created it, exactly but for case.</summary>
    public string? Issuer { get; init; }

    /// <summary>Gcore: the user id of who created it, in place of <see cref="Issuer"/>; applied in the service's folder.</summary>
    internal long? IssuerId { get; init; }

    /// <summary>Gcore: the name of its role.</summary>
    public string? Role { get; init; }

    /// <summary>Only tokens that expire, and before this moment; those already expired are among them.</summary>
    public DateTimeOffset? ExpiresBefore { get; init; }

    /// <summary>With <see cref="ExpiresBefore"/>: only tokens that expire after this moment.</summary>
    public DateTimeOffset? ExpiresAfter { get; init; }

    /// <summary>Only tokens issued before this moment.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Only tokens that never expire.</summary>
    public bool NeverExpires { get; init; }

    /// <summary>Only tokens not used since this moment: used last before it, or never used and issued before it.</summary>
    public DateTimeOffset? UnusedSince { get; init; }

    /// <summary>Only tokens of this part of all.</summary>
    public Shard? Shard { get; init; }

    /// <summary>Whether records that are gone for good shall be listed at all: only where a status was asked for.</summary>
    public bool IncludesGone => Statuses.Count > 0;

    /// <summary>Whether a token fits.</summary>
    /// <param name="token">The token.</param>
    /// <returns>True if every part of the filter holds.</returns>
    public bool IsMatch(ApiToken token) =>
        (Names.Count == 0 || Names.Any(name => name.IsMatch(token.Name)))
        && (Statuses.Count == 0 ? token.Status != TokenStatus.Revoked : Statuses.Contains(token.Status))
        && SameName(User, token.Owner)
        && SameName(Issuer, token.Issuer)
        && SameName(Role, token.Role)
        && (ExpiresBefore is null || token.ExpiresAt < ExpiresBefore)
        && (ExpiresAfter is null || token.ExpiresAt > ExpiresAfter)
        && (CreatedBefore is null || token.CreatedAt < CreatedBefore)
        && (!NeverExpires || token.ExpiresAt is null)
        && (Shard is null || Shard.Contains(token))
        && (UnusedSince is null || (token.LastUsedAt ?? token.CreatedAt) < UnusedSince);

    private static bool SameName(string? wanted, string? actual) =>
        wanted is null || string.Equals(wanted, actual, StringComparison.OrdinalIgnoreCase);
}
