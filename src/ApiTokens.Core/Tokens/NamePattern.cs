using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens;

/// <summary>A wildcard pattern with PowerShell's meaning: <c>*</c>, <c>?</c>, <c>[a-z]</c>, a backtick to escape; case-insensitive.</summary>
public sealed class NamePattern
{
    // Patterns come from people; a time limit keeps a contrived one from hanging a listing.
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(2);

    private readonly Regex _regex;

    /// <summary>Compiles a pattern.</summary>
    /// <param name="text">The pattern.</param>
    public NamePattern(string text)
    {
        Text = text;
        _regex = new Regex(Translate(text), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline, MatchTimeout);
    }

    /// <summary>The pattern as it was given.</summary>
    public string Text { get; }

    /// <summary>Whether every name fits.</summary>
    public bool MatchesEverything => Text.Length > 0 && Text.All(c => c == '*');

    /// <summary>Whether the text has a character with a special meaning.</summary>
    /// <param name="text">A name or pattern.</param>
    /// <returns>True for a pattern.</returns>
    public static bool HasWildcards(string text) => text.IndexOfAny(['*', '?', '[']) >= 0;

    /// <summary>The pattern that fits one name only, whatever characters it has.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The pattern.</returns>
    public static NamePattern Literal(string name) => new(Regex.Replace(name, @"[*?\[\]`]", "`$0"));

    /// <summary>Whether a name fits.</summary>
    /// <param name="name">The name.</param>
    /// <returns>True if it does.</returns>
    public bool IsMatch(string name) => _regex.IsMatch(name);

    private static string Translate(string pattern)
    {
        var regex = new StringBuilder("\\A");
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            switch (c)
            {
                case '*':
                    regex.Append(".*");
                    break;
                case '?':
                    regex.Append('.');
                    break;
                case '`' when i + 1 < pattern.Length:
                    regex.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                case '[' when pattern.IndexOf(']', i + 1) is var end && end > i + 1:
                    string set = pattern.Substring(i + 1, end - i - 1).Replace("\\", "\\\\").Replace("[", "\\[").Replace("^", "\\^");
                    regex.Append('[').Append(set).Append(']');
                    i = end;
                    break;
                default:
                    regex.Append(Regex.Escape(c.ToString()));
                    break;
            }
        }

        return regex.Append("\\z").ToString();
    }
}
