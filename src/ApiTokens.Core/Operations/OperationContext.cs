using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Security;
using ApiTokens.Http;
using ApiTokens.Journal;

namespace ApiTokens.Operations;

/// <summary>Gives a running operation access to the run: shared state, output, secret sink and journal.</summary>
internal sealed class OperationContext
{
    private readonly Operation _operation;
    private readonly IPipelineInvoker _pipeline;
    private readonly IOperationOutput _output;
    private readonly ISecretSink? _secrets;
    private readonly JournalWriter? _journal;
    private readonly JournalSubject? _subject;

    public OperationContext(
        Operation operation,
        OperationScope scope,
        IPipelineInvoker pipeline,
        IOperationOutput output,
        ISecretSink? secrets,
        JournalWriter? journal,
        CancellationToken cancellationToken)
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
            JournalKey key = operation.KeyIn(journal);
            _subject = new JournalSubject(key, operation.Name, operation.Connection.Name);
            Progress = journal.ResumeState.ProgressOf(key);
        }
    }

    /// <summary>Cancelled when no further requests may start.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The state that the operations of the run share.</summary>
    public OperationScope Scope { get; }

    /// <summary>The progress of an earlier run with the same journal.</summary>
    public OperationProgress Progress { get; } = OperationProgress.None;

    /// <summary>Whether an earlier run recorded when the token is due.</summary>
    public bool IsScheduled => _journal?.Retirements.IsScheduledBy(_subject!.Key) == true;

    /// <summary>Whether the run has a journal.</summary>
    public bool HasJournal => _journal is not null;

    /// <summary>
    /// Whether the operation is checking the state that an earlier run left. If it fails during that check, the next run repeats it.
    /// </summary>
    public bool IsReconciling { get; set; }

    /// <summary>Whether the journal records that the operation is complete, from an earlier run or from a duplicate in this one.</summary>
    public bool IsRecordedAsDone =>
        Progress.Stage == JournalStage.Done || (_subject is not null && Scope.CompletedEarlierOperations.ContainsKey(_subject.Key));

    /// <summary>The tokens whose secrets were not delivered because the caller stopped.</summary>
    public required ConcurrentQueue<ApiToken> Undelivered { get; init; }

    /// <summary>Set while both the old and the new token work. It is reported if the operation does not continue.</summary>
    public PendingRetirement? PendingRetirement { get; private set; }

    /// <summary>Records the start of the operation.</summary>
    public Task StartAsync() => _journal?.StartAsync(_subject!, _operation.IssuesToken) ?? Task.CompletedTask;

    /// <summary>Records the name of the token to be issued, so that a later run finds the token even if the old one was renamed.</summary>
    public Task RecordIssuingAsync(string name) =>
        name != _subject?.Name && _journal is not null ? _journal.IssuingAsync(_subject!, name) : Task.CompletedTask;

    /// <summary>Records a token that was issued, without a delivery of its secret.</summary>
    public Task RecordIssuedAsync(string id) => _journal?.IssuedAsync(_subject!, id) ?? Task.CompletedTask;

    /// <summary>Records the outcome of the operation.</summary>
    public void End(string outcome, string? errorId = null, string? correlationId = null)
    {
        _journal?.End(_subject!, outcome, errorId, correlationId);
        if (outcome == JournalOutcomes.Done && Progress.Stage != JournalStage.None)
        {
            Scope.CompletedEarlierOperations.TryAdd(_subject!.Key, true);
        }
    }

    /// <summary>Records that an earlier attempt left nothing behind, and restarts the operation.</summary>
    public Task RestartAsync()
    {
        IsReconciling = false;
        End(JournalOutcomes.Failed);
        return StartAsync();
    }

    /// <summary>
    /// Records a failure. If its outcome is unknown, the next run checks the token, as it does after a process was terminated.
    /// </summary>
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
            // The shutdown wait is over, or the disk is full. The journal has a start without an end, which the next run checks.
        }
    }

    /// <summary>Determines whether an earlier run issued a token and delivered its secret, so that it may be in use.</summary>
    public bool WasDelivered(string id) => _journal?.ResumeState.WasDelivered(_operation.Identity.WithId(id)) == true;

    /// <summary>Returns a result to the caller.</summary>
    /// <returns>A task that completes when the caller has received the result, and is cancelled if the caller has stopped.</returns>
    public Task WriteResultAsync(object result) => _pipeline.InvokeOnPipelineAsync(
        () => _output.WriteResult(_operation, result), () => AddUndelivered(result as IssuedToken));

    /// <summary>Queues a verbose message for the caller.</summary>
    public void WriteVerbose(string message) => _pipeline.Post(() => _output.WriteVerbose(_operation, message));

    /// <summary>Determines whether the secret of a token that an earlier run issued was saved; null if that is not known.</summary>
    public Task<bool?> IsSecretSavedAsync(ApiToken token) => AskSinkAsync(secrets => secrets.Contains(_operation, token));

    /// <summary>Returns the saved secret of a token that an earlier run issued; null if it is not available.</summary>
    public Task<SecureString?> ReadSecretAsync(ApiToken token) => AskSinkAsync(secrets => secrets.Read(_operation, token));

    /// <summary>Records that a secret was delivered by an earlier run, which was terminated before it could record that.</summary>
    public Task RecordDeliveredAsync(string id) => _journal?.DeliveredAsync(_subject!, id) ?? Task.CompletedTask;

    /// <summary>Restores the value that a delivered secret replaced, if possible.</summary>
    /// <returns>Empty, or the error if the value could not be restored, after a space.</returns>
    public async Task<string> TryRevertAsync()
    {
        try
        {
            if (_secrets is not null)
            {
                await CallAsync(() => _secrets.Revert(_operation)).ConfigureAwait(false);
            }

            return string.Empty;
        }
        catch (ApiTokenException e)
        {
            return " " + e.Message;
        }
    }

    /// <summary>Records that both tokens work until the operation ends.</summary>
    public void OnOverlapStarted(ApiToken predecessor, ApiToken successor) =>
        PendingRetirement = new PendingRetirement(predecessor, successor, HasJournal);

    /// <summary>Records that a delivered secret was verified, as far as the service allows.</summary>
    public Task RecordVerifiedAsync(string id) => _journal?.VerifiedAsync(_subject!, id) ?? Task.CompletedTask;

    /// <summary>Records that the verification of a delivered secret was skipped on request.</summary>
    public Task RecordUnverifiedAsync(string id) => _journal?.UnverifiedAsync(_subject!, id) ?? Task.CompletedTask;

    /// <summary>Records that the service rejects a delivered secret.</summary>
    public void RecordRefused(string id) => _journal?.Refused(_subject!, id);

    /// <summary>Records when the token is to be retired.</summary>
    public Task RecordDueAsync(string? successorId, DateTimeOffset at, OldTokenAction action) =>
        _journal?.DueAsync(_subject!, successorId, at, action) ?? Task.CompletedTask;

    /// <summary>Delivers the secret of an issued token. The journal records the token before and after the delivery.</summary>
    /// <exception cref="ApiTokenException">The secret was not delivered, or a line of the journal could not be written.</exception>
    public async Task DeliverAsync(IssuedToken issued)
    {
        // The token exists. A failure of the journal must not lose its secret.
        ApiTokenException? journalError = await TryRecordAsync(journal => journal.IssuedAsync(_subject!, issued.Id)).ConfigureAwait(false);
        if (_secrets is null)
        {
            await WriteResultAsync(issued).ConfigureAwait(false);
        }
        else
        {
            await SaveAsync(issued).ConfigureAwait(false);
        }

        journalError = await TryRecordAsync(journal => journal.DeliveredAsync(_subject!, issued.Id)).ConfigureAwait(false) ?? journalError;
        if (journalError is not null)
        {
            IssuedTokenRegistry.Of(_operation.Connection).AddUnrecorded(_operation.Connection.GetIdentity(issued.Id));
            throw new ApiTokenException(
                journalError.Kind,
                $"The token {issued} was issued and its secret delivered. {journalError.Message}",
                journalError.Advice,
                journalError.ErrorId,
                journalError)
            {
                // The journal does not show that the token exists, so the next run checks.
                OutcomeUnknown = true,
            };
        }
    }

    /// <summary>
    /// Calls the caller's code on its thread. An <see cref="ApiTokenException"/> of it is an error of the operation. Any other exception
    /// ends the caller, and it is not known what the code has done.
    /// </summary>
    /// <param name="action">The code.</param>
    /// <param name="abandoned">Invoked if the caller has stopped, or if another exception ends it.</param>
    public async Task CallAsync(Action action, Action? abandoned = null)
    {
        ApiTokenException? failure = null;
        await _pipeline.InvokeOnPipelineAsync(
            () =>
            {
                try
                {
                    action();
                }
                catch (ApiTokenException e)
                {
                    failure = e;
                }
            },
            abandoned).ConfigureAwait(false);
        if (failure is not null)
        {
            ExceptionDispatchInfo.Capture(failure).Throw();
        }
    }

    private async Task SaveAsync(IssuedToken issued)
    {
        try
        {
            await CallAsync(() => _secrets!.Save(_operation, issued), () => AddUndelivered(issued)).ConfigureAwait(false);
        }
        catch (ApiTokenException)
        {
            // The secret is not lost: the token with its secret is returned to the caller.
            await WriteResultAsync(issued).ConfigureAwait(false);
            throw;
        }

        // The secret is saved, so there is no need to wait for the caller.
        _pipeline.Post(() => _output.WriteResult(_operation, issued.WithoutSecret()));
    }

    // Returns the answer of the sink; the default value if there is no sink.
    private async Task<T?> AskSinkAsync<T>(Func<ISecretSink, T?> ask)
    {
        T? answer = default;
        if (_secrets is not null)
        {
            await CallAsync(() => answer = ask(_secrets)).ConfigureAwait(false);
        }

        return answer;
    }

    private async Task<ApiTokenException?> TryRecordAsync(Func<JournalWriter, Task> record)
    {
        try
        {
            if (_journal is not null)
            {
                await record(_journal).ConfigureAwait(false);
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
