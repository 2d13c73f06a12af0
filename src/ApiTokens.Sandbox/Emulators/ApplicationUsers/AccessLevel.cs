using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>The access of a token to one API.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AccessLevel>))]
internal enum AccessLevel
{
    /// <summary>No access.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>GET.</summary>
    [JsonStringEnumMemberName("read")]
    Read,

    /// <summary>GET and POST.</summary>
    [JsonStringEnumMemberName("full")]
    Full,
}

internal static class AccessLevels
{
    public static AccessLevel? Parse(string text) => text switch
    {
        "none" => AccessLevel.None,
        "read" => AccessLevel.Read,
        "full" => AccessLevel.Full,
        _ => null,
    };

    public static bool Allows(this AccessLevel level, string method) =>
        level == AccessLevel.Full || (level == AccessLevel.Read && HttpMethods.IsGet(method));
}
