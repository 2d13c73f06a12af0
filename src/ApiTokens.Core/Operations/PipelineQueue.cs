using System.Collections.Concurrent;

namespace ApiTokens.Operations;

/// <summary>Calls that wait for the one thread of the caller, in the order in which they came.</summary>
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

    /// <summary>Makes one call, and waits for it to come if there is none. What it throws goes through.</summary>
    public void RunNext(CancellationToken cancellationToken) => _calls.Take(cancellationToken).Run();

    /// <summary>Makes one call if there is one.</summary>
    /// <returns>False if none came in that time.</returns>
    public bool TryRunNext(TimeSpan wait, CancellationToken cancellationToken)
    {
        bool found = _calls.TryTake(out Call? call, (int)wait.TotalMilliseconds, cancellationToken);
        call?.Run();
        return found;
    }

    /// <summary>Takes one call that nobody will make.</summary>
    /// <returns>False if none came in that time.</returns>
    public bool TryAbandonNext(TimeSpan wait)
    {
        bool found = _calls.TryTake(out Call? call, wait);
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
