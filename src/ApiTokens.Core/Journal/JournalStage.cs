namespace ApiTokens.Journal;

/// <summary>The progress of an operation in an earlier run.</summary>
internal enum JournalStage
{
    /// <summary>The operation did not start, or it failed without effect.</summary>
    None,

    /// <summary>The operation started, and its outcome is unknown.</summary>
    Started,

    /// <summary>A token was issued, but its secret was not delivered.</summary>
    Issued,

    /// <summary>The secret of the issued token was delivered, but not verified with the service.</summary>
    Delivered,

    /// <summary>
    /// The delivered secret was verified, as far as the service allows, or its verification was skipped on request; the operation is
    /// not complete.
    /// </summary>
    Verified,

    /// <summary>The secret of the issued token was delivered, but the service rejected it.</summary>
    Refused,

    /// <summary>The operation is complete.</summary>
    Done,
}

/// <summary>The progress of one operation, as recorded in a journal.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="StartedAt">The time when it started (UTC).</param>
/// <param name="IssuedId">The id of the token that it issued.</param>
internal sealed record OperationProgress(JournalStage Stage, DateTimeOffset? StartedAt, string? IssuedId)
{
    /// <summary>The name of the token when the operation started, or of the token that it issues; it may have changed since.</summary>
    public string? Name { get; init; }

    public static OperationProgress None { get; } = new(JournalStage.None, null, null);
}
