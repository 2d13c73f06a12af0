using System.Text;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Display;

/// <summary>
/// Formats errors for PowerShell: fields become parameters, and suggested commands become command lines that can be run as they are.
/// An id comes from a service or a file, so it may be any text.
/// </summary>
internal static class CommandText
{
    // PowerShell also treats typographic quotes as quotes.
    private const string Quotes = "'\u2018\u2019\u201A\u201B";

    /// <summary>Returns the message of an error, with the parameter instead of the field.</summary>
    public static string Message(ApiTokenException error) =>
        error.Field is { } field && error.Message.StartsWith(field.Name, StringComparison.Ordinal)
            ? $"{Parameter(field)}{error.Message.Substring(field.Name.Length)}"
            : error.Message;

    /// <summary>Returns the recommended action of an error. Its commands are for the connection that the error is about.</summary>
    public static string? Advice(ApiTokenException error, string? connection) =>
        error.Advice?.ToString(AdvisedParameter, command => Command(command with { Connection = command.Connection ?? connection }));

    /// <summary>Formats a value as one literal argument.</summary>
    /// <returns>The value, in single quotes unless it is a simple word.</returns>
    public static string Argument(string value)
    {
        if (value.Length > 0 && value[0] != '-' && value.All(IsSimple))
        {
            return value;
        }

        var quoted = new StringBuilder("'");
        foreach (char c in ForeignText.InMessage(value))
        {
            quoted.Append(c, Quotes.Contains(c) ? 2 : 1);
        }

        return quoted.Append('\'').ToString();
    }

    /// <summary>Formats a name as an argument that matches only this name, for a parameter that supports wildcards.</summary>
    public static string Pattern(string name) => Argument(NamePattern.Literal(name).Text);

    /// <summary>Returns the command that removes a token.</summary>
    public static string Remove(ApiToken token) => Command(SuggestedCommand.Remove(token));

    /// <summary>Returns the command that lists the tokens of connections.</summary>
    /// <param name="connections">The connections.</param>
    /// <param name="name">A name or pattern; null for all tokens.</param>
    public static string List(IEnumerable<TokenConnection> connections, string? name = null) =>
        $"Get-ApiToken{(name is null ? string.Empty : $" -Name {Argument(name)}")} -Connection "
        + string.Join(", ", connections.Select(connection => Pattern(connection.Name)));

    private static bool IsSimple(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_';

    // Disable-ApiToken recommends the parameter of another cmdlet.
    private static string AdvisedParameter(Field field) =>
        field.Name == nameof(Field.After) ? $"Remove-ApiToken {Parameter(field)}" : Parameter(field);

    private static string Parameter(Field field) => field.Name switch
    {
        nameof(Field.AllowMissing) or nameof(Field.AllowOwnToken) or nameof(Field.Overwrite) => "-Force",
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
        string connection = command.Connection is null || command.Action == SuggestedAction.Connect
            ? string.Empty
            : $" -Connection {Pattern(command.Connection)}";
        return cmdlet + id + connection;
    }
}
