using System.Globalization;
using System.Security.Cryptography;
using System.Text;

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

    /// <summary>Whether the permissions are those of an existing token, in the service's own words: it may know more than we do.</summary>
    internal bool HasKnownPermissions { get; init; }

    /// <summary>A short mark of all that is asked for: the same for the same request, on every machine.</summary>
    /// <returns>16 hexadecimal digits.</returns>
    public string Fingerprint()
    {
        IEnumerable<string?> parts =
        [
            Name, Description, Expiry.At?.ToString("O"), Expiry.After?.ToString("c"), Expiry.Months?.ToString(CultureInfo.InvariantCulture), Expiry.Never.ToString(),
            string.Join(" ", Scope), string.Join(" ", Audience), Role, User, ApplyToAll?.ToString(),
            string.Join(" ", Access.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}")),
        ];
        using var sha = SHA256.Create();
        byte[] hash = sha.ComputeHash(Encoding.UTF8.GetBytes(string.Join("\n", parts)));
        return string.Concat(hash.Take(8).Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
    }
}
