using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ApiTokens.Http;

namespace ApiTokens.Services.Wegnology;

/// <summary>A secret is a JSON Web Token (contracts/wegnology.md, 1.7).</summary>
internal sealed class WegnologySecretFormat() : SecretFormat(
    @"eyJ[\w-]+\.[\w-]+\.[\w-]*",
    maxLength: 16384,
    inText: @"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
    masked: @"eyJ[\w-]{6,}(\.[\w-]*)*")
{
    private const int MaxIds = 8;

    // The last second of the year 9999.
    private const long LastSecond = 253_402_300_799;

    private static readonly Regex Id = new(@"\A[A-Fa-f\d]{24}\z", RegexOptions.CultureInvariant);

    private static readonly Regex IdInText = new(@"(?<![A-Fa-f\d])[A-Fa-f\d]{24}(?![A-Fa-f\d])", RegexOptions.CultureInvariant);

    /// <inheritdoc/>
    public override MatchedBy MatchedById => MatchedBy.Claims;

    /// <inheritdoc/>
    public override string? NoTokenIdNote => "Its claims contain no token id.";

    /// <summary>
    /// Returns the ids in a secret's claims: first the id of the token (1.12), then every other value that looks like an id, because
    /// the claims are not documented. If one of them is the id of a token, the secret belongs to that token.
    /// </summary>
    public override IReadOnlyCollection<string> TokenIdsIn(string secret)
    {
        using JsonDocument? claims = ClaimsOf(secret);
        if (claims is null)
        {
            return [];
        }

        IEnumerable<string> ids = IdInText.Matches(claims.RootElement.GetRawText()).Cast<Match>().Select(match => match.Value);
        string[] own = SubjectOf(claims) is { } id ? [id] : [];
        return [.. own.Concat(ids).Distinct(StringComparer.OrdinalIgnoreCase).Take(MaxIds)];
    }

    /// <inheritdoc/>
    public override string? Describe(string secret)
    {
        using JsonDocument? claims = ClaimsOf(secret);
        if (claims is null || SubjectOf(claims) is not { } id || !IsApiToken(claims))
        {
            return null;
        }

        string[] scope = claims.RootElement.TryGetProperty("scope", out JsonElement scopes) && scopes.ValueKind == JsonValueKind.Array
            ? [.. scopes.EnumerateArray().Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()!)]
            : [];
        string permissions = scope.Length == 0 ? "an unknown scope" : $"the scope {ForeignText.Argument(string.Join(", ", scope))}";
        return $"According to its claims, which are not verified, it is the secret of token {id} with {permissions}, and "
            + (ExpiryOf(claims) is { } expiry
                ? $"expires at {expiry.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}."
                : "never expires.");
    }

    private static string? SubjectOf(JsonDocument claims) =>
        ErrorBodyFormatter.Field(claims.RootElement, "sub") is { } subject && Id.IsMatch(subject) ? subject.ToLowerInvariant() : null;

    private static bool IsApiToken(JsonDocument claims) => ErrorBodyFormatter.Field(claims.RootElement, "subtype") == "apiToken";

    private static DateTimeOffset? ExpiryOf(JsonDocument claims) =>
        claims.RootElement.TryGetProperty("exp", out JsonElement value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt64(out long seconds) && seconds is > 0 and <= LastSecond
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static JsonDocument? ClaimsOf(string secret)
    {
        string[] parts = secret.Split('.');
        if (parts.Length != 3)
        {
            return null;
        }

        try
        {
            string base64 = parts[1].Replace('-', '+').Replace('_', '/');
            var claims = JsonDocument.Parse(Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '=')));
            if (claims.RootElement.ValueKind == JsonValueKind.Object)
            {
                return claims;
            }

            claims.Dispose();
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            // A text that looks like a secret is not one.
        }

        return null;
    }
}
