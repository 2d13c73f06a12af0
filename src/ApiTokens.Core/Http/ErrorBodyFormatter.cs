using System.Text.Json;

namespace ApiTokens.Http;

/// <summary>Formats an error body of unknown structure as text.</summary>
internal static class ErrorBodyFormatter
{
    private const int MaxDepth = 6;

    /// <summary>Returns all texts below an element, each with its path.</summary>
    public static string? Flatten(JsonElement element, string path = "", int depth = 0) => element.ValueKind switch
    {
        _ when depth > MaxDepth => null,
        JsonValueKind.String when path.Length > 0 => $"{path}: {element.GetString()}",
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Array => Join(element.EnumerateArray().Select(item => Flatten(item, path, depth + 1))),
        JsonValueKind.Object => Join(element.EnumerateObject().Select(field =>
            Flatten(field.Value, path.Length > 0 ? $"{path}.{field.Name}" : field.Name, depth + 1))),
        _ => null,
    };

    /// <summary>Returns the text of a field, or null if the element has no such field.</summary>
    public static string? Field(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? Flatten(value) : null;

    private static string? Join(IEnumerable<string?> texts)
    {
        string joined = string.Join("; ", texts.Where(text => !string.IsNullOrEmpty(text)));
        return joined.Length > 0 ? joined : null;
    }
}
