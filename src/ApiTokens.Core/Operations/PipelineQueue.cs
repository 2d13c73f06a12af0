using System.Collections.Concurrent;

namespace ApiTokens.Operations;

/// <summary>A queue of calls to run on the caller's thread, in order.</summary>
internal sealed class PipelineQueue : IPipelineInvoker
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
    public void RunNext(CancellationToken cancellationToken) => _calls.Take(cancellationToken).Run();

    /// <summary>Runs the next call, and waits for one up to a timeout.</summary>
    /// <returns>False if there was no call within the timeout.</returns>
    public bool TryRunNext(TimeSpan timeout, CancellationToken cancellationToken)
    {
        bool found = _calls.TryTake(out Call? call, (int)timeout.TotalMilliseconds, cancellationToken);
        call?.Run();
        return found;
    }

    /// <summary>Abandons the next call, and waits for one up to a timeout.</summary>
    /// <returns>False if there was no call within the timeout.</returns>
    public bool TryAbandonNext(TimeSpan timeout)
    {
        bool found = _calls.TryTake(out Call? call, timeout);
        call?.Abandon();
        return found;
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
                Completion?.TrySetException(new InterruptedDeliveryException());
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
