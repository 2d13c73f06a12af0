using System.Text.Json;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Makes and reads objects that are not the module's.</summary>
public static class Records
{
    /// <summary>A row as Import-Csv would give it.</summary>
    public static PSObject Row(params (string Name, object Value)[] columns)
    {
        var row = new PSObject();
        foreach ((string name, object value) in columns)
        {
            row.Properties.Add(new PSNoteProperty(name, value));
        }

        return row;
    }

    /// <summary>What an error is about, as an object with properties.</summary>
    public static PSObject Target(this ErrorRecord error) => PSObject.AsPSObject(error.TargetObject);

    /// <summary>A field of a line of JSON, as text; null where it is not there.</summary>
    public static string? Text(this JsonElement line, string field) =>
        line.TryGetProperty(field, out JsonElement value) ? value.ToString() : null;

    /// <summary>A field of each line.</summary>
    public static IReadOnlyList<string?> Texts(this IEnumerable<JsonElement> lines, string field) => [.. lines.Select(line => line.Text(field))];

    /// <summary>The lines of which a field has a value.</summary>
    public static IReadOnlyList<JsonElement> With(this IEnumerable<JsonElement> lines, string field, string value) =>
        [.. lines.Where(line => line.Text(field) == value)];
}
