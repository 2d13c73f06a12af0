using System.Security;

namespace ApiTokens.Http;

/// <summary>
/// Redacts the connection's own secret in the token records of a service. Users may enter secrets as names, and the texts of a
/// record are written to screens, errors and files.
/// </summary>
internal static class CredentialRedactor
{
    private const string Mask = "***";

    // A shorter value is not a secret and would match arbitrary text.
    private const int MinLength = 8;

    /// <summary>Returns the record, or a redacted copy if it contains the secret.</summary>
    public static ApiToken Redact(ApiToken token, SecureString? secret)
    {
        // Most records have no text that is long enough, so the secret need not be converted to plain text.
        if (secret is null || secret.Length < MinLength || !Any(token, text => text?.Length >= secret.Length))
        {
            return token;
        }

        string value = SecretText.ToPlainText(secret);
        string Without(string text) => text.Replace(value, Mask);
        string? WithoutOrNull(string? text) => text is null ? null : Without(text);
        return !Any(token, text => text?.Contains(value) == true)
            ? token
            : new ApiToken(token)
            {
                Id = Without(token.Id),
                Name = Without(token.Name),
                Description = WithoutOrNull(token.Description),
                Owner = WithoutOrNull(token.Owner),
                Issuer = WithoutOrNull(token.Issuer),
                Role = WithoutOrNull(token.Role),
                Scope = [.. token.Scope.Select(Without)],
                Audience = [.. token.Audience.Select(Without)],
                Access = token.Access?.Where(entry => !entry.Key.Contains(value)).ToDictionary(entry => entry.Key, entry => entry.Value),
            };
    }

    private static bool Any(ApiToken token, Predicate<string?> match) =>
        match(token.Id) || match(token.Name) || match(token.Description) || match(token.Owner) || match(token.Issuer) || match(token.Role)
        || Array.Exists(token.Scope, match) || Array.Exists(token.Audience, match)
        || (token.Access?.Keys.Any(key => match(key)) ?? false);
}
