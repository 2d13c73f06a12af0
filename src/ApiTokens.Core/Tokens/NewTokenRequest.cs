namespace ApiTokens;

/// <summary>What a new token shall be. What a service cannot take is refused by name, before any request.</summary>
public sealed class NewTokenRequest
{
    /// <summary>The display name; required by every service but Application Users.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>A longer description (WEGnology, Gcore).</summary>
    public string? Description { get; init; }

    /// <summary>When it shall expire; null leaves it to <see cref="TokenExpiry.ServiceDefault"/>.</summary>
    public TokenExpiry Expiry { get; init; } = TokenExpiry.ServiceDefault;

    /// <summary>WEGnology: a preset (All, ReadOnly, Cli) or scope values. Devo: table and level URIs.</summary>
    public IReadOnlyList<string> Scope { get; init; } = [];

    /// <summary>Devo: the APIs that shall accept it.</summary>
    public IReadOnlyList<string> Audience { get; init; } = [];

    /// <summary>Gcore: the role, by name or id.</summary>
    public string? Role { get; init; }

    /// <summary>Application Users: access by API; what is not named is <see cref="AccessLevel.None"/>.</summary>
    public IReadOnlyDictionary<string, AccessLevel> Access { get; init; } = new Dictionary<string, AccessLevel>();

    /// <summary>Application Users: the access level for every API, before <see cref="Access"/> changes some.</summary>
    public AccessLevel? ApplyToAll { get; init; }

    /// <summary>Whom the token acts for (Devo, Application Users).</summary>
    public string? User { get; init; }
}
