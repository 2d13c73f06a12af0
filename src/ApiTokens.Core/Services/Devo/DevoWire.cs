using System.Text.Json.Serialization;
using ApiTokens.Http;

namespace ApiTokens.Services.Devo;

/// <summary>Devo's token record (contracts/devo.md, 2.5). The field <c>scope</c> is called <c>scopes</c> in requests.</summary>
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

    // The name of the field with the secret is not documented (2.10, point 2). These fields are tried in this order.
    [JsonPropertyName("token")]
    public string? Token { get; set; }

    [JsonPropertyName("access_token")]
    public string? AccessToken { get; set; }

    [JsonPropertyName("token_value")]
    public string? TokenValue { get; set; }

    [JsonPropertyName("value")]
    public string? Value { get; set; }

    /// <summary>The complete or masked secret; null if the response has none.</summary>
    [JsonIgnore]
    public string? ShownSecret => Token ?? AccessToken ?? TokenValue ?? Value;

    /// <summary>The secret; null if the response has none or only the masked form.</summary>
    [JsonIgnore]
    public string? Secret => ShownSecret is { Length: > 0 } value && !DevoSecretFormat.IsMasked(value) ? value : null;
}

/// <summary>The body of a create request (2.4). Devo rejects any other field.</summary>
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

/// <summary>The body of a rename request; inferred (2.3).</summary>
internal sealed class DevoRenameWire
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = string.Empty;
}

/// <summary>The data of a user (2.11); only the address is read.</summary>
internal sealed class DevoUserWire
{
    [JsonPropertyName("email")]
    public string? Email { get; set; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DevoTokenWire))]
[JsonSerializable(typeof(DevoNewTokenWire))]
[JsonSerializable(typeof(DevoRenameWire))]
[JsonSerializable(typeof(DevoUserWire))]
internal sealed partial class DevoJson : JsonSerializerContext;
