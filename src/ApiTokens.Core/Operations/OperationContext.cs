using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using ApiTokens.Http;
using ApiTokens.Journal;

namespace ApiTokens.Operations;

/// <summary>What an operation has to work with while it runs.</summary>
internal sealed class OperationContext
{
    private readonly Operation _operation;
    private readonly IPipelineInvoker _pipeline;
    private readonly IOperationOutput _output;
    private readonly ISecretSink? _secrets;
    private readonly JournalWriter? _journal;
    private readonly JournalSubject? _subject;

    public OperationContext(
        Operation operation, OperationScope scope, IPipelineInvoker pipeline, IOperationOutput output, ISecretSink? secrets, JournalWriter? journal, CancellationToken cancellationToken)
    {
        _operation = operation;
        _pipeline = pipeline;
        _output = output;
        _secrets = secrets;
        _journal = journal;
        Scope = scope;
        CancellationToken = cancellationToken;
        if (journal is not null)
        {
            _subject = new JournalSubject(journal.Operation, operation.Identity, operation.Name, operation.Connection.Name);
            Progress = journal.ResumeState.ProgressOf(journal.Operation, operation.Identity);
        }
    }

    /// <summary>Cancelled when no further request may start.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>What the operations of the run share.</summary>
    public OperationScope Scope { get; }

    /// <summary>How far an earlier run with the same journal got.</summary>
    public OperationProgress Progress { get; } = OperationProgress.None;

    /// <summary>Whether the run has a journal.</summary>
    public bool HasJournal => _journal is not null;

    /// <summary>Whether the operation is finding out what an earlier run left. A failure meanwhile leaves that to the next run.</summary>
    public bool IsReconciling { get; set; }

    /// <summary>Tokens whose secret was not delivered, as the caller is gone.</summary>
    public ConcurrentQueue<ApiToken> Undelivered { get; init; } = [];

    /// <summary>Set while both the old and the new token work; the caller is told if the operation does not get further.</summary>
    public PendingRetirement? PendingRetirement { get; private set; }

    /// <summary>Records that the operation starts.</summary>
    public void Start() => _journal?.Start(_subject!);

    /// <summary>Records how it ended.</summary>
    public void End(string outcome, string? errorId = null, string? correlationId = null) => _journal?.End(_subject!, outcome, errorId, correlationId);

    /// <summary>Records that nothing of the earlier attempt is left, and starts again.</summary>
    public void Restart()
    {
        IsReconciling = false;
        End(JournalOutcomes.Failed);
        Start();
    }

    /// <summary>Records a failure. If the token may be changed, the next run checks it, as after a process that was killed.</summary>
    public void RecordFailure(Exception error, CallTrace trace)
    {
        var known = error as ApiTokenException;
        bool unknown = IsReconciling || error is OperationCanceledException || known is { OutcomeUnknown: true };
        try
        {
            End(unknown ? JournalOutcomes.Unknown : JournalOutcomes.Failed, known?.ErrorId, known?.CorrelationId ?? trace.CorrelationId);
        }
        catch (Exception e) when (e is ObjectDisposedException or ApiTokenException { ErrorId: ErrorIds.JournalNotWritten })
        {
            // The wait for the end is over, or the disk is full. The failure itself counts. The journal has a start without an
            // end, which the next run checks.
        }
    }

    /// <summary>Whether an earlier run issued a token and delivered its secret: somebody may use it.</summary>
    public bool WasDelivered(string id) => _journal?.ResumeState.WasDelivered(_operation.Identity with { Id = id }) == true;

    /// <summary>Hands a result to the caller.</summary>
    /// <returns>Completes when the caller has taken it; cancelled when it never will.</returns>
    public Task WriteResultAsync(object result) => _pipeline.InvokeOnPipelineAsync(
        () => _output.WriteResult(_operation, result), () => AddUndelivered(result as IssuedToken));

    /// <summary>Hands a detail to the caller, and does not wait.</summary>
    public void WriteVerbose(string message) => _pipeline.Post(() => _output.WriteVerbose(_operation, message));

    /// <summary>Puts back what a delivered secret replaced, where that is possible.</summary>
    /// <exception cref="ApiTokenException">It could not be put back.</exception>
    public Task RevertAsync() => _secrets is null ? Task.CompletedTask : CallSinkAsync(() => _secrets.Revert(_operation), abandoned: null);

    /// <summary>Notes that both tokens work from now on, until the operation ends.</summary>
    public void OnOverlapStarted(ApiToken predecessor, ApiToken successor) => PendingRetirement = new PendingRetirement(predecessor, successor, HasJournal);

    /// <summary>Records that the service rejects a delivered secret.</summary>
    public void RecordRefused(string id) => _journal?.Refused(_subject!, id);

    /// <summary>Records when the old token is due.</summary>
    public void RecordDue(string successorId, DateTimeOffset at, OldTokenAction action) => _journal?.Due(_subject!, successorId, at, action);

    /// <summary>Delivers a token that was just issued. It is in the journal before its secret leaves, and again when the secret has arrived.</summary>
    /// <exception cref="ApiTokenException">The secret was not delivered, or a line of the journal could not be written.</exception>
    public async Task DeliverAsync(IssuedToken issued)
    {
        // The token exists, and its secret must not be lost because of the journal.
        ApiTokenException? unwritten = TryRecord(journal => journal.Issued(_subject!, issued.Id));
        if (_secrets is null)
        {
            await WriteResultAsync(issued).ConfigureAwait(false);
        }
        else
        {
            await SaveAsync(issued).ConfigureAwait(false);
        }

        unwritten = TryRecord(journal => journal.Delivered(_subject!, issued.Id)) ?? unwritten;
        if (unwritten is not null)
        {
            throw new ApiTokenException(
                unwritten.Kind, $"The token {issued} was issued and its secret delivered. {unwritten.Message}", unwritten.Advice, unwritten.ErrorId, unwritten);
        }
    }

    private async Task SaveAsync(IssuedToken issued)
    {
        try
        {
            await CallSinkAsync(() => _secrets!.Save(_operation, issued), () => AddUndelivered(issued)).ConfigureAwait(false);
        }
        catch (ApiTokenException)
        {
            // The secret is not lost: it goes to the caller, and with the error.
            await WriteResultAsync(issued).ConfigureAwait(false);
            throw;
        }

        // Whatever becomes of the caller now, the secret has arrived.
        _pipeline.Post(() => _output.WriteResult(_operation, issued.WithoutSecret()));
    }

    // An error of the sink belongs to the operation. Anything else ends the caller, and whether the secret arrived is not known.
    private async Task CallSinkAsync(Action call, Action? abandoned)
    {
        ApiTokenException? failure = null;
        await _pipeline.InvokeOnPipelineAsync(
            () =>
            {
                try
                {
                    call();
                }
                catch (ApiTokenException e)
                {
                    failure = e;
                }
                catch
                {
                    abandoned?.Invoke();
                    throw;
                }
            },
            abandoned).ConfigureAwait(false);
        if (failure is not null)
        {
            ExceptionDispatchInfo.Capture(failure).Throw();
        }
    }

    private ApiTokenException? TryRecord(Action<JournalWriter> record)
    {
        try
        {
            if (_journal is not null)
            {
                record(_journal);
            }

            return null;
        }
        catch (ApiTokenException e)
        {
            return e;
        }
    }

    private void AddUndelivered(IssuedToken? issued)
    {
        if (issued is not null)
        {
            Undelivered.Enqueue(issued.WithoutSecret());
        }
    }
}
