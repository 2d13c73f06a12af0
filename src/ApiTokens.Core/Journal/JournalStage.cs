namespace ApiTokens.Journal;

/// <summary>How far an operation got in an earlier run.</summary>
internal enum JournalStage
{
    /// <summary>Not started, or failed without effect.</summary>
    None,

    /// <summary>Started, and the outcome is not known.</summary>
    Started,

    /// <summary>A token was issued; its secret was not delivered.</summary>
    Issued,

    /// <summary>The secret of the issued token was delivered; something was left to do.</summary>
    Delivered,

    /// <summary>The secret of the issued token was delivered; the service rejected it.</summary>
    Refused,

    /// <summary>Done.</summary>
    Done,
}

/// <summary>What a journal says of one operation.</summary>
/// <param name="Stage">How far it got.</param>
/// <param name="StartedAt">When it started (UTC).</param>
/// <param name="IssuedId">The id of the token that it issued.</param>
internal sealed record OperationProgress(JournalStage Stage, DateTimeOffset? StartedAt, string? IssuedId)
{
    public static OperationProgress None { get; } = new(JournalStage.None, null, null);
}
