using System.Globalization;
using System.Text;

namespace ApiTokens;

/// <summary>
/// Replaces characters that are invisible or misleading in a text from a service: control, bidirectional and zero-width characters.
/// </summary>
public static class VisibleText
{
    // Joiners have no width either, but Persian, Indic scripts and emoji need them.
    private const string Joiners = "\u200C\u200D";

    /// <summary>Returns a text in one line with each hidden character as <c>[U+202E]</c>; line breaks and tabs become spaces.</summary>
    /// <param name="text">A text from a service.</param>
    /// <returns>The visible text.</returns>
    public static string Of(string? text)
    {
        if (text is null or "")
        {
            return string.Empty;
        }

        StringBuilder? visible = null;
        for (int i = 0; i < text.Length; i++)
        {
            bool pair = char.IsSurrogatePair(text, i);
            string? replacement = Replacement(text, i, pair);
            if (replacement is not null && visible is null)
            {
                visible = new StringBuilder(text, 0, i, text.Length + 16);
            }

            visible?.Append(replacement ?? text.Substring(i, pair ? 2 : 1));
            i += pair ? 1 : 0;
        }

        return visible?.ToString() ?? text;
    }

    /// <summary>Replaces control and bidirectional characters, which could manipulate a terminal, with U+FFFD.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text in one line.</returns>
    public static string Printable(string text) =>
        text.Any(IsControlOrBidi) ? new string([.. text.Select(c => IsControlOrBidi(c) ? '\uFFFD' : c)]) : text;

    private static bool IsControlOrBidi(char c) =>
        char.IsControl(c) || c is '\u2028' or '\u2029' or '\u200E' or '\u200F' or '\u061C'
            or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static string? Replacement(string text, int index, bool pair) => CharUnicodeInfo.GetUnicodeCategory(text, index) switch
    {
        _ when text[index] is '\t' or '\r' or '\n' => " ",
        UnicodeCategory.Format when Joiners.IndexOf(text[index]) >= 0 => null,
        UnicodeCategory.Surrogate when pair => null,
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate =>
            $"[U+{(pair ? char.ConvertToUtf32(text, index) : text[index]).ToString("X4", CultureInfo.InvariantCulture)}]",
        _ => null,
    };
}
