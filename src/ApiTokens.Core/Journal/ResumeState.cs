namespace ApiTokens.Journal;

/// <summary>The progress of earlier runs, as recorded when a journal was opened. It does not change during a run.</summary>
internal sealed class ResumeState
{
    private readonly Dictionary<(string Operation, TokenIdentity Token), OperationProgress> _operations = [];
    private readonly HashSet<TokenIdentity> _delivered = [];

    private ResumeState()
    {
    }

    /// <summary>The state without earlier runs.</summary>
    public static ResumeState Empty { get; } = new();

    /// <summary>Creates the state from the lines of a journal, in order.</summary>
    public static ResumeState From(IEnumerable<JournalEntry> entries)
    {
        var state = new ResumeState();
        foreach (JournalEntry entry in entries)
        {
            state.Apply(entry);
        }

        return state;
    }

    /// <summary>Returns the progress of an operation.</summary>
    public OperationProgress ProgressOf(string operation, TokenIdentity token) =>
        _operations.TryGetValue((operation, token), out OperationProgress? progress) ? progress : OperationProgress.None;

    /// <summary>Determines whether a token was issued and its secret delivered, so that it may be in use.</summary>
    public bool WasDelivered(TokenIdentity token) => _delivered.Contains(token);

    private void Apply(JournalEntry entry)
    {
        if (entry.Token is not { } token)
        {
            return;
        }

        if (entry is { Event: JournalEvents.Delivered, IssuedId: { } issued })
        {
            _delivered.Add(token with { Id = issued });
        }

        OperationProgress progress = ProgressOf(entry.Operation, token);
        _operations[(entry.Operation, token)] = entry.Event switch
        {
            // A run that resumes an operation does not reset its stage or its start time.
            JournalEvents.Start when progress.Stage == JournalStage.None =>
                progress with { Stage = JournalStage.Started, StartedAt = entry.Time },
            JournalEvents.Issued => progress with { Stage = JournalStage.Issued, IssuedId = entry.IssuedId },
            JournalEvents.Delivered => progress with { Stage = JournalStage.Delivered, IssuedId = entry.IssuedId },
            JournalEvents.Refused => progress with { Stage = JournalStage.Refused, IssuedId = entry.IssuedId },
            JournalEvents.End when entry.Outcome == JournalOutcomes.Done => progress with { Stage = JournalStage.Done },
            JournalEvents.End when entry.Outcome == JournalOutcomes.Failed && progress.Stage == JournalStage.Started =>
                OperationProgress.None,
            _ => progress,
        };
    }
}
