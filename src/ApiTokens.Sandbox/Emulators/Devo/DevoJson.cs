using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox.Emulators.Devo;

/// <summary>A token as Devo sends it.</summary>
internal sealed record DevoTokenBody
{
    /// <summary>The field with the value of a token. Inferred: its name is not documented.</summary>
    public const string ValueField = "token";

    public required string Name { get; init; }

    public required long Id { get; init; }

    public required string Scope { get; init; }

    public required string Owner { get; init; }

    public required string User { get; init; }

    public required string Audience { get; init; }

    public string TokenType { get; } = "Bearer";

    public required bool Active { get; init; }

    public required string Expiration { get; init; }

    public string Account { get; } = DevoRules.Domain;

    public required string Created { get; init; }

    public required string Updated { get; init; }

    /// <summary>The total lifetime, not the remaining time.</summary>
    public required long ExpiresInSeconds { get; init; }

    [JsonPropertyName(ValueField)]
    public string? Value { get; init; }

    public static DevoTokenBody Of(DevoToken token, DateTimeOffset now, string? value = null) => new()
    {
        Name = token.Name,
        Id = token.Id,
        Scope = token.Scope,
        Owner = token.Owner,
        User = token.User,
        Audience = token.Audience,
        Active = token.IsLive(now),
        Expiration = Timestamp(token.Expires),
        Created = Timestamp(token.Created),
        Updated = Timestamp(token.Updated),
        ExpiresInSeconds = (long)(token.Expires - token.Created).TotalSeconds,
        Value = value,
    };

    private static string Timestamp(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture);
}

internal sealed record DevoErrorBody(DevoError Error);

internal sealed record DevoError(int Code, string Message);

/// <summary>The basic data of a user.</summary>
internal sealed record DevoUser(int Id, string Email, [property: JsonPropertyName("userName")] string UserName);

[JsonSerializable(typeof(IEnumerable<DevoTokenBody>))]
[JsonSerializable(typeof(DevoErrorBody))]
[JsonSerializable(typeof(DevoUser))]
internal sealed partial class DevoJson : JsonSerializerContext
{
    public static DevoJson Wire { get; } = new(Http.Wire.Options(JsonNamingPolicy.SnakeCaseLower, JsonIgnoreCondition.WhenWritingNull));
}
