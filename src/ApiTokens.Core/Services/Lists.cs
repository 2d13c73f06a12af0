using System.Globalization;

namespace ApiTokens.Services;

/// <summary>Reads lists and numbers that people write as text, as in a CSV column.</summary>
internal static class Lists
{
    private static readonly char[] Separators = [' ', ',', ';', '\t', '\n', '\r'];

    /// <summary>The words of several texts, each of which may hold several, separated by spaces, commas or semicolons; each once.</summary>
    public static string[] Words(IEnumerable<string> texts) => [.. Sequence(texts).Distinct(StringComparer.Ordinal)];

    /// <summary>The same with every repetition, where the order has a meaning.</summary>
    public static string[] Sequence(IEnumerable<string> texts) =>
        [.. texts.SelectMany(text => text.Split(Separators, StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>Whether a text is a number of ASCII digits: .NET takes zeros at its end too.</summary>
    public static bool IsNumber(string text) =>
        text.All(c => c is >= '0' and <= '9') && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
