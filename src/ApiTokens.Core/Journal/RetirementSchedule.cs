namespace ApiTokens.Journal;

/// <summary>The old tokens that resets with a grace period left to be retired, as recorded when a journal was opened.</summary>
public sealed class RetirementSchedule
{
    private readonly Dictionary<TokenIdentity, DueToken> _due = [];
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
        _due.Values
            .Where(due => _state.ProgressOf(new JournalKey(JournalOperations.Retire, due.Token)).Stage != JournalStage.Done)
            .OrderBy(due => due.At);

    /// <summary>Returns the token that is currently in use: the successor of the old token, or a later successor.</summary>
    /// <param name="due">An old token.</param>
    /// <returns>The id of the last successor whose secret was delivered.</returns>
    public string SuccessorOf(DueToken due)
    {
        string id = due.SuccessorId;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (seen.Add(id)
            && _state.ProgressOf(new JournalKey(JournalOperations.Reset, due.Token.WithId(id))) is { IssuedId: { } next } progress
            && progress.Stage is JournalStage.Delivered or JournalStage.Verified or JournalStage.Done)
        {
            id = next;
        }

        return id;
    }

    internal static RetirementSchedule From(IEnumerable<JournalEntry> entries, ResumeState state)
    {
        var schedule = new RetirementSchedule(state);
        foreach (JournalEntry entry in entries)
        {
            if (entry is { Event: JournalEvents.Due, Token: { } token, IssuedId: { } successor, DueAt: { } due })
            {
                OldTokenAction action = entry.Predecessor ?? OldTokenAction.Remove;
                schedule._due[token] = new DueToken(entry.Connection, token, entry.Name ?? string.Empty, successor, due, action);
            }
        }

        return schedule;
    }

    internal bool Contains(TokenIdentity token) => _due.ContainsKey(token);
}
