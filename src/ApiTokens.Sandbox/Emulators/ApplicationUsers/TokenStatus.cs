using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>The status of a token. Revoked takes precedence over expired, and expired over active.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TokenStatus>))]
internal enum TokenStatus
{
    /// <summary>The token can be used.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>The token has expired.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>The token is revoked permanently.</summary>
    [JsonStringEnumMemberName("revoked")]
    Revoked,
}
