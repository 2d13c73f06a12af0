using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>The stored token of an application user.</summary>
internal sealed record UserToken : IStoredToken
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    public string? Name { get; init; }

    /// <summary>The access by API. APIs without access may be missing.</summary>
    public required IReadOnlyDictionary<string, AccessLevel> Access { get; init; }

    public required int ExpirationMonths { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset Expires { get; init; }

    public DateTimeOffset? Regenerated { get; init; }

    public DateTimeOffset? Revoked { get; init; }

    public DateTimeOffset? LastUsed { get; init; }

    public byte[]? SecretHash { get; init; }

    public TokenStatus Status(DateTimeOffset now) =>
        Revoked is not null ? TokenStatus.Revoked : Expires <= now ? TokenStatus.Expired : TokenStatus.Active;
}
