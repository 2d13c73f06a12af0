using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>A token as the API sends it.</summary>
internal sealed record UserTokenBody
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    public string Site { get; } = ApplicationUsersSite.Name;

    public required string? Name { get; init; }

    public required TokenStatus Status { get; init; }

    public required Dictionary<string, AccessLevel> Access { get; init; }

    public required int ExpirationMonths { get; init; }

    public required string CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required string ExpiresAt { get; init; }

    public required string? RegeneratedAt { get; init; }

    public required string? RevokedAt { get; init; }

    public required string? LastUsedAt { get; init; }

    /// <summary>The secret; present only in the responses to a create and a regeneration.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    public static UserTokenBody Of(UserToken token, DateTimeOffset now, string? secret = null) => new()
    {
        Id = token.Id,
        UserId = token.UserId,
        Name = token.Name,
        Status = token.Status(now),
        Access = ApiCatalogue.Complete(token.Access),
        ExpirationMonths = token.ExpirationMonths,
        CreatedAt = Timestamp(token.Created)!,
        CreatedBy = token.CreatedBy,
        ExpiresAt = Timestamp(token.Expires)!,
        RegeneratedAt = Timestamp(token.Regenerated),
        RevokedAt = Timestamp(token.Revoked),
        LastUsedAt = Timestamp(token.LastUsed),
        Secret = secret,
    };

    private static string? Timestamp(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

internal sealed record PageBody<T>(IReadOnlyList<T> Items, int PageNumber, int PageSize, long TotalCount, long TotalPages, bool HasNext);

internal sealed record CallerBody(string UserId, string Site, bool CanManageApiTokens, string TokenId);

internal sealed record ApiBody(string Code, string Name);

internal sealed record UserBody(string UserId, string Name, string? Email, bool Active, bool CanManageApiTokens);

internal sealed record RevokedBody(IReadOnlyList<string> Revoked);

internal sealed record DataBody(string Api, string Method, string UserId);

internal sealed record ProblemBody(
    string Type,
    string Title,
    int Status,
    string Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Parameter);

[JsonSerializable(typeof(PageBody<UserTokenBody>), TypeInfoPropertyName = "TokenPage")]
[JsonSerializable(typeof(PageBody<UserBody>), TypeInfoPropertyName = "UserPage")]
[JsonSerializable(typeof(CallerBody))]
[JsonSerializable(typeof(IReadOnlyList<ApiBody>))]
[JsonSerializable(typeof(RevokedBody))]
[JsonSerializable(typeof(DataBody))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(Dictionary<string, AccessLevel>))]
internal sealed partial class ApplicationUsersJson : JsonSerializerContext
{
    public static ApplicationUsersJson Wire { get; } = new(Http.Wire.Options(JsonNamingPolicy.CamelCase));
}
