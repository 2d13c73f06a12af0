using System.Globalization;
using System.Runtime.CompilerServices;

namespace ApiTokens;

/// <summary>
/// What a user can do about an error: text, and in it fields and commands that each front end words in its own way. It is
/// written as an interpolated string, such as <c>$"Specify {Field.Region} or {Field.BaseUri}."</c>.
/// </summary>
[InterpolatedStringHandler]
public sealed class Advice
{
    private readonly List<object> _parts = [];

    /// <summary>Starts an empty text. The compiler calls it for an interpolated string.</summary>
    /// <param name="literalLength">The length of the text between the values.</param>
    /// <param name="formattedCount">The number of values.</param>
    public Advice(int literalLength, int formattedCount)
    {
    }

    private Advice(string text)
    {
        _parts.Add(text);
    }

    /// <summary>Advice without fields or commands.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator Advice(string text) => new(text);

    /// <summary>Adds text.</summary>
    /// <param name="value">The text.</param>
    public void AppendLiteral(string value) => _parts.Add(value);

    /// <summary>Adds a value as text, in the invariant culture.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The value.</param>
    public void AppendFormatted<T>(T value) => _parts.Add(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty);

    /// <summary>Adds a field.</summary>
    /// <param name="field">The field.</param>
    public void AppendFormatted(Field field) => _parts.Add(field);

    /// <summary>Adds a command.</summary>
    /// <param name="command">The command.</param>
    public void AppendFormatted(SuggestedCommand command) => _parts.Add(command);

    /// <summary>Adds the parts of another advice.</summary>
    /// <param name="advice">The other advice.</param>
    public void AppendFormatted(Advice? advice) => _parts.AddRange(advice?._parts ?? []);

    /// <summary>The text in the words of a front end.</summary>
    /// <param name="field">Words a field.</param>
    /// <param name="command">Words a command.</param>
    /// <returns>The text.</returns>
    public string ToString(Func<Field, string> field, Func<SuggestedCommand, string> command) => VisibleText.Printable(string.Concat(_parts.Select(part => part switch
    {
        Field named => field(named),
        SuggestedCommand suggested => command(suggested),
        _ => (string)part,
    })));

    /// <summary>The text in the words of this library.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => ToString(field => field.ToString(), command => command.ToString());
}
