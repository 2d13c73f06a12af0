using System.Globalization;
using System.Text;

namespace ApiTokens;

/// <content>Characters that are invisible or misleading: control, bidirectional and zero-width characters.</content>
public static partial class ForeignText
{
    // Joiners have no width either, but Persian, Indic scripts and emoji need them.
    private const string Joiners = "\u200C\u200D";

    // Line breaks and tabs become spaces.
    private static string Visible(string text)
    {
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

    // For a text in one line.
    private static string Printable(string text) => Replace(text, IsControlOrBidi);

    // For the text of an exception, which has line breaks.
    private static string Lines(string text) => Replace(text, c => IsControlOrBidi(c) && c is not ('\r' or '\n' or '\t'));

    private static string Replace(string text, Func<char, bool> isReplaced) =>
        text.Any(isReplaced) ? new string([.. text.Select(c => isReplaced(c) ? '\uFFFD' : c)]) : text;

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
