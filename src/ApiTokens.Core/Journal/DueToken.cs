namespace ApiTokens.Journal;

/// <summary>An old token that a reset with a grace period left behind.</summary>
/// <param name="Connection">The name of the connection that it was reset through.</param>
/// <param name="Token">The old token.</param>
/// <param name="Name">Its name.</param>
/// <param name="SuccessorId">The id of the token that replaced it.</param>
/// <param name="At">When it is due (UTC).</param>
/// <param name="Predecessor">What to do with it then.</param>
public sealed record DueToken(
    string? Connection, TokenIdentity Token, string Name, string SuccessorId, DateTimeOffset At, OldTokenAction Predecessor)
{
    /// <summary>Its id.</summary>
    public string Id => Token.Id;
}
