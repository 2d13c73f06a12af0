using System.Text.Json.Serialization;
using ApiTokens.Http;

namespace ApiTokens.Services.ApplicationUsers;

/// <summary>
/// The token record of Application Users (docs/application-users-api.yaml). Only the responses to a create and a regeneration have
/// <c>secret</c>.
/// </summary>
internal sealed class UserTokenWire : ITokenWire
{
    [JsonPropertyName("id")]
    public string? Id { get; set; }

    [JsonPropertyName("userId")]
    public string? UserId { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("status")]
    public string? Status { get; set; }

    [JsonPropertyName("access")]
    public Dictionary<string, string>? Access { get; set; }

    [JsonPropertyName("expirationMonths")]
    public int? ExpirationMonths { get; set; }

    [JsonPropertyName("createdAt")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? CreatedAt { get; set; }

    [JsonPropertyName("createdBy")]
    public string? CreatedBy { get; set; }

    [JsonPropertyName("expiresAt")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? ExpiresAt { get; set; }

    [JsonPropertyName("regeneratedAt")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? RegeneratedAt { get; set; }

    [JsonPropertyName("revokedAt")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? RevokedAt { get; set; }

    [JsonPropertyName("lastUsedAt")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? LastUsedAt { get; set; }

    [JsonPropertyName("secret")]
    public string? Secret { get; set; }
}

/// <summary>A page of tokens.</summary>
internal sealed class UserTokenPageWire : IPageWire<UserTokenWire>
{
    [JsonPropertyName("items")]
    public UserTokenWire?[]? Items { get; set; }

    [JsonPropertyName("pageSize")]
    public int? PageSize { get; set; }

    [JsonPropertyName("totalCount")]
    public long? TotalCount { get; set; }

    IReadOnlyList<UserTokenWire?>? IPageWire<UserTokenWire>.Items => Items;
}

/// <summary>The body of create, edit and regenerate requests; null values are not sent.</summary>
internal sealed class UserTokenChangeWire
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("expirationMonths")]
    public int? ExpirationMonths { get; set; }

    [JsonPropertyName("access")]
    public Dictionary<string, string>? Access { get; set; }

    [JsonPropertyName("applyToAll")]
    public string? ApplyToAll { get; set; }
}

/// <summary>The ids of the revoked tokens, in the response to revoking all tokens of a user.</summary>
internal sealed class RevokedWire
{
    [JsonPropertyName("revoked")]
    public string?[]? Revoked { get; set; }
}

/// <summary>The identity of the caller.</summary>
internal sealed class CallerWire
{
    [JsonPropertyName("userId")]
    public string? UserId { get; set; }

    [JsonPropertyName("tokenId")]
    public string? TokenId { get; set; }

    [JsonPropertyName("canManageApiTokens")]
    public bool? CanManageApiTokens { get; set; }
}

/// <summary>A user of the site.</summary>
internal sealed class UserWire
{
    [JsonPropertyName("userId")]
    public string? Id { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("email")]
    public string? Email { get; set; }

    [JsonPropertyName("active")]
    public bool? Active { get; set; }

    [JsonPropertyName("canManageApiTokens")]
    public bool? CanManageApiTokens { get; set; }
}

/// <summary>A page of users.</summary>
internal sealed class UserPageWire
{
    [JsonPropertyName("items")]
    public UserWire?[]? Items { get; set; }

    [JsonPropertyName("pageSize")]
    public int? PageSize { get; set; }

    [JsonPropertyName("totalCount")]
    public long? TotalCount { get; set; }
}

/// <summary>An API of the catalogue.</summary>
internal sealed class ApiWire
{
    [JsonPropertyName("code")]
    public string? Code { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UserTokenWire))]
[JsonSerializable(typeof(UserTokenPageWire))]
[JsonSerializable(typeof(UserTokenChangeWire))]
[JsonSerializable(typeof(RevokedWire))]
[JsonSerializable(typeof(CallerWire))]
[JsonSerializable(typeof(UserPageWire))]
[JsonSerializable(typeof(ApiWire[]))]
internal sealed partial class ApplicationUsersJson : JsonSerializerContext;
