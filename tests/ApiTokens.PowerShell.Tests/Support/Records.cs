using System.Text.Json;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Creates and reads objects that are not from the module.</summary>
public static class Records
{
    /// <summary>Creates a row as Import-Csv returns it.</summary>
    public static PSObject Row(params (string Name, object Value)[] columns)
    {
        var row = new PSObject();
        foreach ((string name, object value) in columns)
        {
            row.Properties.Add(new PSNoteProperty(name, value));
        }

        return row;
    }

    /// <summary>The target of an error, as an object with properties.</summary>
    public static PSObject Target(this ErrorRecord error) => PSObject.AsPSObject(error.TargetObject);

    /// <summary>A field of a line of JSON as text; null if it does not exist.</summary>
    public static string? Text(this JsonElement line, string field) =>
        line.TryGetProperty(field, out JsonElement value) ? value.ToString() : null;

    /// <summary>A field of each line.</summary>
    public static IReadOnlyList<string?> Texts(this IEnumerable<JsonElement> lines, string field) =>
        [.. lines.Select(line => line.Text(field))];

    /// <summary>The lines in which a field has a value.</summary>
    public static IReadOnlyList<JsonElement> With(this IEnumerable<JsonElement> lines, string field, string value) =>
        [.. lines.Where(line => line.Text(field) == value)];
}
