using System.Collections.Concurrent;
using System.Diagnostics;
using ApiTokens.Http;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Runs many operations at once for a caller with one thread: the caller adds them and takes what they report, in the
/// order in which it comes. What is added and not yet reported is bounded, so input of any length takes little memory.
/// </summary>
public sealed class OperationRunner : IDisposable
{
    // A write under way when the stop came ends within the grace that the HTTP layer gives it.
    private static readonly TimeSpan LongestWaitForEnd = TimeSpan.FromSeconds(8);

    private readonly int _throttleLimit;
    private readonly int _mostPending;
    private readonly Journal? _journal;
    private readonly BlockingCollection<OperationEvent> _events = [];
    private readonly Dictionary<TokenConnection, Gate> _gates = [];
    private readonly ConcurrentQueue<ApiToken> _undelivered = new();
    private readonly ConcurrentDictionary<Operation, PendingRetirement> _underWay = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly OperationSummary _summary = new();
    private int _pending;
    private int _retried;
    private bool _disposed;

    /// <summary>Starts without work.</summary>
    /// <param name="throttleLimit">How many operations may run at once for each connection.</param>
    /// <param name="journal">Where to write down what is done; the runner closes it.</param>
    public OperationRunner(int throttleLimit, Journal? journal = null)
    {
        _throttleLimit = throttleLimit;
        _mostPending = 4 * throttleLimit;
        _journal = journal;
    }

    /// <summary>Tokens that were issued and whose secret nobody took, because the caller stopped or the answer was lost meanwhile.</summary>
    public IReadOnlyCollection<ApiToken> Undelivered => _undelivered;

    /// <summary>After the runner was disposed: what it could not end, and of which no error was reported.</summary>
    public IReadOnlyCollection<PendingRetirement> PendingRetirements => [.. _underWay.Values];

    /// <summary>How many operations were added.</summary>
    public int Added { get; private set; }

    /// <summary>What they have come to so far.</summary>
    public OperationSummary Summary
    {
        get
        {
            _summary.Retried = Volatile.Read(ref _retried);
            _summary.Elapsed = _clock.Elapsed;
            return _summary;
        }
    }

    /// <summary>
    /// Adds an operation. Where too many are pending, first takes what others report. After the service has refused the
    /// connection's credential it fails with that error, without a request.
    /// </summary>
    /// <param name="operation">The operation.</param>
    /// <param name="take">Takes each report; runs on the caller's thread. What it throws goes through.</param>
    /// <exception cref="OperationCanceledException">The runner was stopped.</exception>
    /// <exception cref="ApiTokenException">The journal is not for this operation's account.</exception>
    public void Add(Operation operation, Action<OperationEvent> take)
    {
        _journal?.Check(operation.Connection);
        while (_pending >= _mostPending)
        {
            Handle(_events.Take(_stop.Token), take);
        }

        _stop.Token.ThrowIfCancellationRequested();
        if (!_gates.TryGetValue(operation.Connection, out Gate? gate))
        {
            _gates[operation.Connection] = gate = new Gate(_throttleLimit);
        }

        _pending++;
        Added++;
        _ = Task.Run(() => RunAsync(operation, gate));
        while (_events.TryTake(out OperationEvent? report))
        {
            Handle(report, take);
        }
    }

    /// <summary>Takes all reports that are still to come.</summary>
    /// <param name="take">Takes each report; runs on the caller's thread. What it throws goes through.</param>
    /// <param name="whileWaiting">Called now and then, also when nothing is reported.</param>
    /// <exception cref="OperationCanceledException">The runner was stopped.</exception>
    public void Complete(Action<OperationEvent> take, Action? whileWaiting = null)
    {
        while (_pending > 0)
        {
            if (_events.TryTake(out OperationEvent? report, 500, _stop.Token))
            {
                Handle(report, take);
            }

            whileWaiting?.Invoke();
        }
    }

    /// <summary>Lets no further request start. Can be called from any thread.</summary>
    public void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Stopped by being disposed already.
        }
    }

    /// <summary>Stops, and waits a bounded time for what is under way.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stop.Cancel();
        var waited = Stopwatch.StartNew();
        while (_pending > 0 && LongestWaitForEnd - waited.Elapsed is var left && left > TimeSpan.Zero && _events.TryTake(out OperationEvent? report, left))
        {
            Handle(report, Drop);
        }

        _journal?.Dispose();
    }

    private void Drop(OperationEvent report)
    {
        ApiToken? left = report switch
        {
            { Error: OrphanedTokenException { OutcomeUnknown: true } orphan } => orphan.Token,
            { IsWithdrawal: false, Output: IssuedToken issued } => issued,
            _ => null,
        };
        if (left is not null)
        {
            _undelivered.Enqueue(left);
        }
    }

    private void Handle(OperationEvent report, Action<OperationEvent> take)
    {
        if (report.End is { } end)
        {
            _pending--;
            _summary.Done += end == OperationEnd.Done ? 1 : 0;
            _summary.Failed += end == OperationEnd.Failed ? 1 : 0;
            _summary.Skipped += end == OperationEnd.Skipped ? 1 : 0;
            if (end == OperationEnd.Done || (end == OperationEnd.Failed && !_disposed))
            {
                _underWay.TryRemove(report.Operation, out _);
            }
        }

        bool taken = false;
        try
        {
            if (report.Output is not null || report.Error is not null || report.VerboseMessage is not null)
            {
                take(report);
            }

            taken = !_disposed;
        }
        catch
        {
            // It was handed over, and whether it arrived cannot be known.
            report.Written?.TrySetException(new InterruptedDeliveryException());
            throw;
        }
        finally
        {
            // Also where the caller threw: the operation waits for this, and whoever disposes of us waits for the operation.
            report.Written?.TrySetResult(taken);
        }
    }

    private async Task RunAsync(Operation operation, Gate gate)
    {
        OperationEvent end;
        try
        {
            await gate.Slots.WaitAsync(_stop.Token).ConfigureAwait(false);
            try
            {
                end = gate.CredentialError is { } refusal
                    ? new OperationEvent(operation) { End = OperationEnd.Failed, Error = refusal }
                    : new OperationEvent(operation) { End = await ExecuteAsync(operation).ConfigureAwait(false) };
            }
            catch (ApiTokenException e) when (e.Kind == ErrorKind.AuthenticationError)
            {
                gate.CredentialError = e;
                throw;
            }
            finally
            {
                gate.Slots.Release();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            end = new OperationEvent(operation) { End = OperationEnd.Stopped };
        }
#pragma warning disable CA1031 // Whatever it is, it is this operation's error and must not end the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            end = new OperationEvent(operation) { End = OperationEnd.Failed, Error = e };
        }

        _events.Add(end);
    }

    private async Task<OperationEnd> ExecuteAsync(Operation operation)
    {
        var context = new OperationContext(operation, _journal, _events.Add, both => _underWay[operation] = both, _stop.Token);
        if (context.ResumeState.Progress == JournalProgress.Done)
        {
            return OperationEnd.Skipped;
        }

        CallTrace trace = CallTrace.Start();
        try
        {
            context.IsReconciling = context.ResumeState.Progress != JournalProgress.None && operation.IsDone is not null;
            if (context.IsReconciling && await operation.IsDone!(_stop.Token).ConfigureAwait(false))
            {
                _journal?.End(operation, "done", errorId: null, trace.CorrelationId);
                return OperationEnd.Skipped;
            }

            context.IsReconciling = false;
            if (_stop.IsCancellationRequested)
            {
                // It never began: the journal has nothing to say of it.
                return OperationEnd.Stopped;
            }

            _journal?.Start(operation);
            await operation.Work(context).ConfigureAwait(false);
            _journal?.End(operation, "done", errorId: null, trace.CorrelationId);
            return OperationEnd.Done;
        }
        catch (Exception e)
        {
            WriteFailure(operation, e, trace, context.IsReconciling);
            throw;
        }
        finally
        {
            Interlocked.Add(ref _retried, trace.Retries);
        }
    }

    // A failure after which the token may or may not be changed is checked again by the next run, like a killed one.
    private void WriteFailure(Operation operation, Exception error, CallTrace trace, bool lookingBack)
    {
        var known = error as ApiTokenException;
        bool unknown = lookingBack || error is OperationCanceledException || known is { OutcomeUnknown: true };
        try
        {
            _journal?.End(operation, unknown ? "unknown" : "failed", known?.ErrorId, known?.CorrelationId ?? trace.CorrelationId);
        }
        catch (Exception e) when (e is ObjectDisposedException or ApiTokenException { ErrorId: ErrorIds.JournalNotWritten })
        {
            // The wait for the end was over, or the disk is full: the failure itself is what is to be told. The journal shows a
            // start without an end, and the next run checks it.
        }
    }

    // The way to one connection. Once the service has refused its credential nothing goes through: it would be refused as
    // well, and many refusals can lock an account.
    private sealed class Gate(int room)
    {
        public SemaphoreSlim Slots { get; } = new(room);

        public ApiTokenException? CredentialError { get; set; }
    }
}
