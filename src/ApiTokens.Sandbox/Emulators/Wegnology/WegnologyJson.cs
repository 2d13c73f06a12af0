using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>A token as WEGnology sends it.</summary>
internal sealed record WegnologyTokenBody
{
    [JsonPropertyName("_type")]
    public string Type { get; } = "apiToken";

    [JsonPropertyName("_links")]
    public required Links? Links { get; init; }

    public required string Id { get; init; }

    public string ApiTokenId => Id;

    public required string OwnerId { get; init; }

    public required string OwnerType { get; init; }

    public required string CreatorId { get; init; }

    public required string CreatorType { get; init; }

    public required string CreatorName { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public required string CreationDate { get; init; }

    public required string LastUpdated { get; init; }

    public string? ExpirationDate { get; init; }

    public required IReadOnlyList<string> Scope { get; init; }

    public required string Status { get; init; }

    /// <summary>The maximum role, for a token of a user of Losant.</summary>
    public string? DefaultRole { get; init; }

    /// <summary>The maximum roles in organizations, for a token of a user of Losant.</summary>
    public IReadOnlyList<OrganizationRole>? OrgRoles { get; init; }

    /// <summary>The secret; present only in the response to a create.</summary>
    public string? Token { get; init; }

    public static WegnologyTokenBody Of(WegnologyToken token, HttpRequest request, string? secret = null) => new()
    {
        Links = Links.For(request, $"{WegnologyEmulator.Collection(token.Owner)}/{token.Id}"),
        Id = token.Id,
        OwnerId = token.Owner.Id,
        OwnerType = token.Owner.Type,
        CreatorId = token.Creator.Id,
        CreatorType = token.Creator.Type,
        CreatorName = token.Creator.Name,
        Name = token.Name,
        Description = token.Description,
        CreationDate = Timestamp(token.Created),
        LastUpdated = Timestamp(token.Updated),
        ExpirationDate = token.Expires is { } expires ? Timestamp(expires) : null,
        Scope = token.Scope,
        Status = token.Status,
        DefaultRole = token.DefaultRole,
        OrgRoles = token.OrganizationRoles,
        Token = secret,
    };

    private static string Timestamp(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>A page of tokens as WEGnology sends it.</summary>
internal sealed record WegnologyPageBody
{
    [JsonPropertyName("_type")]
    public string Type { get; } = "apiTokens";

    [JsonPropertyName("_links")]
    public required Links? Links { get; init; }

    public required IReadOnlyList<WegnologyTokenBody> Items { get; init; }

    public int Count => Items.Count;

    public required long TotalCount { get; init; }

    public required int PerPage { get; init; }

    public required int Page { get; init; }

    public string? Filter { get; init; }

    public string? FilterField { get; init; }

    public required string SortField { get; init; }

    public required string SortDirection { get; init; }

    public required string OwnerId { get; init; }

    public required string OwnerType { get; init; }
}

internal sealed record Links(Link Self)
{
    /// <summary>Returns the links of an answer; null if the request has <c>_links=false</c> (contracts/wegnology.md, 1.1).</summary>
    public static Links? For(HttpRequest request, string self) =>
        bool.TryParse(request.Query["_links"], out bool wanted) && !wanted ? null : new Links(new Link(self));
}

internal sealed record Link(string Href);

internal sealed record WegnologyError(string Type, string Message);

internal sealed record Success([property: JsonPropertyName("success")] bool IsSuccess);

/// <summary>The addresses that the vendor's command lines ask for first.</summary>
internal sealed record WhiteLabel
{
    public string AppUrl { get; } = "https://app.example.com";

    public string EndpointDomain { get; } = "on.example.com";
}

internal sealed record AuthedUser(string UserId, string Token, bool NeedsToVerifyEmail);

internal sealed record UserBody(string Id, string UserId, string Email, string FirstName, string LastName);

internal sealed record ApplicationBody(string Id, string ApplicationId, string Name);

internal sealed record InstanceBody(string Id, string InstanceId, string Name);

[JsonSerializable(typeof(WegnologyTokenBody))]
[JsonSerializable(typeof(WegnologyPageBody))]
[JsonSerializable(typeof(IReadOnlyList<OrganizationRole>))]
[JsonSerializable(typeof(WegnologyError))]
[JsonSerializable(typeof(Success))]
[JsonSerializable(typeof(AuthedUser))]
[JsonSerializable(typeof(WhiteLabel))]
[JsonSerializable(typeof(UserBody))]
[JsonSerializable(typeof(ApplicationBody))]
[JsonSerializable(typeof(InstanceBody))]
internal sealed partial class WegnologyJson : JsonSerializerContext
{
    public static WegnologyJson Wire { get; } = new(Http.Wire.Options(JsonNamingPolicy.CamelCase, JsonIgnoreCondition.WhenWritingNull));
}
