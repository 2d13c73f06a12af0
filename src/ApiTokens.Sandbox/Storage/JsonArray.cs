using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox.Storage;

/// <summary>Stores a list of texts in one column, or passes it as one parameter that SQL can split.</summary>
internal static class JsonArray
{
    public static string Of(IEnumerable<string> texts) => JsonSerializer.Serialize([.. texts], StorageJson.Default.StringArray);

    public static string[] Read(string json) => JsonSerializer.Deserialize(json, StorageJson.Default.StringArray)!;
}

[JsonSerializable(typeof(string[]))]
internal sealed partial class StorageJson : JsonSerializerContext;
