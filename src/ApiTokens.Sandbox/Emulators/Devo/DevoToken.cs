using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Devo;

/// <summary>The stored token of a Devo domain.</summary>
internal sealed record DevoToken : IStoredToken
{
    public long Id { get; init; }

    public required string Name { get; init; }

    public required string Owner { get; init; }

    public required string User { get; init; }

    public required string Audience { get; init; }

    public required string Scope { get; init; }

    public bool Active { get; init; } = true;

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Updated { get; init; }

    public required DateTimeOffset Expires { get; init; }

    public byte[]? SecretHash { get; init; }

    /// <summary>The last five characters of the secret, which Devo shows to every caller.</summary>
    public string SecretTail { get; init; } = "00000";

    /// <summary>
    /// The encrypted secret; null if nobody has read it yet, or if it was issued by an earlier version that stored only the hash.
    /// </summary>
    public byte[]? EncryptedSecret { get; init; }

    public bool IsLive(DateTimeOffset now) => Active && Expires > now;

    public bool HasAudience(string audience) => Audience.Split(' ').Contains(audience, StringComparer.Ordinal);
}
