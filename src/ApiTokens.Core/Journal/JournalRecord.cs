namespace ApiTokens.Journal;

/// <summary>
/// The latest state of one operation in a journal. The properties have simple types and the names of those of a token, so that a copy
/// of the record still identifies the token. It contains no secret.
/// </summary>
public sealed class JournalRecord
{
    /// <summary>The time of the operation's last line (UTC).</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The operation, such as <c>Remove</c>.</summary>
    public string Operation { get; init; } = string.Empty;

    /// <summary>The outcome.</summary>
    public OperationOutcome Outcome { get; init; }

    /// <summary>The name of the token.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>
    /// The id of the token. For an issued token, its id if it is known, otherwise the fingerprint of the request.
    /// </summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The connection of the run.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The service.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The account in that service.</summary>
    public string Account { get; init; } = string.Empty;

    /// <summary>The address of the service.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>The id of the token that the operation issued, if any.</summary>
    public string? IssuedId { get; init; }

    /// <summary>The time when the token is due to be retired (UTC); null if nothing is due, or if that is done.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The id of the error, if the operation failed.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The service's correlation id of the last request, if it has one.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The reason for the change, as the caller specified it.</summary>
    public string? Reason { get; init; }

    /// <summary>The time when the operation first started (UTC).</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The time when the run of the last line opened the journal (UTC), which identifies the run within the journal.</summary>
    public DateTimeOffset RunAt { get; init; }

    /// <summary>The path of the journal.</summary>
    public string Path { get; init; } = string.Empty;

    /// <summary>Returns the record in one line.</summary>
    /// <returns>For example <c>Remove 'ci' (42): Done</c>.</returns>
    public override string ToString() => $"{Operation} '{Name}' ({Id}): {Outcome}";
}
