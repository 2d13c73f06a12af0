namespace ApiTokens.Operations;

/// <summary>Invokes the caller's code on the caller's thread.</summary>
internal interface IPipelineInvoker
{
    /// <summary>Invokes an action and waits until it returns.</summary>
    /// <param name="action">The action.</param>
    /// <param name="abandoned">Invoked if the caller has stopped, or if the action throws: it may have had no effect.</param>
    /// <returns>A task that completes when the action has returned, and is cancelled if the action is not invoked.</returns>
    Task InvokeOnPipelineAsync(Action action, Action? abandoned = null);

    /// <summary>Queues an action without waiting for it.</summary>
    /// <param name="action">The action.</param>
    /// <param name="abandoned">Invoked instead if the caller has stopped.</param>
    void Post(Action action, Action? abandoned = null);
}

/// <summary>Invokes actions immediately on the current thread.</summary>
internal sealed class InlineInvoker : IPipelineInvoker
{
    public Task InvokeOnPipelineAsync(Action action, Action? abandoned = null)
    {
        action();
        return Task.CompletedTask;
    }

    public void Post(Action action, Action? abandoned = null) => action();
}

/// <summary>The caller's code threw while it received a result. It is not known whether the result was processed.</summary>
internal sealed class InterruptedDeliveryException : OperationCanceledException;
