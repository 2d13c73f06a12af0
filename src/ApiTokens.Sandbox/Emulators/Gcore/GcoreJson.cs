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

    /// <summary>The time of the last use; an empty text if the token was never used, because null is not a string (1.5).</summary>
    public required string LastUsage { get; init; }

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
        LastUsage = Timestamp(token.LastUsage) ?? "",
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

/// <summary>The account of the caller, with every field that the vendor's description requires (contracts/gcore.md, 1.2).</summary>
internal sealed record GcoreClientBody
{
    private static readonly string[] Services = ["CDN", "CLOUD", "DDOS", "DNS", "STORAGE", "STREAMING"];

    public int Id { get; } = GcoreAccount.ClientId;

    [JsonPropertyName("currentUser")]
    public required int CurrentUser { get; init; }

    public required string Email { get; init; }

    public required string Name { get; init; }

    public string Status { get; } = "active";

    [JsonPropertyName("companyName")]
    public string CompanyName { get; } = GcoreAccount.CompanyName;

    public bool Deleted { get; }

    public bool IsTest { get; }

    public bool HasActiveAdmin { get; } = true;

    public IReadOnlyList<string> Capabilities { get; } = Services;

    [JsonPropertyName("serviceStatuses")]
    public IReadOnlyDictionary<string, GcoreServiceStatus> ServiceStatuses { get; } =
        Services.ToDictionary(service => service, _ => new GcoreServiceStatus());

    [JsonPropertyName("paidFeatures")]
    public IReadOnlyDictionary<string, IReadOnlyList<string>> PaidFeatures { get; } = NoFeatures;

    [JsonPropertyName("freeFeatures")]
    public IReadOnlyDictionary<string, IReadOnlyList<string>> FreeFeatures { get; } = NoFeatures;

    [JsonPropertyName("entryBaseDomain")]
    public string? EntryBaseDomain { get; }

    public string BillType { get; } = "contract";

    private static Dictionary<string, IReadOnlyList<string>> NoFeatures =>
        Services.ToDictionary(service => service, _ => (IReadOnlyList<string>)[]);
}

/// <summary>Whether a service is available to the account.</summary>
internal sealed record GcoreServiceStatus
{
    public bool Enabled { get; } = true;

    public string Status { get; } = "active";
}

[JsonSerializable(typeof(IEnumerable<GcoreTokenBody>))]
[JsonSerializable(typeof(GcoreTokenPair))]
[JsonSerializable(typeof(GcoreClientBody))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class GcoreJson : JsonSerializerContext
{
    public static GcoreJson Wire { get; } = new(Http.Wire.Options(JsonNamingPolicy.SnakeCaseLower));
}
