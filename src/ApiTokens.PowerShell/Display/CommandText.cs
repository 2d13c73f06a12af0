using System.Text;

namespace ApiTokens.PowerShell.Display;

/// <summary>
/// Words errors for PowerShell: fields become parameters, and suggested commands become cmdlets that can be pasted as they
/// stand. An id comes from a service or a file, so it may be any text.
/// </summary>
internal static class CommandText
{
    // PowerShell takes the typographic ones for quotes too.
    private const string Quotes = "'\u2018\u2019\u201A\u201B";

    /// <summary>What happened, with a parameter in the place of a field.</summary>
    public static string Message(ApiTokenException error) => error.Field is { } field && error.Message.StartsWith(field.Name, StringComparison.Ordinal)
        ? $"{Parameter(field)}{error.Message.Substring(field.Name.Length)}"
        : error.Message;

    /// <summary>What to do about an error.</summary>
    public static string? Advice(ApiTokenException error) => error.Advice?.ToString(Parameter, Command);

    /// <summary>A value as one argument, which stands for itself and nothing else.</summary>
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
            quoted.Append(c, Quotes.Contains(c) ? 2 : 1);
        }

        return quoted.Append('\'').ToString();
    }

    /// <summary>A name as one argument of a parameter that takes wildcards: it matches this name alone.</summary>
    public static string Pattern(string name) => Argument(NamePattern.Literal(name).Text);

    /// <summary>The command that removes a token.</summary>
    public static string Remove(ApiToken token) => Command(SuggestedCommand.Remove(token));

    private static string Parameter(Field field) => field.Name switch
    {
        nameof(Field.AllowOwnToken) or nameof(Field.Overwrite) => "-Force",
        nameof(Field.Timeout) => "-TimeoutSec",
        _ => $"-{field.Name}",
    };

    private static string Command(SuggestedCommand command)
    {
        string cmdlet = command.Action switch
        {
            SuggestedAction.Connect => "Connect-ApiTokenService",
            SuggestedAction.List => "Get-ApiToken",
            SuggestedAction.ListPermissions => "Get-ApiTokenPermission",
            SuggestedAction.Create => "New-ApiToken",
            _ => $"{command.Action}-ApiToken",
        };
        string id = command.Id is null ? string.Empty : $" -Id {Argument(command.Id)}";
        string connection = command.Connection is null ? string.Empty : $" -Connection {Pattern(command.Connection)}";
        return cmdlet + id + connection;
    }
}
