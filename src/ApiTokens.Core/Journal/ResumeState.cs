namespace ApiTokens.Journal;

/// <summary>What a journal said when it was opened: how far earlier runs got. It does not change while a run writes to the journal.</summary>
internal sealed class ResumeState
{
    private readonly Dictionary<(string Operation, TokenIdentity Token), OperationProgress> _operations = [];
    private readonly HashSet<TokenIdentity> _delivered = [];

    private ResumeState()
    {
    }

    /// <summary>Nothing was done before.</summary>
    public static ResumeState Empty { get; } = new();

    /// <summary>Reads the lines of a journal in their order.</summary>
    public static ResumeState From(IEnumerable<JournalEntry> entries)
    {
        var state = new ResumeState();
        foreach (JournalEntry entry in entries)
        {
            state.Apply(entry);
        }

        return state;
    }

    /// <summary>How far an operation got.</summary>
    public OperationProgress ProgressOf(string operation, TokenIdentity token) =>
        _operations.TryGetValue((operation, token), out OperationProgress? progress) ? progress : OperationProgress.None;

    /// <summary>Whether a token was issued and its secret delivered: somebody may use it.</summary>
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
            // A run that resumes an operation does not reset how far it got, nor when it began.
            JournalEvents.Start when progress.Stage == JournalStage.None => progress with { Stage = JournalStage.Started, StartedAt = entry.Time },
            JournalEvents.Issued => progress with { Stage = JournalStage.Issued, IssuedId = entry.IssuedId },
            JournalEvents.Delivered => progress with { Stage = JournalStage.Delivered, IssuedId = entry.IssuedId },
            JournalEvents.Refused => progress with { Stage = JournalStage.Refused, IssuedId = entry.IssuedId },
            JournalEvents.End when entry.Outcome == JournalOutcomes.Done => progress with { Stage = JournalStage.Done },
            JournalEvents.End when entry.Outcome == JournalOutcomes.Failed && progress.Stage == JournalStage.Started => OperationProgress.None,
            _ => progress,
        };
    }
}
