using System.Security;
using System.Text.RegularExpressions;

namespace ApiTokens.Http;

/// <summary>
/// Redacts secrets in texts from a service. Services may quote part of an invalid token in a 401 response (contracts/gcore.md, 1.6),
/// so parts of the credential are redacted as well as values that look like secrets.
/// </summary>
internal sealed class Redactor(Func<SecureString?> credential)
{
    private const string Mask = "***";
    private const int MinPartLength = 4;

    private static readonly Regex Word = new(@"[\w$.+/=~-]{4,}", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));

    // Finds a part of the credential also if other text is attached to it: token=…, /tokens/…, APIKey-….
    private static readonly Regex Part = new("[A-Za-z0-9]{4,}", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));

    /// <summary>Redacts the secret of the connection and, if the request used another one, that secret.</summary>
    public string Redact(string text, SecureString? requestSecret = null) =>
        Without(requestSecret, Without(credential(), SecretText.Mask(text)));

    private static string Without(SecureString? secureSecret, string text)
    {
        string? secret = secureSecret is null ? null : SecretText.ToPlainText(secureSecret);
        return string.IsNullOrEmpty(secret)
            ? text
            : Word.Replace(text, word => IsPartOf(secret!, word.Value)
                ? Mask
                : Part.Replace(word.Value, part => IsPartOf(secret!, part.Value) ? Mask : part.Value));
    }

    private static bool IsPartOf(string secret, string word)
    {
        string core = word.Trim('.');
        return core.Length >= MinPartLength && (secret.Contains(core) || core.Contains(secret));
    }
}
