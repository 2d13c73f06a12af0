using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox.Emulators.Gcore;

/// <summary>A token as Gcore sends it.</summary>
internal sealed record GcoreTokenBody
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    public required string? ExpDate { get; init; }

    public required bool Expired { get; init; }

    public required bool Deleted { get; init; }

    public required string Created { get; init; }

    public required string? LastUsage { get; init; }

    public required GcoreClientUserBody ClientUser { get; init; }

    /// <summary>The secret; present only in the response to a create.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }

    public static GcoreTokenBody Of(GcoreToken token, DateTimeOffset now, string? secret = null) => new()
    {
        Id = token.Id,
        Name = token.Name,
        Description = token.Description,
        ExpDate = Timestamp(token.Expires),
        Expired = token.IsExpired(now),
        Deleted = token.IsDeleted(now),
        Created = Timestamp(token.Created)!,
        LastUsage = Timestamp(token.LastUsage),
        ClientUser = new GcoreClientUserBody(token.Role, token.Issuer.Id, token.Issuer.Name, token.Issuer.Email),
        Token = secret,
    };

    private static string? Timestamp(DateTimeOffset? time) =>
        time?.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}

internal sealed record GcoreClientUserBody(GcoreRole Role, int UserId, string UserName, string UserEmail)
{
    public int ClientId { get; } = GcoreAccount.ClientId;

    /// <summary>Whether the issuer was removed from the account, which the sandbox does not support.</summary>
    public bool Deleted { get; }
}

internal sealed record GcoreTokenPair(string Refresh, string Access);

internal sealed record GcoreClientBody(
    int Id,
    [property: JsonPropertyName("currentUser")] int CurrentUser,
    string Email,
    string Status,
    [property: JsonPropertyName("companyName")] string CompanyName);

[JsonSerializable(typeof(IEnumerable<GcoreTokenBody>))]
[JsonSerializable(typeof(GcoreTokenPair))]
[JsonSerializable(typeof(GcoreClientBody))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class GcoreJson : JsonSerializerContext
{
    public static GcoreJson Wire { get; } = new(Http.Wire.Options(JsonNamingPolicy.SnakeCaseLower));
}
