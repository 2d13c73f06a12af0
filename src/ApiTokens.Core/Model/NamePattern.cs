using System.Text.RegularExpressions;

namespace ApiTokens;

/// <summary>A wildcard pattern in PowerShell's syntax: <c>*</c>, <c>?</c>, <c>[a-z]</c>, a backtick to escape; case-insensitive.</summary>
public sealed class NamePattern
{
    // Null represents a star; any other element is a predicate for one character.
    private readonly List<Func<char, bool>?> _elements = [];

    /// <summary>Parses a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <exception cref="ApiTokenException">The pattern has a range in reverse order.</exception>
    public NamePattern(string text)
    {
        Text = text;
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '*':
                    IsLiteral = false;
                    _elements.Add(null);
                    break;
                case '?':
                    IsLiteral = false;
                    _elements.Add(_ => true);
                    break;
                case '[' when EndOfSet(text, i + 1) is var end && end > i + 1:
                    IsLiteral = false;
                    _elements.Add(Set(text.Substring(i + 1, end - i - 1)));
                    i = end;
                    break;
                default:
                    i += text[i] == '`' && i + 1 < text.Length ? 1 : 0;
                    char literal = text[i];
                    _elements.Add(c => Same(c, literal));
                    break;
            }
        }
    }

    /// <summary>The pattern as specified.</summary>
    public string Text { get; }

    /// <summary>Whether the pattern matches every name.</summary>
    public bool MatchesEverything => Text.Length > 0 && Text.All(c => c == '*');

    /// <summary>Whether the pattern matches only one name, apart from case. It has no unescaped wildcard.</summary>
    public bool IsLiteral { get; private set; } = true;

    /// <summary>Determines whether a text contains wildcard characters.</summary>
    /// <param name="text">A name or pattern.</param>
    /// <returns>True for a pattern.</returns>
    public static bool HasWildcards(string text) => text.IndexOfAny(['*', '?', '[']) >= 0;

    /// <summary>Returns the name that patterns match if there is only one pattern, and it matches only one name; otherwise null.</summary>
    internal static string? SingleName(IReadOnlyList<NamePattern> patterns) =>
        patterns.Count == 1 && patterns[0].IsLiteral ? Regex.Replace(patterns[0].Text, "`(.)", "$1") : null;

    /// <summary>Creates a pattern that matches one name literally.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The pattern.</returns>
    public static NamePattern Literal(string name) => new(Regex.Replace(name, @"[*?\[\]`]", "`$0"));

    /// <summary>Determines whether a name matches the pattern.</summary>
    /// <param name="name">The name.</param>
    /// <returns>True if the name matches.</returns>
    public bool IsMatch(string name)
    {
        // If the rest does not match, extend the last star by one character. Earlier stars never change, so the time is at most
        // proportional to the product of both lengths.
        int element = 0, star = -1, starEnd = 0;
        for (int i = 0; i < name.Length;)
        {
            if (element < _elements.Count && _elements[element] is null)
            {
                star = element++;
                starEnd = i;
            }
            else if (element < _elements.Count && _elements[element]!(name[i]))
            {
                element++;
                i++;
            }
            else if (star >= 0)
            {
                element = star + 1;
                i = ++starEnd;
            }
            else
            {
                return false;
            }
        }

        return _elements.Skip(element).All(rest => rest is null);
    }

    // Returns -1 if the set is not closed; the bracket is then a literal.
    private static int EndOfSet(string text, int start)
    {
        int end = start;
        while (end < text.Length && text[end] != ']')
        {
            end += text[end] == '`' ? 2 : 1;
        }

        return end < text.Length ? end : -1;
    }

    private Func<char, bool> Set(string content)
    {
        var ranges = new List<(char First, char Last)>();
        for (int i = 0; i < content.Length; i++)
        {
            i += content[i] == '`' && i + 1 < content.Length ? 1 : 0;
            char first = content[i];
            if (i + 2 >= content.Length || content[i + 1] != '-')
            {
                ranges.Add((first, first));
                continue;
            }

            i += content[i + 2] == '`' && i + 3 < content.Length ? 3 : 2;
            ranges.Add(content[i] >= first
                ? (first, content[i])
                : throw ApiTokenException.InvalidParameter(
                    "Name",
                    $"'{ForeignText.Argument(Text)}' has the range '{first}-{content[i]}' in reverse order.",
                    "Specify the lower character first, as in '[a-z]'."));
        }

        return c => ranges.Exists(range => In(range, c) || In(range, char.ToLowerInvariant(c)) || In(range, char.ToUpperInvariant(c)));
    }

    private static bool In((char First, char Last) range, char c) => range.First <= c && c <= range.Last;

    private static bool Same(char left, char right) => left == right || char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
