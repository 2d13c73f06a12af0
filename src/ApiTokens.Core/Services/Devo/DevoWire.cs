using System.Text.Json.Serialization;
using ApiTokens.Http;

namespace ApiTokens.Services.Devo;

/// <summary>A token as Devo writes it (contracts/devo.md, 2.5). The request has <c>scopes</c> where the answer has <c>scope</c>.</summary>
internal sealed class DevoTokenWire : ITokenWire
{
    [JsonPropertyName("id")]
    [JsonConverter(typeof(IdConverter))]
    public string? Id { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("scope")]
    public string? Scope { get; set; }

    [JsonPropertyName("owner")]
    public string? Owner { get; set; }

    [JsonPropertyName("user")]
    public string? User { get; set; }

    [JsonPropertyName("audience")]
    public string? Audience { get; set; }

    [JsonPropertyName("active")]
    public bool? Active { get; set; }

    [JsonPropertyName("expiration")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? Expiration { get; set; }

    [JsonPropertyName("created")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? Created { get; set; }

    [JsonPropertyName("updated")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? Updated { get; set; }

    // The name of the field with the secret is not documented (2.10, point 2): these are looked at, in this order.
    [JsonPropertyName("token")]
    public string? Token { get; set; }

    [JsonPropertyName("access_token")]
    public string? AccessToken { get; set; }

    [JsonPropertyName("token_value")]
    public string? TokenValue { get; set; }

    [JsonPropertyName("value")]
    public string? Value { get; set; }

    /// <summary>The secret, or its masked form; null where the answer has none.</summary>
    [JsonIgnore]
    public string? ShownSecret => Token ?? AccessToken ?? TokenValue ?? Value;

    /// <summary>The secret; null where the answer has none or its masked form.</summary>
    [JsonIgnore]
    public string? Secret => ShownSecret is { Length: > 0 } value && !DevoSecretFormat.IsMasked(value) ? value : null;
}

/// <summary>The body of a new token (2.4). Devo refuses any other field.</summary>
internal sealed class DevoNewTokenWire
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = string.Empty;

    [JsonPropertyName("user")]
    public string? User { get; set; }

    [JsonPropertyName("audience")]
    public string Audience { get; set; } = string.Empty;

    [JsonPropertyName("scopes")]
    public string? Scopes { get; set; }
}

/// <summary>The body of a rename; inferred (2.3).</summary>
internal sealed class DevoRenameWire
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = string.Empty;
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DevoTokenWire))]
[JsonSerializable(typeof(DevoNewTokenWire))]
[JsonSerializable(typeof(DevoRenameWire))]
internal sealed partial class DevoJson : JsonSerializerContext;
