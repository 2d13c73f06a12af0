using System.Security;

namespace ApiTokens.Http;

/// <summary>
/// Takes a connection's own secret out of what a service tells of tokens: people put secrets into names, and what stands in a
/// record comes to be text on screens, in errors and in files.
/// </summary>
internal static class CredentialRedactor
{
    private const string Mask = "***";

    // Shorter ones are no secrets, and would be found in any text.
    private const int Shortest = 8;

    /// <summary>Gives the record, or where it holds the secret a copy without it.</summary>
    public static ApiToken Redact(ApiToken token, SecureString? secret)
    {
        // Most records have no text that is long enough, and the secret stays where it is.
        if (secret is null || secret.Length < Shortest || !Any(token, text => text?.Length >= secret.Length))
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

    private static bool Any(ApiToken token, Predicate<string?> holds) =>
        holds(token.Id) || holds(token.Name) || holds(token.Description) || holds(token.Owner) || holds(token.Issuer) || holds(token.Role)
        || Array.Exists(token.Scope, holds) || Array.Exists(token.Audience, holds)
        || (token.Access?.Keys.Any(key => holds(key)) ?? false);
}
