namespace ApiTokens;

/// <summary>What shall change about a token besides its name and whether it is enabled. Null leaves a part as it is.</summary>
public sealed class TokenChanges
{
    /// <summary>The new description (WEGnology).</summary>
    public string? Description { get; init; }

    /// <summary>Application Users: new access levels; APIs that are not named keep theirs.</summary>
    public IReadOnlyDictionary<string, AccessLevel>? Access { get; init; }

    /// <summary>Application Users: one level for every API, before <see cref="Access"/> changes some.</summary>
    public AccessLevel? ApplyToAll { get; init; }
}
