using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>The state of a token: revoked before expired before active.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TokenStatus>))]
internal enum TokenStatus
{
    /// <summary>It works.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>Its time is over.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>It was revoked, for good.</summary>
    [JsonStringEnumMemberName("revoked")]
    Revoked,
}
