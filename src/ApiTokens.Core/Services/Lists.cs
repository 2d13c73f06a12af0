namespace ApiTokens.Services;

/// <summary>Reads lists that people write as text, as in a CSV column.</summary>
internal static class Lists
{
    private static readonly char[] Separators = [' ', ',', ';', '\t', '\n', '\r'];

    /// <summary>Splits texts at spaces, commas and semicolons, and returns the distinct words.</summary>
    public static string[] Words(IEnumerable<string> texts) => [.. Sequence(texts).Distinct(StringComparer.Ordinal)];

    /// <summary>Splits texts at spaces, commas and semicolons, and keeps duplicates and the order.</summary>
    public static string[] Sequence(IEnumerable<string> texts) =>
        [.. texts.SelectMany(text => text.Split(Separators, StringSplitOptions.RemoveEmptyEntries))];
}
