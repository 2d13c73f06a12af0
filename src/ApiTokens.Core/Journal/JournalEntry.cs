using System.Text.Json.Serialization;

namespace ApiTokens.Journal;

/// <summary>
/// One line of a journal. The first line contains the operation and the accounts. Each other line records the start, a step or the
/// end of an operation.
/// </summary>
internal sealed class JournalEntry
{
    [JsonPropertyName("time")]
    public DateTimeOffset Time { get; set; }

    /// <summary>One of <see cref="JournalEvents"/>.</summary>
    [JsonPropertyName("event")]
    public string Event { get; set; } = string.Empty;

    [JsonPropertyName("operation")]
    public string Operation { get; set; } = string.Empty;

    /// <summary>First line only: service, account and address of each connection of the run.</summary>
    [JsonPropertyName("accounts")]
    public string[]? Accounts { get; set; }

    [JsonPropertyName("connection")]
    public string? Connection { get; set; }

    [JsonPropertyName("service")]
    public string? Service { get; set; }

    [JsonPropertyName("account")]
    public string? Account { get; set; }

    [JsonPropertyName("baseUri")]
    public Uri? BaseUri { get; set; }

    /// <summary>The id of the token. For a token to be issued, it is a fingerprint of the request.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>The parameters of the operation, if the token alone does not identify it.</summary>
    [JsonPropertyName("parameters")]
    public string? Parameters { get; set; }

    /// <summary>The reason for the change, as the caller specified it.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    /// <summary>The id of a token that the operation issued.</summary>
    [JsonPropertyName("issuedId")]
    public string? IssuedId { get; set; }

    /// <summary>The time when a token is due to be retired.</summary>
    [JsonPropertyName("dueAt")]
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>The action on a token that is due.</summary>
    [JsonPropertyName("predecessor")]
    [JsonConverter(typeof(JsonStringEnumConverter<OldTokenAction>))]
    public OldTokenAction? Predecessor { get; set; }

    /// <summary>Last line of an operation: one of <see cref="JournalOutcomes"/>.</summary>
    [JsonPropertyName("outcome")]
    public string? Outcome { get; set; }

    [JsonPropertyName("errorId")]
    public string? ErrorId { get; set; }

    [JsonPropertyName("correlationId")]
    public string? CorrelationId { get; set; }

    /// <summary>The identity of the token; null for the first line.</summary>
    [JsonIgnore]
    public TokenIdentity? Token =>
        Service is { } service && Account is { } account && BaseUri is { IsAbsoluteUri: true } address && Id is { } id
        ? new TokenIdentity(new AccountIdentity(service, account, address), id)
        : null;
}

/// <summary>The values of <see cref="JournalEntry.Event"/>.</summary>
internal static class JournalEvents
{
    public const string Header = "journal";

    /// <summary>A later run continues. The first run is that of the header.</summary>
    public const string Run = "run";
    public const string Start = "start";
    public const string Issuing = "issuing";
    public const string Issued = "issued";
    public const string Delivered = "delivered";
    public const string Verified = "verified";
    public const string Unverified = "unverified";
    public const string Refused = "refused";
    public const string Due = "due";
    public const string End = "end";
}

/// <summary>The values of <see cref="JournalEntry.Outcome"/>.</summary>
internal static class JournalOutcomes
{
    public const string Done = "done";
    public const string Failed = "failed";
    public const string Unknown = "unknown";
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
