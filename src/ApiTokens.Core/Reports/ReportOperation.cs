namespace ApiTokens.Reports;

/// <summary>An operation that a journal records.</summary>
public sealed record ReportOperation
{
    /// <summary>The time of the operation's last line (UTC).</summary>
    public DateTimeOffset Time { get; init => field = value.ToUniversalTime(); }

    /// <summary>The operation, such as <c>Remove</c>.</summary>
    public string Operation { get; init; } = string.Empty;

    /// <summary>The outcome.</summary>
    public OperationOutcome Outcome { get; init; }

    /// <summary>The service.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The account in that service.</summary>
    public string Account { get; init; } = string.Empty;

    /// <summary>The address of the service; null if it is not known.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>The connection of the run.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The id of the token.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The name of the token.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The id of the token that the operation issued, if any.</summary>
    public string? IssuedId { get; init; }

    /// <summary>The time when the token is due to be retired (UTC); null if nothing is due, or if that is done.</summary>
    public DateTimeOffset? DueAt { get; init => field = value?.ToUniversalTime(); }

    /// <summary>The id of the error, if the operation failed.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The service's correlation id.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The reason for the change.</summary>
    public string? Reason { get; init; }

    /// <summary>The journal.</summary>
    public string Journal { get; init; } = string.Empty;

    /// <summary>The time when the run opened the journal (UTC).</summary>
    public DateTimeOffset RunAt { get; init => field = value.ToUniversalTime(); }
}
