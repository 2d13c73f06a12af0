namespace ApiTokens.Journal;

/// <summary>The old tokens that resets with a grace period left behind, as a journal said when it was opened.</summary>
public sealed class RetirementSchedule
{
    private readonly Dictionary<TokenIdentity, DueToken> _due = [];
    private readonly ResumeState _state;

    private RetirementSchedule(ResumeState state)
    {
        _state = state;
    }

    /// <summary>The tokens that are due and not retired yet, the earliest first.</summary>
    /// <param name="now">The present (UTC).</param>
    /// <returns>What the journal says of each.</returns>
    public IReadOnlyList<DueToken> DueAt(DateTimeOffset now) =>
    [
        .. _due.Values
            .Where(due => due.At <= now && _state.ProgressOf(JournalOperations.Retire, due.Token).Stage != JournalStage.Done)
            .OrderBy(due => due.At),
    ];

    /// <summary>The token in use now: the successor, or the successor of that one if it was reset since.</summary>
    /// <param name="due">An old token.</param>
    /// <returns>The id of the last successor whose secret was delivered.</returns>
    public string SuccessorOf(DueToken due)
    {
        string id = due.SuccessorId;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (seen.Add(id)
            && _state.ProgressOf(JournalOperations.Reset, due.Token with { Id = id }) is { Stage: JournalStage.Delivered or JournalStage.Done, IssuedId: { } next })
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
                schedule._due[token] = new DueToken(entry.Connection, token, entry.Name ?? string.Empty, successor, due, entry.Predecessor ?? OldTokenAction.Remove);
            }
        }

        return schedule;
    }

    internal bool Contains(TokenIdentity token) => _due.ContainsKey(token);
}
