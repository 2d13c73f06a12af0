using System.Text;

namespace ApiTokens;

/// <summary>
/// Writes the commands that messages recommend, so that they can be pasted as they stand: an id comes from a service or a
/// file, and may be anything but an id.
/// </summary>
public static class CommandText
{
    // PowerShell takes the typographic ones for quotes too.
    private const string Quotes = "'\u2018\u2019\u201A\u201B";

    /// <summary>A value as one argument, which stands for itself and nothing else.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The value, in single quotes where it is more than a word.</returns>
    public static string Argument(string value)
    {
        if (value.Length > 0 && value[0] != '-' && value.All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_'))
        {
            return value;
        }

        var quoted = new StringBuilder("'");
        foreach (char c in VisibleText.Printable(value))
        {
            quoted.Append(c, Quotes.IndexOf(c) >= 0 ? 2 : 1);
        }

        return quoted.Append('\'').ToString();
    }

    /// <summary>A name as one argument of a parameter that takes wildcard patterns: it fits this name alone.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The pattern as an argument.</returns>
    public static string Pattern(string name) => Argument(NamePattern.Literal(name).Text);

    /// <summary>The command that removes a token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The command.</returns>
    public static string Remove(ApiToken token) => On("Remove-ApiToken", token.Id, token.Connection);

    /// <summary>A command on a token.</summary>
    internal static string On(string command, string id, string connection) => $"{command} -Id {Argument(id)} -Connection {Pattern(connection)}";
}
