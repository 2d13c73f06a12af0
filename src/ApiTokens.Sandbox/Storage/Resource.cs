using System.Text.Json;

namespace ApiTokens.Sandbox.Storage;

/// <summary>Reads the data files of this assembly.</summary>
internal static class Resource
{
    public static JsonElement Json(string name)
    {
        using Stream stream = typeof(Resource).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly has no resource '{name}'.");
        using JsonDocument document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }
}
