using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Gcore;

/// <summary>A permanent API token, as it is stored.</summary>
internal sealed record GcoreToken : IStoredToken
{
    public long Id { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public required GcoreRole Role { get; init; }

    /// <summary>The user who issued the token, and for whom it acts.</summary>
    public required GcoreUser Issuer { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>When the token expires; null when never.</summary>
    public DateTimeOffset? Expires { get; init; }

    public DateTimeOffset? LastUsage { get; init; }

    public bool Removed { get; init; }

    public byte[]? SecretHash { get; init; }

    public bool IsExpired(DateTimeOffset now) => Expires <= now;

    /// <summary>Expired tokens are deleted automatically; both kinds stay listed.</summary>
    public bool IsDeleted(DateTimeOffset now) => Removed || IsExpired(now);
}
