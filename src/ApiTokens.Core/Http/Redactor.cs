using System.Security;
using System.Text.RegularExpressions;

namespace ApiTokens.Http;

/// <summary>
/// Takes secrets out of texts that come from a service. Services echo part of a bad token in their 401
/// (contracts/gcore.md, 1.6), so parts of the credential go too, and so does all that has the form of a secret.
/// </summary>
internal sealed class Redactor(Func<SecureString?> credential)
{
    private const string Mask = "***";
    private const int ShortestPart = 4;

    private static readonly Regex Word = new(@"[\w$.+/=~-]{4,}", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));

    // What a service writes around it must not hide a part: token=…, /tokens/…, APIKey-….
    private static readonly Regex Part = new("[A-Za-z0-9]{4,}", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));

    /// <summary>Takes out the connection's secret, and that of a request which had another one.</summary>
    public string Redact(string text, SecureString? another = null) => Without(another, Without(credential(), SecretText.Mask(text)));

    private static string Without(SecureString? held, string text)
    {
        string? secret = held is null ? null : SecretText.ToPlainText(held);
        return string.IsNullOrEmpty(secret)
            ? text
            : Word.Replace(text, word => IsPartOf(secret!, word.Value)
                ? Mask
                : Part.Replace(word.Value, part => IsPartOf(secret!, part.Value) ? Mask : part.Value));
    }

    private static bool IsPartOf(string secret, string word)
    {
        string core = word.Trim('.');
        return core.Length >= ShortestPart && (secret.Contains(core) || core.Contains(secret));
    }
}
