namespace ApiTokens.Operations;

/// <summary>A predecessor that a journal has for later.</summary>
/// <param name="Connection">The name of the connection that it was reset through.</param>
/// <param name="Service">Its service.</param>
/// <param name="Account">Its account.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="SuccessorId">The id of the token that took over.</param>
/// <param name="At">When it falls due.</param>
/// <param name="Predecessor">What shall become of it.</param>
public sealed record DueToken(
    string? Connection, string Service, string Account, string Id, string Name, string SuccessorId, DateTimeOffset At, OldTokenAction Predecessor);
