namespace ApiTokens.Journal;

/// <summary>
/// A token that is to be retired later: the old token of a reset with a grace period, or a token whose removal was staged.
/// </summary>
/// <param name="Connection">The name of the connection that scheduled it.</param>
/// <param name="Token">The identity of the token.</param>
/// <param name="Name">The name of the token.</param>
/// <param name="SuccessorId">The id of the new token that replaces it; null if none does.</param>
/// <param name="At">The time when the token is due (UTC).</param>
/// <param name="Predecessor">The action on the token.</param>
public sealed record DueToken(
    string? Connection, TokenIdentity Token, string Name, string? SuccessorId, DateTimeOffset At, OldTokenAction Predecessor)
{
    /// <summary>The id of the token.</summary>
    public string Id => Token.Id;

    /// <summary>
    /// The operation that scheduled it, one of <see cref="JournalOperations"/>: <c>Reset</c>, <c>Disable</c> or <c>Remove</c>.
    /// </summary>
    public string Operation { get; init; } = JournalOperations.Reset;
}
