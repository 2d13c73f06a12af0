using System.Collections.Concurrent;
using ApiTokens.Http;
using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Runs operations concurrently for a caller with one thread. The caller adds operations and receives their output in the order of
/// completion. The number of pending operations is limited, so input of any length needs little memory. Operations on the same
/// token run one after the other.
/// </summary>
public sealed class OperationRunner : IDisposable
{
    private const int MaxPendingOfSeveral = 10_000; // A slow service must not fill the queue of a fast one.

    // A write that is in progress at cancellation ends within the grace period of the HTTP client.
    private static readonly TimeSpan MaxShutdownWait = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan WaitInterval = TimeSpan.FromMilliseconds(500);
    private readonly int _throttleLimit;
    private readonly IOperationOutput _output;
    private readonly ISecretSink? _secrets;
    private readonly JournalWriter? _journal;
    private readonly OperationScope _scope = new();
    private readonly PipelineQueue _pipeline;
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly Dictionary<TokenConnection, ConnectionGate> _gates = [];
    private readonly TokenOrder _order = new();
    private readonly UnfinishedOperations _unfinished;
    private readonly ConcurrentDictionary<Operation, OperationContext> _active = new();
    private readonly ConcurrentQueue<ApiToken> _undelivered = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly OperationSummary _summary = new();
    private int _pending;
    private int _retried;
    private bool _disposed;

    /// <summary>Creates a runner.</summary>
    /// <param name="throttleLimit">The maximum number of concurrent operations per connection; at least 1.</param>
    /// <param name="output">Receives the output of the operations.</param>
    /// <param name="secrets">The sink for the secrets of issued tokens; null to return them with the tokens.</param>
    /// <param name="journal">The journal that records the operations; the runner disposes it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="throttleLimit"/> is less than 1.</exception>
    public OperationRunner(int throttleLimit, IOperationOutput output, ISecretSink? secrets = null, JournalWriter? journal = null)
        : this(throttleLimit, output, secrets, journal, new PipelineQueue(), TimeProvider.System)
    {
    }

    internal OperationRunner(
        int throttleLimit, IOperationOutput output, ISecretSink? secrets, JournalWriter? journal, PipelineQueue pipeline, TimeProvider time)
    {
        _throttleLimit = throttleLimit > 0
            ? throttleLimit
            : throw new ArgumentOutOfRangeException(nameof(throttleLimit), throttleLimit, "The throttle limit must be at least 1.");
        _output = output;
        _secrets = secrets;
        _journal = journal;
        _pipeline = pipeline;
        _time = time;
        _startedAt = time.GetTimestamp();
        _unfinished = new UnfinishedOperations(journal);
    }

    /// <summary>
    /// The tokens whose secrets were not delivered, because the caller stopped or the response was lost. A token that may exist, and
    /// that was not found, has no id.
    /// </summary>
    public IReadOnlyCollection<ApiToken> Undelivered =>
        [.. _undelivered.Where(token => !PendingRetirements.Any(pending => pending.Successor.Id == token.Id))];

    /// <summary>After disposal: the resets that did not retire their old token and did not report an error.</summary>
    public IReadOnlyCollection<PendingRetirement> PendingRetirements =>
        [.. _active.Values.Select(context => context.PendingRetirement).OfType<PendingRetirement>()];

    /// <summary>The number of operations that were added.</summary>
    public int Added { get; private set; }

    /// <summary>The current counts.</summary>
    public OperationSummary Summary
    {
        get
        {
            _summary.Retried = Volatile.Read(ref _retried);
            _summary.Elapsed = _time.GetElapsedTime(_startedAt);
            return _summary;
        }
    }

    /// <summary>
    /// Adds an operation. If too many operations are pending, it first processes output until one has ended. After the service has
    /// rejected the connection's credential, the operation fails with that error and without a request. If the service asks to wait
    /// too long or is down, it also fails without a request, and <see cref="Complete"/> reports it.
    /// </summary>
    /// <param name="operation">The operation.</param>
    /// <exception cref="OperationCanceledException">The runner was stopped.</exception>
    /// <exception cref="ApiTokenException">The journal is not for the operation's account.</exception>
    public void Add(Operation operation)
    {
        _journal?.Check(operation.Identity.Account);
        _unfinished.Remove(operation);
        if (!_gates.TryGetValue(operation.Connection, out ConnectionGate? gate))
        {
            _gates[operation.Connection] = gate = new ConnectionGate(operation.Connection, _throttleLimit);
        }

        while (_pending >= Math.Max(_gates.Count == 1 ? 0 : MaxPendingOfSeveral, 4 * _throttleLimit))
        {
            _pipeline.RunNext(_stop.Token);
        }

        _stop.Token.ThrowIfCancellationRequested();

        _pending++;
        Added++;
        bool isRepeated = _order.IsRepeated(operation);
        Task previous = _order.TaskBefore(operation);
#pragma warning disable RS0030 // The only place that starts work on other threads.
        Task task = Task.Run(() => RunAsync(operation, isRepeated, gate, previous));
#pragma warning restore RS0030
        _order.Add(operation, task);
        while (_pipeline.TryRunNext(TimeSpan.Zero, CancellationToken.None))
        {
        }
    }

    /// <summary>
    /// Adds a check of each operation that an earlier run with the same journal started and did not finish, and that was not added to
    /// this run, such as the removal of a token that is no longer listed. If it had its effect, the journal records its end. If not, or
    /// if that cannot be checked, an error reports it. No write request is sent, except for the removal of a token that was issued for one
    /// job.
    /// </summary>
    /// <param name="connections">The connections whose operations are checked.</param>
    /// <exception cref="OperationCanceledException">The runner was stopped.</exception>
    public void CheckUnfinished(IEnumerable<TokenConnection> connections)
    {
        foreach (Operation operation in _unfinished.Match(connections).ToArray())
        {
            Add(operation);
        }
    }

    /// <summary>Waits for all operations to end, and processes their output. Writes one error for all that were not tried.</summary>
    /// <param name="whileWaiting">Called periodically, even if there is no output.</param>
    /// <exception cref="OperationCanceledException">The runner was stopped.</exception>
    public void Complete(Action? whileWaiting = null)
    {
        while (_pending > 0)
        {
            _pipeline.TryRunNext(WaitInterval, _stop.Token);
            whileWaiting?.Invoke();
        }

        // The last operation may have ended before the loop, because of the stop and without a start.
        _stop.Token.ThrowIfCancellationRequested();
        foreach (NotTried notTried in _gates.Values.Select(gate => gate.TakeNotTried()).OfType<NotTried>())
        {
            _output.WriteError(notTried.Operation, notTried.Error);
        }
    }

    /// <summary>Determines whether an earlier run with the same journal has completed an operation, so that it is skipped.</summary>
    /// <param name="operation">The operation.</param>
    /// <returns>True if the operation is complete and cannot be undone.</returns>
    public bool WasDoneBefore(Operation operation) =>
        _journal?.ResumeState.ProgressOf(operation.KeyIn(_journal)).Stage == JournalStage.Done && !operation.MayBeUndone;

    /// <summary>Prevents further requests. This method can be called from any thread.</summary>
    public void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The runner is already disposed, and therefore stopped.
        }
    }

    /// <summary>Stops the runner, and waits a limited time for requests in progress.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stop.Cancel();
        long stoppedAt = _time.GetTimestamp();
        while (_pending > 0
            && MaxShutdownWait - _time.GetElapsedTime(stoppedAt) is var left
            && left > TimeSpan.Zero
            && _pipeline.TryAbandonNext(left))
        {
        }

        _journal?.Dispose();
    }

    private async Task RunAsync(Operation operation, bool isRepeated, ConnectionGate gate, Task previous)
    {
        OperationEnd end = OperationEnd.Failed;
        Exception? error = null;
        try
        {
            if (isRepeated)
            {
                throw operation.CreateRepeatedError();
            }

            operation.Validate();
            await previous.ConfigureAwait(false);
            await gate.Slots.WaitAsync(_stop.Token).ConfigureAwait(false);
            try
            {
                end = gate.HasEnded(operation, out error)
                    ? error is null ? OperationEnd.NotTried : OperationEnd.Failed
                    : gate.Record(await ExecuteAsync(operation, gate).ConfigureAwait(false));
            }
            catch (ApiTokenException e)
            {
                gate.Record(e);
                throw;
            }
            finally
            {
                gate.Slots.Release();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            end = OperationEnd.Stopped;
        }
#pragma warning disable CA1031 // Any exception is an error of this operation and must not end the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
        }

        PostEnd(operation, end, error);
    }

    private async Task<OperationEnd> ExecuteAsync(Operation operation, ConnectionGate gate)
    {
        var context = new OperationContext(operation, _scope, _pipeline, _output, _secrets, _journal, _stop.Token)
        {
            Undelivered = _undelivered,
        };
        _active[operation] = context;
        CallTrace trace = CallTrace.Start();
        try
        {
            return await OperationExecution.RunAsync(operation, context, trace).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Add(ref _retried, trace.Retries);
            gate.RecordBlocking(trace.BlockingError);
        }
    }

    private void PostEnd(Operation operation, OperationEnd end, Exception? error) => _pipeline.Post(
        () =>
        {
            Count(operation, end);
            _secrets?.Complete(operation);
            if (end != OperationEnd.Stopped)
            {
                _active.TryRemove(operation, out _);
            }

            if (error is not null)
            {
                _output.WriteError(operation, error);
            }
        },
        abandoned: () =>
        {
            Count(operation, end);
            if (end == OperationEnd.Done)
            {
                _active.TryRemove(operation, out _);
            }

            if (operation.LostToken(error) is { } token)
            {
                _undelivered.Enqueue(token);
            }
        });

    private void Count(Operation operation, OperationEnd end)
    {
        _pending--;
        _order.Remove(operation);
        _summary.Add(end);
    }
}
