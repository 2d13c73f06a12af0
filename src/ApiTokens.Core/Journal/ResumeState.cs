namespace ApiTokens.Journal;

/// <summary>The progress of earlier runs, as recorded when a journal was opened. It does not change during a run.</summary>
internal sealed class ResumeState
{
    private readonly Dictionary<JournalKey, OperationProgress> _operations = [];
    private readonly Dictionary<JournalKey, JournalSubject> _unfinished = [];
    private readonly HashSet<TokenIdentity> _delivered = [];

    private ResumeState()
    {
    }

    /// <summary>The operations that started and whose outcome is not recorded.</summary>
    public IReadOnlyCollection<JournalSubject> Unfinished => _unfinished.Values;

    /// <summary>Creates the state from the lines of a journal, in order.</summary>
    public static ResumeState From(IEnumerable<JournalEntry> entries)
    {
        var state = new ResumeState();
        foreach (JournalEntry entry in entries)
        {
            if (entry.Token is { } token)
            {
                state.Apply(entry, token);
            }
        }

        return state;
    }

    /// <summary>Returns the progress of an operation.</summary>
    public OperationProgress ProgressOf(JournalKey key) =>
        _operations.TryGetValue(key, out OperationProgress? progress) ? progress : OperationProgress.None;

    /// <summary>Determines whether a token was issued and its secret delivered, so that it may be in use.</summary>
    public bool WasDelivered(TokenIdentity token) => _delivered.Contains(token);

    private void Apply(JournalEntry entry, TokenIdentity token)
    {
        if (entry is { Event: JournalEvents.Delivered, IssuedId: { } issued })
        {
            _delivered.Add(token.WithId(issued));
        }

        var key = new JournalKey(entry.Operation, token, entry.Parameters);
        OperationProgress progress = ProgressOf(key);
        _operations[key] = entry.Event switch
        {
            // A run that resumes an operation does not reset its stage or its start time. A completed operation that was undone can
            // start again.
            JournalEvents.Start when progress.Stage is JournalStage.None or JournalStage.Done =>
                new OperationProgress(JournalStage.Started, entry.Time, IssuedId: null) { Name = entry.Name },
            JournalEvents.Issuing => progress with { Name = entry.Name },
            JournalEvents.Issued => progress with { Stage = JournalStage.Issued, IssuedId = entry.IssuedId },
            JournalEvents.Delivered => progress with { Stage = JournalStage.Delivered, IssuedId = entry.IssuedId },
            JournalEvents.Verified or JournalEvents.Unverified or JournalEvents.Due =>
                progress with { Stage = JournalStage.Verified, IssuedId = entry.IssuedId },
            JournalEvents.Refused => progress with { Stage = JournalStage.Refused, IssuedId = entry.IssuedId },
            JournalEvents.End when entry.Outcome == JournalOutcomes.Done => progress with { Stage = JournalStage.Done },
            JournalEvents.End when entry.Outcome == JournalOutcomes.Failed && progress.Stage == JournalStage.Started =>
                OperationProgress.None,
            _ => progress,
        };
        if (entry.Event == JournalEvents.Start)
        {
            _unfinished[key] = new JournalSubject(key, entry.Name ?? string.Empty, entry.Connection ?? string.Empty);
        }
        else if (entry.Event == JournalEvents.End && entry.Outcome != JournalOutcomes.Unknown)
        {
            _unfinished.Remove(key);
        }
    }
}
