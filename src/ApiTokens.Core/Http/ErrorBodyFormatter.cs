using System.Text.Json;

namespace ApiTokens.Http;

/// <summary>Reads an error body of unknown form for people: a text, a list, or fields with texts or lists.</summary>
internal static class ErrorBodyFormatter
{
    private const int Deepest = 6;

    /// <summary>All texts below an element, each with the fields that lead to it.</summary>
    public static string? Flatten(JsonElement element, string path = "", int depth = 0) => element.ValueKind switch
    {
        _ when depth > Deepest => null,
        JsonValueKind.String when path.Length > 0 => $"{path}: {element.GetString()}",
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Array => Join(element.EnumerateArray().Select(item => Flatten(item, path, depth + 1))),
        JsonValueKind.Object => Join(element.EnumerateObject().Select(field =>
            Flatten(field.Value, path.Length > 0 ? $"{path}.{field.Name}" : field.Name, depth + 1))),
        _ => null,
    };

    /// <summary>The text of one field, if the element is an object that has it.</summary>
    public static string? Field(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? Flatten(value) : null;

    private static string? Join(IEnumerable<string?> texts)
    {
        string joined = string.Join("; ", texts.Where(text => !string.IsNullOrEmpty(text)));
        return joined.Length > 0 ? joined : null;
    }
}
