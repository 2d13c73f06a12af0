using System.Globalization;

namespace ApiTokens;

/// <summary>Changes to a token, other than its name and status. A null property is not changed.</summary>
public sealed class TokenChanges
{
    /// <summary>The new description (WEGnology).</summary>
    public string? Description { get; init; }

    /// <summary>Application Users: the new access levels by API; other APIs keep their level.</summary>
    public IReadOnlyDictionary<string, AccessLevel>? Access { get; init; }

    /// <summary>Application Users: the access level for every API. <see cref="Access"/> overrides it for single APIs.</summary>
    public AccessLevel? ApplyToAll { get; init; }

    /// <summary>Application Users: the new lifetime in calendar months from now: 3, 6 or 12.</summary>
    public int? ExpirationMonths { get; init; }

    /// <summary>Returns a short hash of the changes.</summary>
    internal string Fingerprint() => ShortHash.Of(
        Description, ApplyToAll?.ToString(), ExpirationMonths?.ToString(CultureInfo.InvariantCulture),
        string.Join(" ", (Access ?? new Dictionary<string, AccessLevel>())
            .OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}")));
}
