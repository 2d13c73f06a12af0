using System.Text.Json.Serialization;

namespace ApiTokens.Operations;

/// <summary>
/// One line of a journal. The first line says which operation on which accounts it is for; each other one says that an
/// operation started, what it issued, or how it ended.
/// </summary>
internal sealed class JournalEntry
{
    [JsonPropertyName("time")]
    public DateTimeOffset Time { get; set; }

    /// <summary><c>journal</c>, <c>start</c>, <c>issued</c>, <c>delivered</c>, <c>refused</c>, <c>due</c> or <c>end</c>.</summary>
    [JsonPropertyName("event")]
    public string Event { get; set; } = string.Empty;

    [JsonPropertyName("operation")]
    public string Operation { get; set; } = string.Empty;

    /// <summary>First line only: <c>service account</c> of each connection that the run could use.</summary>
    [JsonPropertyName("accounts")]
    public string[]? Accounts { get; set; }

    [JsonPropertyName("connection")]
    public string? Connection { get; set; }

    [JsonPropertyName("service")]
    public string? Service { get; set; }

    [JsonPropertyName("account")]
    public string? Account { get; set; }

    /// <summary>The token's id; for a token that is to be issued, a fingerprint of what was asked for.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>The id of a token that was issued on the way.</summary>
    [JsonPropertyName("issuedId")]
    public string? IssuedId { get; set; }

    /// <summary>When a predecessor falls due.</summary>
    [JsonPropertyName("dueAt")]
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>What shall become of a predecessor that is due.</summary>
    [JsonPropertyName("predecessor")]
    [JsonConverter(typeof(JsonStringEnumConverter<OldTokenAction>))]
    public OldTokenAction? Predecessor { get; set; }

    /// <summary>At the end: <c>done</c>, <c>failed</c> or <c>unknown</c>.</summary>
    [JsonPropertyName("outcome")]
    public string? Outcome { get; set; }

    [JsonPropertyName("errorId")]
    public string? ErrorId { get; set; }

    [JsonPropertyName("correlationId")]
    public string? CorrelationId { get; set; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
