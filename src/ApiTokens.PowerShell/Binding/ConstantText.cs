using System.Text.RegularExpressions;

namespace ApiTokens.PowerShell.Binding;

/// <summary>
/// Checks the text of a .psd1 file before it is parsed. The parser calls itself for nested expressions, so deep nesting would end the
/// process, and for the keyword configuration it loads a module.
/// </summary>
internal static class ConstantText
{
    private const int MaxDepth = 16;

    // Signs and decimal points. The parser calls itself for each sign in a row.
    private const int MaxSigns = 500;

    private const string SingleQuotes = "'\u2018\u2019\u201A\u201B";
    private const string DoubleQuotes = "\"\u201C\u201D\u201E";

    private static readonly Regex Keyword = new(@"\bconfiguration\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    /// <summary>Returns the first line that no table of constants has, and the reason; null if there is none.</summary>
    public static (int Line, string Reason)? FindUnsafe(string text)
    {
        if (Keyword.Match(text) is { Success: true } keyword)
        {
            return (LineOf(text, keyword.Index), "has the word 'configuration', which is a keyword of PowerShell");
        }

        int depth = 0;
        int signs = 0;
        char previous = '\n';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '#' || (c == '<' && i + 1 < text.Length && text[i + 1] == '#'))
            {
                if (!char.IsWhiteSpace(previous) && !"{}();,=".Contains(previous))
                {
                    return (LineOf(text, i), NotConstant(c));
                }

                i = EndOfComment(text, i);
                c = '\n';
            }
            else if (SingleQuotes.Contains(c) || DoubleQuotes.Contains(c))
            {
                int end = EndOfText(text, i);
                if (previous == '@' || end < 0)
                {
                    return (LineOf(text, i), "has a text that contains an expression, has no end, or starts with @");
                }

                i = end;
            }
            else if (!IsAllowed(c) || (c == ',' && previous == ',') || (c is '-' or '.' && ++signs > MaxSigns))
            {
                return (LineOf(text, i), NotConstant(c));
            }

            depth += c is '{' or '(' ? 1 : c is '}' or ')' ? -1 : 0;
            if (depth > MaxDepth)
            {
                return (LineOf(text, i), $"is nested more than {MaxDepth} levels deep");
            }

            previous = char.IsWhiteSpace(c) && previous == ',' ? previous : c;
        }

        return null;
    }

    private static string NotConstant(char c) =>
        ForeignText.InMessage($"has the character '{c}' outside of a text, but its values must be constants");

    private static bool IsAllowed(char c) =>
        c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or ' ' or '\t' or '\r' or '\n' or '\uFEFF'
            or '@' or '{' or '}' or '(' or ')' or ';' or ',' or '=' or '$' or '_' or '.' or '-';

    private static int EndOfComment(string text, int start)
    {
        int end = text[start] == '#' ? text.IndexOf('\n', start) : text.IndexOf("#>", start + 2, StringComparison.Ordinal) + 1;
        return end <= 0 ? text.Length : end;
    }

    // The last character of a text in quotes; -1 if it has no end, or has a variable or an expression.
    private static int EndOfText(string text, int start)
    {
        bool isLiteral = SingleQuotes.Contains(text[start]);
        string quotes = isLiteral ? SingleQuotes : DoubleQuotes;
        for (int i = start + 1; i < text.Length; i++)
        {
            if (quotes.Contains(text[i]))
            {
                if (i + 1 >= text.Length || !quotes.Contains(text[i + 1]))
                {
                    return i;
                }

                i++;
            }
            else if (!isLiteral && text[i] == '$')
            {
                return -1;
            }
            else if (!isLiteral && text[i] == '`')
            {
                i++;
            }
        }

        return -1;
    }

    private static int LineOf(string text, int index) => 1 + text.Take(index).Count(c => c == '\n');
}
