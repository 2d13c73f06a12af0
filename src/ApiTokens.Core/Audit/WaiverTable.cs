using System.Collections;
using System.Globalization;

namespace ApiTokens.Audit;

/// <summary>Reads the waivers of a policy file: a list of tables.</summary>
internal static class WaiverTable
{
    private const string Expected =
        "a list of tables such as @{ Token = 'ci'; Rule = 'NeverExpires'; Reason = 'migration'; ApprovedBy = 'jdoe'; Until = '2027-01-31' }";

    private static readonly string[] Required = ["Token", "Rule", "Reason", "ApprovedBy", "Until"];
    private static readonly string[] Optional = ["Service", "Account"];

    /// <summary>Reads the waivers.</summary>
    /// <exception cref="FormatException">The message says what the value must be.</exception>
    /// <exception cref="ApiTokenException"><c>InvalidPolicy</c>; the error names the field.</exception>
    public static IReadOnlyList<FindingWaiver> Read(object? value) => value switch
    {
        IDictionary table => [One(table, 1)],
        IEnumerable items and not string =>
            [.. items.Cast<object?>().Select((item, index) => One(item as IDictionary ?? throw new FormatException(Expected), index + 1))],
        _ => throw new FormatException(Expected),
    };

    private static FindingWaiver One(IDictionary table, int number)
    {
        Dictionary<string, object?> fields = new(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in table)
        {
            string key = Convert.ToString(entry.Key, CultureInfo.InvariantCulture);
            fields[key] = Required.Concat(Optional).Contains(key, StringComparer.OrdinalIgnoreCase)
                ? entry.Value
                : throw Invalid(number, $"has the unknown field '{ForeignText.Argument(key)}'");
        }

        return new FindingWaiver
        {
            Token = Text("Token"),
            Rule = Text("Rule"),
            Reason = Text("Reason"),
            ApprovedBy = Text("ApprovedBy"),
            Until = Day(Text("Until")),
            Service = fields.ContainsKey("Service") ? Text("Service") : null,
            Account = fields.ContainsKey("Account") ? Text("Account") : null,
        };

        string Text(string field) =>
            fields.TryGetValue(field, out object? value) && value is string text && !string.IsNullOrWhiteSpace(text)
                ? text
                : throw Invalid(number, $"has no text '{field}'");

        DateTimeOffset Day(string text) =>
            DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset day)
            && day.Year < 9999
                ? day.AddDays(1)
                : throw Invalid(number, $"has the field 'Until' with '{ForeignText.Argument(text)}', which is not a date such as 2027-01-31");
    }

    private static ApiTokenException Invalid(int number, string reason) => ApiTokenException.InvalidParameter(
        "Policy",
        FormattableString.Invariant($"waiver {number} {reason}."),
        $"The required fields are: {string.Join(", ", Required)}. The optional fields are: {string.Join(", ", Optional)}.");
}
