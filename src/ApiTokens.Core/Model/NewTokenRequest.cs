using System.Globalization;

namespace ApiTokens;

/// <summary>The properties of a new token. A property that the service does not support is rejected before any request.</summary>
public sealed class NewTokenRequest
{
    /// <summary>The display name; required by every service except Application Users.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The description (WEGnology, Gcore).</summary>
    public string? Description { get; init; }

    /// <summary>The expiry.</summary>
    public TokenExpiry Expiry { get; init; } = TokenExpiry.ServiceDefault;

    /// <summary>WEGnology: a preset (All, ReadOnly, Cli) or scope values. Devo: table and level URIs.</summary>
    public IReadOnlyList<string> Scope { get; init; } = [];

    /// <summary>Devo: the APIs that accept the token.</summary>
    public IReadOnlyList<string> Audience { get; init; } = [];

    /// <summary>Gcore: the role, by name or id. Losant: the maximum role of a user's token.</summary>
    public string? Role { get; init; }

    /// <summary>Application Users: the access level by API; other APIs get <see cref="AccessLevel.None"/>.</summary>
    public IReadOnlyDictionary<string, AccessLevel> Access { get; init; } = new Dictionary<string, AccessLevel>();

    /// <summary>Application Users: the access level for every API. <see cref="Access"/> overrides it for single APIs.</summary>
    public AccessLevel? ApplyToAll { get; init; }

    /// <summary>The user whom the token acts for (Devo, Application Users).</summary>
    public string? User { get; init; }

    /// <summary>Whether the permissions were copied from an existing token. They are then not validated against the catalogue.</summary>
    internal bool HasKnownPermissions { get; init; }

    /// <summary>Returns a short hash of the request. It is the same for the same request on every machine.</summary>
    /// <returns>16 hexadecimal digits.</returns>
    public string Fingerprint() => ShortHash.Of(
        Name, Description,
        Expiry.At?.ToString("O"), Expiry.After?.ToString("c"), Expiry.Months?.ToString(CultureInfo.InvariantCulture),
        Expiry.Never.ToString(),
        string.Join(" ", Scope), string.Join(" ", Audience), Role, User, ApplyToAll?.ToString(),
        string.Join(" ", Access.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}")));
}
