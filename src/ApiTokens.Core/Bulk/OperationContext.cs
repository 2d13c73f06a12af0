namespace ApiTokens.Bulk;

/// <summary>What an operation has to work with.</summary>
public sealed class OperationContext
{
    private readonly Operation _operation;
    private readonly Journal? _journal;
    private readonly Action<OperationEvent> _send;

    internal OperationContext(Operation operation, Journal? journal, Action<OperationEvent> send, CancellationToken stop)
    {
        _operation = operation;
        _journal = journal;
        _send = send;
        Stop = stop;
        Earlier = journal?.StateOf(operation) ?? JournalState.None;
    }

    /// <summary>Cancelled when no further request may start.</summary>
    public CancellationToken Stop { get; }

    /// <summary>What an earlier run with the same journal has left.</summary>
    internal JournalState Earlier { get; }

    /// <summary>Whether what an earlier run has left is being found out: a failure meanwhile leaves it to the next run.</summary>
    internal bool IsLookingBack { get; set; }

    /// <summary>Notes that nothing of the earlier attempt is left, and begins anew.</summary>
    internal void BeginAnew()
    {
        IsLookingBack = false;
        _journal?.End(_operation, "failed", errorId: null, correlationId: null);
        _journal?.Start(_operation);
    }

    /// <summary>Whether the journal shows that a token was issued and its secret delivered: it is somebody's.</summary>
    internal bool WasDelivered(string id) => _journal?.WasDelivered(_operation.Connection, id) == true;

    /// <summary>Hands a result to the caller of the runner.</summary>
    /// <param name="output">The result.</param>
    /// <returns>Completes when the caller has taken it; cancelled when it never will.</returns>
    public async Task WriteAsync(object output)
    {
        var written = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _send(new OperationEvent(_operation) { Output = output, Written = written });
        if (!await written.Task.ConfigureAwait(false))
        {
            throw new OperationCanceledException(Stop);
        }
    }

    /// <summary>Delivers a token that was just issued: it is in the journal before its secret leaves, and again when it has arrived.</summary>
    /// <param name="issued">The token.</param>
    /// <returns>Completes when the caller has taken it; cancelled when it never will.</returns>
    public async Task DeliverAsync(IssuedToken issued)
    {
        _journal?.Issued(_operation, issued.Id);
        await WriteAsync(issued).ConfigureAwait(false);
        _journal?.Delivered(_operation, issued.Id);
    }
}
