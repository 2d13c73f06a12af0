using System.Text.Json.Serialization;
using ApiTokens.Http;

namespace ApiTokens.Services.Gcore;

/// <summary>
/// Gcore's token record (contracts/gcore.md, 1.5). Only the response to a create has <c>token</c>, the secret; it may have no other
/// field.
/// </summary>
internal sealed class GcoreTokenWire : ITokenWire
{
    [JsonPropertyName("id")]
    [JsonConverter(typeof(IdConverter))]
    public string? Id { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("description")]
    public string? Description { get; set; }

    [JsonPropertyName("exp_date")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? ExpDate { get; set; }

    [JsonPropertyName("expired")]
    public bool? Expired { get; set; }

    [JsonPropertyName("deleted")]
    public bool? Deleted { get; set; }

    [JsonPropertyName("created")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? Created { get; set; }

    [JsonPropertyName("last_usage")]
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? LastUsage { get; set; }

    [JsonPropertyName("client_user")]
    public GcoreClientUserWire? ClientUser { get; set; }

    [JsonPropertyName("token")]
    public string? Secret { get; set; }
}

/// <summary>The role of a token and the user who issued it.</summary>
internal sealed class GcoreClientUserWire
{
    [JsonPropertyName("role")]
    public GcoreRoleWire? Role { get; set; }

    [JsonPropertyName("user_id")]
    public long? UserId { get; set; }

    [JsonPropertyName("user_name")]
    public string? UserName { get; set; }

    [JsonPropertyName("user_email")]
    public string? UserEmail { get; set; }
}

/// <summary>The id and the name of a role.</summary>
internal sealed class GcoreRoleWire
{
    [JsonPropertyName("id")]
    public int? Id { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }
}

/// <summary>The body of a create request (1.4). <c>exp_date</c> is required, even if it is null.</summary>
internal sealed class GcoreNewTokenWire
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = string.Empty;

    [JsonPropertyName("description")]
    public string? Description { get; set; }

    [JsonPropertyName("exp_date")]
    [JsonConverter(typeof(TimestampConverter))]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? ExpDate { get; set; }

    [JsonPropertyName("client_user")]
    public GcoreClientUserWire ClientUser { get; set; } = new();
}

/// <summary>The account of the caller (1.2).</summary>
internal sealed class GcoreClientWire
{
    [JsonPropertyName("id")]
    [JsonConverter(typeof(IdConverter))]
    public string? Id { get; set; }

    /// <summary>The email address of the caller.</summary>
    [JsonPropertyName("email")]
    public string? Email { get; set; }
}

/// <summary>The body of a login request (1.2).</summary>
internal sealed class GcoreLoginWire
{
    [JsonPropertyName("username")]
    public string UserName { get; set; } = string.Empty;

    [JsonPropertyName("password")]
    public string Password { get; set; } = string.Empty;

    [JsonPropertyName("one_time_password")]
    public string? OneTimePassword { get; set; }
}

/// <summary>The response to a login, and the body of a refresh request (1.2).</summary>
internal sealed class GcoreSessionWire
{
    [JsonPropertyName("access")]
    public string? Access { get; set; }

    [JsonPropertyName("refresh")]
    public string? Refresh { get; set; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GcoreTokenWire))]
[JsonSerializable(typeof(GcoreNewTokenWire))]
[JsonSerializable(typeof(GcoreClientWire))]
[JsonSerializable(typeof(GcoreLoginWire))]
[JsonSerializable(typeof(GcoreSessionWire))]
[JsonSerializable(typeof(GcoreRole[]))]
internal sealed partial class GcoreJson : JsonSerializerContext;
