using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Gcore;

/// <summary>A stored permanent API token.</summary>
internal sealed record GcoreToken : IStoredToken
{
    public long Id { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public required GcoreRole Role { get; init; }

    /// <summary>The user who issued the token and for whom it acts.</summary>
    public required GcoreUser Issuer { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>The time when the token expires; null if it never expires.</summary>
    public DateTimeOffset? Expires { get; init; }

    public DateTimeOffset? LastUsage { get; init; }

    public bool Removed { get; init; }

    public byte[]? SecretHash { get; init; }

    public bool IsExpired(DateTimeOffset now) => Expires <= now;

    /// <summary>Whether the token is deleted. Expired tokens are deleted automatically. Deleted tokens are still listed.</summary>
    public bool IsDeleted(DateTimeOffset now) => Removed || IsExpired(now);
}
