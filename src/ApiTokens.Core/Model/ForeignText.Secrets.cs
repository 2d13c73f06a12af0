using System.Security;

namespace ApiTokens;

/// <content>Known secrets, such as the credential of a connection, which need not have the format of a service.</content>
public static partial class ForeignText
{
    private const int MinPartLength = 4;

    // A shorter value is not a secret, or not a recognizable part of one, and would match arbitrary text.
    private const int MinSecretLength = 8;

    /// <summary>
    /// Redacts a credential in a text of its service. Services may quote part of an invalid credential in a 401 response
    /// (contracts/gcore.md, 1.6), so parts of it are redacted as well as values that look like secrets.
    /// </summary>
    internal static string Redact(string text, params SecureString?[] secrets) => secrets.Aggregate(Mask(text), Without);

    /// <summary>
    /// Returns a token record, or a redacted copy if it has the secret. Users may enter secrets as names, and the texts of a record
    /// are written to screens, errors and files.
    /// </summary>
    internal static ApiToken Redact(ApiToken token, SecureString? secret)
    {
        // Most records have no text that is long enough, so the secret need not be converted to plain text.
        if (secret is null || secret.Length < MinSecretLength || !Any(token, secret.Length, static (text, length) => text.Length >= length))
        {
            return token;
        }

        string value = SecretText.ToPlainText(secret);
        string Remove(string text) => text.Replace(value, Masked);
        string? RemoveOrNull(string? text) => text is null ? null : Remove(text);
        return !Any(token, value, static (text, secret) => text.Contains(secret))
            ? token
            : new ApiToken(token)
            {
                Id = Remove(token.Id),
                Name = Remove(token.Name),
                Description = RemoveOrNull(token.Description),
                Owner = RemoveOrNull(token.Owner),
                Issuer = RemoveOrNull(token.Issuer),
                IssuerId = RemoveOrNull(token.IssuerId),
                Role = RemoveOrNull(token.Role),
                Scope = [.. token.Scope.Select(Remove)],
                Audience = [.. token.Audience.Select(Remove)],
                Access = token.Access?.Where(entry => !entry.Key.Contains(value)).ToDictionary(entry => entry.Key, entry => entry.Value),
            };
    }

    // Called for each token of a list, so it does not allocate.
    private static bool Any<T>(ApiToken token, T value, Func<string, T, bool> match) =>
        Is(token.Id, value, match) || Is(token.Name, value, match) || Is(token.Description, value, match)
        || Is(token.Owner, value, match) || Is(token.Issuer, value, match) || Is(token.IssuerId, value, match)
        || Is(token.Role, value, match) || AnyOf(token.Scope, value, match) || AnyOf(token.Audience, value, match)
        || (token.Access is { } access && AnyOf(access.Keys, value, match));

    private static bool AnyOf<T>(IEnumerable<string> texts, T value, Func<string, T, bool> match)
    {
        foreach (string text in texts)
        {
            if (match(text, value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is<T>(string? text, T value, Func<string, T, bool> match) => text is not null && match(text, value);

    private static string Without(string text, SecureString? secureSecret)
    {
        string? secret = secureSecret is null ? null : SecretText.ToPlainText(secureSecret);
        return string.IsNullOrEmpty(secret)
            ? text
            : Patterns.Word.Replace(text, word => IsPartOf(secret!, word.Value)
                ? Masked
                : Patterns.Part.Replace(word.Value, part => IsPartOf(secret!, part.Value) ? Masked : part.Value));
    }

    private static bool IsPartOf(string secret, string word)
    {
        string core = word.Trim('.');
        return core.Length >= MinPartLength && (secret.Contains(core) || core.Contains(secret));
    }

    private static bool SharesPart(string value, SecureString? secureSecret)
    {
        if (secureSecret is null)
        {
            return false;
        }

        string secret = SecretText.ToPlainText(secureSecret);
        int length = Math.Min(MinSecretLength, secret.Length);
        return length > 0
            && Enumerable.Range(0, secret.Length - length + 1).Any(start => value.Contains(secret.Substring(start, length)));
    }
}
