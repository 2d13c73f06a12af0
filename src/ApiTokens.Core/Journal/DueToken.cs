namespace ApiTokens.Journal;

/// <summary>An old token that a reset with a grace period left to be retired.</summary>
/// <param name="Connection">The name of the connection that reset it.</param>
/// <param name="Token">The identity of the old token.</param>
/// <param name="Name">The name of the old token.</param>
/// <param name="SuccessorId">The id of the new token.</param>
/// <param name="At">The time when the old token is due (UTC).</param>
/// <param name="Predecessor">The action on the old token.</param>
public sealed record DueToken(
    string? Connection, TokenIdentity Token, string Name, string SuccessorId, DateTimeOffset At, OldTokenAction Predecessor)
{
    /// <summary>The id of the old token.</summary>
    public string Id => Token.Id;
}
