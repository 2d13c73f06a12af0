using System.Text.Json.Serialization;
using ApiTokens.Http;
using ApiTokens.Services;

namespace ApiTokens.SampleService.Service;

/// <summary>A token as Acme writes it (contract.md, 1).</summary>
internal sealed record AcmeTokenWire(
    [property: JsonConverter(typeof(IdConverter))] string? Id,
    string? Name,
    string[]? Scopes,
    string? Status,
    [property: JsonConverter(typeof(TimestampConverter))] DateTimeOffset? CreatedAt,
    [property: JsonConverter(typeof(TimestampConverter))] DateTimeOffset? ExpiresAt,
    string? Secret) : ITokenWire;

/// <summary>The body of a new token. Acme refuses any other field.</summary>
internal sealed record AcmeNewTokenWire(
    string Name, string[] Scopes, [property: JsonConverter(typeof(TimestampConverter))] DateTimeOffset? ExpiresAt);

/// <summary>The body of a change.</summary>
internal sealed record AcmeChangeWire(string Status);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AcmeTokenWire))]
[JsonSerializable(typeof(AcmeNewTokenWire))]
[JsonSerializable(typeof(AcmeChangeWire))]
internal sealed partial class AcmeJson : JsonSerializerContext;
