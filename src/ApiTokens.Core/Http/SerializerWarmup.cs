using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ApiTokens.Http;

/// <summary>
/// Reads an empty object once, so that the code that reads a response is compiled while the first request is under way, and not after
/// its response has arrived.
/// </summary>
internal static class SerializerWarmup<T>
{
    private static int _isDone;

    public static void Run(JsonTypeInfo<T> type)
    {
        if (Interlocked.Exchange(ref _isDone, 1) != 0 || type.Kind != JsonTypeInfoKind.Object)
        {
            return;
        }

        try
        {
            JsonSerializer.Deserialize($"{{{string.Join(",", type.Properties.Select(Sample).Where(sample => sample is not null))}}}", type);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // Nothing depends on the result.
        }
    }

    // The elements of a page.
    private static string? Sample(JsonPropertyInfo property) =>
        property.Options.TryGetTypeInfo(property.PropertyType, out JsonTypeInfo? list)
        && list is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element }
        && property.Options.TryGetTypeInfo(element, out JsonTypeInfo? item)
        && item.Kind == JsonTypeInfoKind.Object
            ? $"\"{property.Name}\":[{{}}]"
            : null;
}
