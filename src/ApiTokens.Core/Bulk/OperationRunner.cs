using System.Collections.Concurrent;
using ApiTokens.Services;

namespace ApiTokens.Bulk;

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
    private readonly BlockingCollection<OperationEvent> _events = [];
    private readonly Dictionary<TokenConnection, SemaphoreSlim> _gates = [];
    private readonly ConcurrentQueue<ApiToken> _undelivered = new();
    private readonly CancellationTokenSource _stop = new();
    private int _pending;
    private bool _disposed;

    /// <summary>Starts without work.</summary>
    /// <param name="throttleLimit">How many operations may run at once for each connection.</param>
    public OperationRunner(int throttleLimit)
    {
        _throttleLimit = throttleLimit;
        _mostPending = 4 * throttleLimit;
    }

    /// <summary>Tokens that were issued and whose secret nobody took, because the caller stopped.</summary>
    public IReadOnlyCollection<ApiToken> Undelivered => _undelivered;

    /// <summary>Adds an operation. Where too many are pending, first takes what others report.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="take">Takes each report; runs on the caller's thread. What it throws goes through.</param>
    /// <exception cref="OperationCanceledException">The runner was stopped.</exception>
    public void Add(Operation operation, Action<OperationEvent> take)
    {
        while (_pending >= _mostPending)
        {
            Handle(_events.Take(_stop.Token), take);
        }

        _stop.Token.ThrowIfCancellationRequested();
        if (!_gates.TryGetValue(operation.Connection, out SemaphoreSlim? gate))
        {
            _gates[operation.Connection] = gate = new SemaphoreSlim(_throttleLimit);
        }

        _pending++;
        _ = Task.Run(() => RunAsync(operation, gate));
        while (_events.TryTake(out OperationEvent? report))
        {
            Handle(report, take);
        }
    }

    /// <summary>Takes all reports that are still to come.</summary>
    /// <param name="take">Takes each report; runs on the caller's thread. What it throws goes through.</param>
    /// <exception cref="OperationCanceledException">The runner was stopped.</exception>
    public void Complete(Action<OperationEvent> take)
    {
        while (_pending > 0)
        {
            Handle(_events.Take(_stop.Token), take);
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
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (_pending > 0 && LongestWaitForEnd - waited.Elapsed is var left && left > TimeSpan.Zero && _events.TryTake(out OperationEvent? report, left))
        {
            Handle(report, Drop);
        }

        _stop.Dispose();
    }

    private void Drop(OperationEvent report)
    {
        if (report.Output is IssuedToken issued)
        {
            _undelivered.Enqueue(issued);
        }
    }

    private void Handle(OperationEvent report, Action<OperationEvent> take)
    {
        if (report.IsEnd)
        {
            _pending--;
        }

        if (report.Output is not null || report.Error is not null)
        {
            take(report);
        }

        report.Written?.TrySetResult(!_disposed);
    }

    private async Task RunAsync(Operation operation, SemaphoreSlim gate)
    {
        Exception? error = null;
        try
        {
            await gate.WaitAsync(_stop.Token).ConfigureAwait(false);
            try
            {
                await operation.Work(new OperationContext(operation, _events.Add, _stop.Token)).ConfigureAwait(false);
            }
            finally
            {
                gate.Release();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped: there is nobody to report to.
        }
#pragma warning disable CA1031 // Whatever it is, it is this operation's error and must not end the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
        }

        _events.Add(new OperationEvent(operation) { Error = error, IsEnd = true });
    }
}
