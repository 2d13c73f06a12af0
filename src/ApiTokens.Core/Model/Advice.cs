using System.Globalization;
using System.Runtime.CompilerServices;

namespace ApiTokens;

/// <summary>
/// A recommended action: text with fields and commands that each front end formats in its own way. It is written as an
/// interpolated string, such as <c>$"Specify {Field.Region} or {Field.BaseUri}."</c>.
/// </summary>
[InterpolatedStringHandler]
public sealed class Advice
{
    private readonly List<object> _parts = [];

    /// <summary>Creates an empty advice. The compiler calls this constructor for an interpolated string.</summary>
    /// <param name="literalLength">The length of the text between the values.</param>
    /// <param name="formattedCount">The number of values.</param>
    public Advice(int literalLength, int formattedCount)
    {
    }

    private Advice(string text)
    {
        _parts.Add(text);
    }

    /// <summary>Converts a text to an advice without fields or commands.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator Advice(string text) => new(text);

    /// <summary>Appends text.</summary>
    /// <param name="value">The text.</param>
    public void AppendLiteral(string value) => _parts.Add(value);

    /// <summary>Appends a value as text, in the invariant culture.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The value.</param>
    public void AppendFormatted<T>(T value) => _parts.Add(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty);

    /// <summary>Appends a field.</summary>
    /// <param name="field">The field.</param>
    public void AppendFormatted(Field field) => _parts.Add(field);

    /// <summary>Appends a command.</summary>
    /// <param name="command">The command.</param>
    public void AppendFormatted(SuggestedCommand command) => _parts.Add(command);

    /// <summary>Appends the parts of another advice.</summary>
    /// <param name="advice">The other advice.</param>
    public void AppendFormatted(Advice? advice) => _parts.AddRange(advice?._parts ?? []);

    /// <summary>Formats the advice for a front end.</summary>
    /// <param name="formatField">Formats a field.</param>
    /// <param name="formatCommand">Formats a command.</param>
    /// <returns>The text.</returns>
    public string ToString(Func<Field, string> formatField, Func<SuggestedCommand, string> formatCommand)
    {
        IEnumerable<string> parts = _parts.Select(part => part switch
        {
            Field field => formatField(field),
            SuggestedCommand command => formatCommand(command),
            _ => (string)part,
        });
        return ForeignText.InMessage(string.Concat(parts));
    }

    /// <summary>Formats the advice with the names that this library uses.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => ToString(field => field.ToString(), command => command.ToString());
}
