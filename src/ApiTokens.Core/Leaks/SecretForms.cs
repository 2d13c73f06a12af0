using System.Text.RegularExpressions;
using ApiTokens.Services;

namespace ApiTokens.Leaks;

/// <summary>Finds what may be a secret in a line of text, by the formats that the services declare.</summary>
internal static class SecretForms
{
    // A word alone, as in a list of secrets: no quotes, brackets or separators, which a scanner's report has.
    private static readonly Regex LoneWord = new(
        "\\A(?=.*[0-9A-Za-z])[^\\s\"'`{}\\[\\]()<>,:;=]{4,4096}={0,2}\\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));

    // A dollar sign as JSON and addresses may write it.
    private static readonly Regex EscapedDollar = new(@"\\u0024|%24", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TimeSpan.FromSeconds(2));

    /// <summary>The services whose secrets have this form.</summary>
    public static IReadOnlyList<ServiceDefinition> ServicesOf(string text) =>
        [.. ServiceCatalog.All.Where(service => service.SecretFormat.IsMatch(text))];

    /// <summary>The texts in a line that may be secrets: the line itself where it is one word, else what has a form.</summary>
    public static IEnumerable<string> In(string line)
    {
        line = line.Trim().Trim('\uFEFF');
        if (ServicesOf(line).Count > 0)
        {
            return [line];
        }

        string plain = EscapedDollar.Replace(line, "$");
        string[] found = [.. ServiceCatalog.All.SelectMany(service => service.SecretFormat.FindIn(plain)).Distinct(StringComparer.Ordinal)];
        return found.Length == 0 && LoneWord.IsMatch(line) ? [line] : found;
    }
}
