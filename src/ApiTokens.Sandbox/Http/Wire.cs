using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox.Http;

/// <summary>How JSON looks on the wire.</summary>
internal static class Wire
{
    /// <summary>The options of an emulator. '+' and the like stand unescaped, as the services write them.</summary>
    public static JsonSerializerOptions Options(JsonNamingPolicy naming, JsonIgnoreCondition ignore = JsonIgnoreCondition.Never) => new()
    {
        PropertyNamingPolicy = naming,
        DefaultIgnoreCondition = ignore,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
