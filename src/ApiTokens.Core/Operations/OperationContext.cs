namespace ApiTokens.Operations;

/// <summary>What an operation has to work with.</summary>
public sealed class OperationContext
{
    private readonly Operation _operation;
    private readonly Journal? _journal;
    private readonly Action<OperationEvent> _send;
    private readonly Action<PendingRetirement> _leave;

    internal OperationContext(Operation operation, Journal? journal, Action<OperationEvent> send, Action<PendingRetirement> leave, CancellationToken cancellationToken)
    {
        _leave = leave;
        _operation = operation;
        _journal = journal;
        _send = send;
        CancellationToken = cancellationToken;
        ResumeState = journal?.StateOf(operation) ?? ResumeState.None;
    }

    /// <summary>Cancelled when no further request may start.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>What an earlier run with the same journal has left.</summary>
    internal ResumeState ResumeState { get; }

    /// <summary>Whether what an earlier run has left is being found out: a failure meanwhile leaves it to the next run.</summary>
    internal bool IsReconciling { get; set; }

    /// <summary>Notes that nothing of the earlier attempt is left, and begins anew.</summary>
    internal void Restart()
    {
        IsReconciling = false;
        _journal?.End(_operation, "failed", errorId: null, correlationId: null);
        _journal?.Start(_operation);
    }

    /// <summary>Whether the journal shows that a token was issued and its secret delivered: it is somebody's.</summary>
    internal bool WasDelivered(string id) => _journal?.WasDelivered(_operation.Connection, id) == true;

    /// <summary>Hands a result to the caller of the runner.</summary>
    /// <param name="output">The result.</param>
    /// <returns>Completes when the caller has taken it; cancelled when it never will.</returns>
    public Task WriteAsync(object output) => HandAsync(output, isWithdrawal: false);

    /// <summary>Hands a remark to the caller of the runner, and does not wait for it.</summary>
    /// <param name="text">The remark; without secrets.</param>
    public void WriteVerbose(string text) => _send(new OperationEvent(_operation) { VerboseMessage = text });

    /// <summary>Has a delivered secret taken back out of where it was put, where that can be done.</summary>
    internal Task WithdrawAsync(IssuedToken issued) => HandAsync(issued, isWithdrawal: true);

    /// <summary>Notes that from now on both tokens work, until the operation ends.</summary>
    internal void OnOverlapStarted(ApiToken predecessor, ApiToken successor) => _leave(new PendingRetirement(predecessor, successor, _journal is not null));

    /// <summary>Notes that the service does not let a delivered secret in.</summary>
    internal void NoteRefused(string id) => _journal?.Refused(_operation, id);

    /// <summary>Notes when the predecessor falls due.</summary>
    internal void NoteDue(string successorId, DateTimeOffset at, OldTokenAction fate) => _journal!.Due(_operation, successorId, at, fate);

    private async Task HandAsync(object output, bool isWithdrawal)
    {
        var written = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _send(new OperationEvent(_operation) { Output = output, IsWithdrawal = isWithdrawal, Written = written });
        if (!await written.Task.ConfigureAwait(false))
        {
            throw new OperationCanceledException(CancellationToken);
        }
    }

    /// <summary>Delivers a token that was just issued: it is in the journal before its secret leaves, and again when it has arrived.</summary>
    /// <param name="issued">The token.</param>
    /// <returns>Completes when the caller has taken it; cancelled when it never will.</returns>
    public async Task DeliverAsync(IssuedToken issued)
    {
        ApiTokenException? unwritten = null;
        try
        {
            _journal?.Issued(_operation, issued.Id);
        }
        catch (ApiTokenException e)
        {
            // The token is there, and its secret must not be lost for that.
            unwritten = e;
        }

        await WriteAsync(issued).ConfigureAwait(false);
        try
        {
            _journal?.Delivered(_operation, issued.Id);
        }
        catch (ApiTokenException e)
        {
            unwritten ??= e;
        }

        if (unwritten is not null)
        {
            throw new ApiTokenException(
                unwritten.Kind,
                $"The token {issued} was issued and its secret delivered. {unwritten.Message}",
                unwritten.RecommendedAction,
                unwritten.ErrorId,
                unwritten);
        }
    }
}
