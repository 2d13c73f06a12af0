using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using ApiTokens.Services;

namespace ApiTokens.Leaks;

/// <summary>Finds possible secrets in text by the formats of the services.</summary>
internal static class SecretForms
{
    // A line with a single word, as in a list of secrets: it has no quotes, brackets or separators, unlike a scanner's report.
    private static readonly Regex SingleWord = new(
        "\\A(?=.*[0-9A-Za-z])[^\\s\"'`{}\\[\\]()<>,:;=]{4,4096}={0,2}\\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));

    // An escaped dollar sign in JSON or in an address.
    private static readonly Regex EscapedDollar = new(
        @"\\u0024|%24", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TimeSpan.FromSeconds(2));

    // One list for each combination of services, because a file can have a million values.
    private static readonly ConcurrentDictionary<string, IReadOnlyList<ServiceDefinition>> Combinations = new(StringComparer.Ordinal);

    /// <summary>Returns the services whose secrets have the format of a text.</summary>
    public static IReadOnlyList<ServiceDefinition> ServicesOf(string text)
    {
        ServiceDefinition[] services = [.. ServiceCatalog.All.Where(service => service.SecretFormat.IsMatch(text))];
        return services.Length == 0 ? [] : Combinations.GetOrAdd(string.Join(" ", services.Select(service => service.Name)), services);
    }

    /// <summary>
    /// Returns the possible secrets in a line: values in the format of a service; if there are none, a line with a single word.
    /// </summary>
    public static IEnumerable<string> In(string line)
    {
        line = line.Trim().Trim('\uFEFF');
        if (ServicesOf(line).Count > 0)
        {
            return [line];
        }

        string plain = EscapedDollar.Replace(line, "$");
        string[] found = [.. ServiceCatalog.All.SelectMany(service => service.SecretFormat.FindIn(plain)).Distinct(StringComparer.Ordinal)];
        return found.Length == 0 && SingleWord.IsMatch(line) ? [line] : found;
    }
}
