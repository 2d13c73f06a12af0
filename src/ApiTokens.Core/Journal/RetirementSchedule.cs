namespace ApiTokens.Journal;

/// <summary>
/// The tokens that are to be retired later, as recorded when a journal was opened: old tokens of resets with a grace period, and tokens
/// whose removal was staged.
/// </summary>
public sealed class RetirementSchedule
{
    private readonly Dictionary<TokenIdentity, (JournalKey Key, DueToken Due)> _due = [];
    private readonly ResumeState _state;

    private RetirementSchedule(ResumeState state)
    {
        _state = state;
    }

    /// <summary>Returns the tokens that are due and not yet retired, earliest first.</summary>
    /// <param name="now">The current time (UTC).</param>
    /// <returns>The tokens that are due.</returns>
    public IReadOnlyList<DueToken> DueAt(DateTimeOffset now) => [.. Pending.Where(due => due.At <= now)];

    /// <summary>Returns the tokens that are not yet due, earliest first.</summary>
    /// <param name="now">The current time (UTC).</param>
    /// <returns>The tokens that are waiting.</returns>
    public IReadOnlyList<DueToken> WaitingAt(DateTimeOffset now) => [.. Pending.Where(due => due.At > now)];

    private IEnumerable<DueToken> Pending =>
        _due.Values.Select(scheduled => scheduled.Due).Where(due => !IsRetired(due.Token)).OrderBy(due => due.At);

    /// <summary>Returns the token that is currently in use: the successor of the old token, or a later successor.</summary>
    /// <param name="due">An old token.</param>
    /// <returns>The id of the last successor whose secret was delivered; null if no token replaces the old one.</returns>
    public string? SuccessorOf(DueToken due)
    {
        if (due.SuccessorId is not { } id)
        {
            return null;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (seen.Add(id)
            && _state.ProgressOf(new JournalKey(JournalOperations.Reset, due.Token.WithId(id))) is { IssuedId: { } next } progress
            && progress.Stage is JournalStage.Delivered or JournalStage.Verified or JournalStage.Done)
        {
            id = next;
        }

        return id;
    }

    /// <summary>Determines whether the removal of a token was staged, and neither done nor cancelled since.</summary>
    /// <param name="token">The token.</param>
    /// <returns>True for a token that was disabled or scheduled for removal; false for an old token of a reset.</returns>
    public bool IsRemovalStaged(TokenIdentity token) =>
        IsPending(token) && _due[token].Due.SuccessorId is null;

    /// <summary>Determines whether a token is scheduled, and neither retired nor its removal cancelled since.</summary>
    internal bool IsPending(TokenIdentity token) => _due.ContainsKey(token) && !IsRetired(token);

    internal static RetirementSchedule From(IEnumerable<JournalEntry> entries, ResumeState state)
    {
        var schedule = new RetirementSchedule(state);
        foreach (JournalEntry entry in entries)
        {
            if (entry.Token is { } token)
            {
                schedule.Apply(entry, token);
            }
        }

        return schedule;
    }

    /// <summary>Determines whether an operation, with the same parameters, has scheduled its token.</summary>
    internal bool IsScheduledBy(JournalKey key) =>
        _due.TryGetValue(key.Token, out (JournalKey Key, DueToken) scheduled) && scheduled.Key == key;

    private void Apply(JournalEntry entry, TokenIdentity token)
    {
        var key = new JournalKey(entry.Operation, token, entry.Parameters);
        switch (entry)
        {
            case { Event: JournalEvents.Due, DueAt: { } at }:
                _due[token] = (key, new DueToken(
                    entry.Connection, token, entry.Name ?? string.Empty, entry.IssuedId, at, entry.Predecessor ?? OldTokenAction.Remove)
                {
                    Operation = entry.Operation,
                });
                break;

            // Enabling a token cancels its removal, whatever becomes of the request.
            case { Event: JournalEvents.Start, Operation: JournalOperations.Enable } when IsRemovalStaged(token):

            // The token could not be disabled, and still works.
            case { Event: JournalEvents.End, Outcome: JournalOutcomes.Failed, Operation: JournalOperations.Disable }
                when IsScheduledBy(key):
                _due.Remove(token);
                break;
        }
    }

    private bool IsRetired(TokenIdentity token) =>
        _state.ProgressOf(new JournalKey(JournalOperations.Retire, token)).Stage == JournalStage.Done;
}
