using System.Collections.Concurrent;

namespace ApiTokens.Operations;

/// <summary>A queue of calls to run on the caller's thread, in order.</summary>
/// <param name="wait">
/// Replaces the wait for a call, for tests that simulate time: it receives a function that tells whether a call is queued, and the timeout.
/// </param>
internal sealed class PipelineQueue(Action<Func<bool>, TimeSpan, CancellationToken>? wait = null) : IPipelineInvoker
{
    private readonly BlockingCollection<Call> _calls = [];

    public async Task InvokeOnPipelineAsync(Action action, Action? abandoned = null)
    {
        var call = new Call(action, abandoned, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        _calls.Add(call);
        await call.Completion!.Task.ConfigureAwait(false);
    }

    public void Post(Action action, Action? abandoned = null) => _calls.Add(new Call(action, abandoned, Completion: null));

    /// <summary>Runs the next call, and waits for one if the queue is empty. Exceptions of the call are passed on.</summary>
    public void RunNext(CancellationToken cancellationToken) => TryRunNext(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Runs the next call, and waits for one up to a timeout.</summary>
    /// <returns>False if there was no call within the timeout.</returns>
    public bool TryRunNext(TimeSpan timeout, CancellationToken cancellationToken)
    {
        bool found = TryTake(out Call? call, timeout, cancellationToken);
        call?.Run();
        return found;
    }

    /// <summary>Abandons the next call, and waits for one up to a timeout.</summary>
    /// <returns>False if there was no call within the timeout.</returns>
    public bool TryAbandonNext(TimeSpan timeout)
    {
        bool found = TryTake(out Call? call, timeout, CancellationToken.None);
        call?.Abandon();
        return found;
    }

    private bool TryTake(out Call? call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        wait?.Invoke(() => _calls.Count > 0, timeout, cancellationToken);
        return _calls.TryTake(out call, wait is null ? (int)timeout.TotalMilliseconds : 0, cancellationToken);
    }

    private sealed record Call(Action Action, Action? Abandoned, TaskCompletionSource<bool>? Completion)
    {
        public void Run()
        {
            try
            {
                Action();
            }
            catch
            {
                // A posted call has no result that the caller may have missed.
                if (Completion is not null)
                {
                    Abandoned?.Invoke();
                    Completion.TrySetException(new InterruptedDeliveryException());
                }

                throw;
            }

            Completion?.TrySetResult(true);
        }

        public void Abandon()
        {
            Abandoned?.Invoke();
            Completion?.TrySetCanceled();
        }
    }
}
