using System.Collections;
using System.Globalization;

namespace ApiTokens.Audit;

/// <summary>Reads a policy from the keys and values of a policy file (docs/policy.md). Unknown keys are errors.</summary>
public static class PolicyTable
{
    private static readonly Dictionary<string, Func<FindingPolicy, object?, FindingPolicy>> Keys = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(FindingPolicy.ExpiryWarning)] = (policy, value) => policy with { ExpiryWarning = Duration(value) },
        [nameof(FindingPolicy.ExpiryError)] = (policy, value) => policy with { ExpiryError = Duration(value) },
        [nameof(FindingPolicy.MaximumLife)] = (policy, value) => policy with { MaximumLife = Duration(value) },
        [nameof(FindingPolicy.MaximumUnused)] = (policy, value) => policy with { MaximumUnused = Duration(value) },
        [nameof(FindingPolicy.KnownUser)] = (policy, value) => policy with { KnownUser = Texts(value) },
        [nameof(FindingPolicy.TokenLimit)] = (policy, value) => policy with { TokenLimit = Integer(value) },
        [nameof(FindingPolicy.NearLimit)] = (policy, value) => policy with { NearLimit = Share(value) },
        [nameof(FindingPolicy.Rule)] = (policy, value) => policy with { Rule = Texts(value) },
        [nameof(FindingPolicy.ExcludeRule)] = (policy, value) => policy with { ExcludeRule = Texts(value) },
        [nameof(FindingPolicy.MinimumSeverity)] = (policy, value) => policy with { MinimumSeverity = OneSeverity(value) },
        [nameof(FindingPolicy.Waiver)] = (policy, value) => policy with { Waiver = WaiverTable.Read(value) },
        [nameof(FindingPolicy.VaultToken)] = (policy, value) => policy with { VaultToken = Texts(value) },
        [nameof(FindingPolicy.Severity)] = (policy, value) => policy with { Severity = Severities(value) },
    };

    /// <summary>Reads a policy.</summary>
    /// <param name="table">The keys and values.</param>
    /// <returns>The policy, with defaults for missing keys.</returns>
    /// <exception cref="ApiTokenException"><c>InvalidPolicy</c>; the error names the key.</exception>
    public static FindingPolicy Read(IDictionary table)
    {
        var policy = new FindingPolicy();
        foreach (DictionaryEntry entry in table)
        {
            string key = Convert.ToString(entry.Key, CultureInfo.InvariantCulture);
            if (!Keys.TryGetValue(key, out Func<FindingPolicy, object?, FindingPolicy>? read))
            {
                throw ApiTokenException.InvalidParameter(
                    "Policy",
                    $"the key '{ForeignText.Argument(key)}' does not exist.",
                    $"The keys are: {string.Join(", ", Keys.Keys)}.");
            }

            try
            {
                policy = read(policy, entry.Value);
            }
            catch (FormatException e)
            {
                throw ApiTokenException.InvalidParameter(
                    "Policy",
                    $"the value of the key '{ForeignText.Argument(key)}' is {Describe(entry.Value)}, but it must be {e.Message}.",
                    "See docs/policy.md for the keys and their types.");
            }
        }

        return policy;
    }

    private static string Describe(object? value) => value switch
    {
        null => "empty",
        string text => $"'{ForeignText.Argument(text)}'",
        int or long or double or bool => $"{Convert.ToString(value, CultureInfo.InvariantCulture)}",
        IDictionary => "a table",
        IEnumerable => "a list",
        _ => $"of type {value.GetType().Name}",
    };

    private static FormatException Expected(string type) => new(type);

    private static int Integer(object? value) => value is int number ? number : throw Expected("an integer");

    private static TimeSpan Duration(object? value) => value is string text && DurationText.TryParse(text, out TimeSpan duration)
        ? duration
        : throw Expected("a text such as '90d', '12h', '30m' or '90.00:00'");

    private static double Share(object? value) => value switch
    {
        double number => number,
        int number => number,
        _ => throw Expected("a number such as 0.9"),
    };

    private static string[] Texts(object? value) => value switch
    {
        string text => [text],
        IDictionary => throw Expected("a text or a list of texts"),
        IEnumerable items => [.. items.Cast<object?>().Select(item => item as string ?? throw Expected("a text or a list of texts"))],
        _ => throw Expected("a text or a list of texts"),
    };

    private static FindingSeverity OneSeverity(object? value) =>
        value is string text
        && Array.Find(Enum.GetNames(typeof(FindingSeverity)), name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase))
            is { } found
            ? (FindingSeverity)Enum.Parse(typeof(FindingSeverity), found)
            : throw Expected("Information, Warning or Error");

    private static Dictionary<string, FindingSeverity> Severities(object? value)
    {
        if (value is not IDictionary table)
        {
            throw Expected("a table such as @{ NeverExpires = 'Error' }");
        }

        var severities = new Dictionary<string, FindingSeverity>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in table)
        {
            severities[Convert.ToString(entry.Key, CultureInfo.InvariantCulture)] = OneSeverity(entry.Value);
        }

        return severities;
    }
}
