using System.Text.Json;
using System.Text.Json.Serialization;
using ApiTokens.Http;

namespace ApiTokens.Services.Wegnology;

/// <summary>WEGnology's token record (contracts/wegnology.md, 1.4). Only the response to a POST has <c>token</c>, the secret.</summary>
internal sealed class WegnologyTokenWire : ITokenWire
{
    [JsonPropertyName("id")]
    public string? Id { get; set; }

    [JsonPropertyName("apiTokenId")]
    public string? ApiTokenId { get; set; }

    [JsonPropertyName("ownerId")]
    public string? OwnerId { get; set; }

    [JsonPropertyName("creatorType")]
    public string? CreatorType { get; set; }

    [JsonPropertyName("creatorId")]
    public string? CreatorId { get; set; }

    [JsonPropertyName("creatorName")]
    public string? CreatorName { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("description")]
    public string? Description { get; set; }

    [JsonPropertyName("creationDate")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? CreationDate { get; set; }

    [JsonPropertyName("lastUpdated")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? LastUpdated { get; set; }

    [JsonPropertyName("expirationDate")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? ExpirationDate { get; set; }

    [JsonPropertyName("scope")]
    public string[]? Scope { get; set; }

    [JsonPropertyName("status")]
    public string? Status { get; set; }

    /// <summary>The maximum role (Losant).</summary>
    [JsonPropertyName("defaultRole")]
    public string? DefaultRole { get; set; }

    /// <summary>The maximum roles in organizations (Losant).</summary>
    [JsonPropertyName("orgRoles")]
    public JsonElement? OrgRoles { get; set; }

    [JsonPropertyName("token")]
    public string? Secret { get; set; }

    string? ITokenWire.Id => Id ?? ApiTokenId;
}

/// <summary>A page of a list (1.3).</summary>
internal sealed class WegnologyPageWire : IPageWire<WegnologyTokenWire>
{
    [JsonPropertyName("items")]
    public WegnologyTokenWire?[]? Items { get; set; }

    [JsonPropertyName("totalCount")]
    public long? TotalCount { get; set; }

    [JsonPropertyName("perPage")]
    public int? PageSize { get; set; }

    IReadOnlyList<WegnologyTokenWire?>? IPageWire<WegnologyTokenWire>.Items => Items;
}

/// <summary>The body of a create request (1.5). WEGnology rejects any other field.</summary>
internal sealed class WegnologyNewTokenWire
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = string.Empty;

    [JsonPropertyName("description")]
    public string? Description { get; set; }

    [JsonPropertyName("expirationDate")]
    public string? ExpirationDate { get; set; }

    [JsonPropertyName("scope")]
    public string[]? Scope { get; set; }

    /// <summary>The maximum role (Losant). WEGnology rejects it.</summary>
    [JsonPropertyName("defaultRole")]
    public string? DefaultRole { get; set; }
}

/// <summary>The body of an update request (1.8). Scope and expiry cannot be changed.</summary>
internal sealed class WegnologyChangeWire
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("description")]
    public string? Description { get; set; }

    [JsonPropertyName("status")]
    public string? Status { get; set; }
}

/// <summary>The body of a login request (1.1).</summary>
internal sealed class WegnologyLoginWire
{
    [JsonPropertyName("email")]
    public string Email { get; set; } = string.Empty;

    [JsonPropertyName("password")]
    public string Password { get; set; } = string.Empty;

    [JsonPropertyName("twoFactorCode")]
    public string? TwoFactorCode { get; set; }
}

/// <summary>The response to a login (1.1).</summary>
internal sealed class WegnologyLoggedInWire
{
    [JsonPropertyName("token")]
    public string? Token { get; set; }
}

/// <summary>The identifying fields of a user, an application or an instance; all are optional.</summary>
internal sealed class WegnologyAccountWire
{
    [JsonPropertyName("id")]
    public string? Id { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("email")]
    public string? Email { get; set; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WegnologyTokenWire))]
[JsonSerializable(typeof(WegnologyPageWire))]
[JsonSerializable(typeof(WegnologyNewTokenWire))]
[JsonSerializable(typeof(WegnologyChangeWire))]
[JsonSerializable(typeof(WegnologyLoginWire))]
[JsonSerializable(typeof(WegnologyLoggedInWire))]
[JsonSerializable(typeof(WegnologyAccountWire))]
[JsonSerializable(typeof(Dictionary<string, Dictionary<string, string[]>>))]
internal sealed partial class WegnologyJson : JsonSerializerContext;
