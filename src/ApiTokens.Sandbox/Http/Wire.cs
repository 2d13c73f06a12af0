using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox.Http;

/// <summary>Creates the JSON options of emulators.</summary>
internal static class Wire
{
    /// <summary>Creates the options of an emulator. Characters such as '+' are not escaped, as in the services.</summary>
    public static JsonSerializerOptions Options(JsonNamingPolicy naming, JsonIgnoreCondition ignore = JsonIgnoreCondition.Never) => new()
    {
        PropertyNamingPolicy = naming,
        DefaultIgnoreCondition = ignore,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
