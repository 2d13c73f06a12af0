namespace ApiTokens.Services;

/// <summary>Reads lists that people write as one text, as in a CSV column.</summary>
internal static class Lists
{
    private static readonly char[] Separators = [' ', ',', ';', '\t', '\n', '\r'];

    /// <summary>The words of several texts, each of which may hold several, separated by spaces, commas or semicolons.</summary>
    public static string[] Words(IEnumerable<string> texts) =>
        [.. texts.SelectMany(text => text.Split(Separators, StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal)];
}
