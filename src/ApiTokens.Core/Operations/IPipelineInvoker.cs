namespace ApiTokens.Operations;

/// <summary>Calls the caller's code on the thread that it wants to be called on.</summary>
internal interface IPipelineInvoker
{
    /// <summary>Calls it, and waits until it has returned.</summary>
    /// <param name="action">The call.</param>
    /// <param name="abandoned">Called in its place when the caller is gone.</param>
    /// <returns>Completes when it has returned; cancelled when it is never called.</returns>
    Task InvokeOnPipelineAsync(Action action, Action? abandoned = null);

    /// <summary>Calls it, and does not wait.</summary>
    /// <param name="action">The call.</param>
    /// <param name="abandoned">Called in its place when the caller is gone.</param>
    void Post(Action action, Action? abandoned = null);
}

/// <summary>Calls it at once, on the same thread.</summary>
internal sealed class InlineInvoker : IPipelineInvoker
{
    public Task InvokeOnPipelineAsync(Action action, Action? abandoned = null)
    {
        action();
        return Task.CompletedTask;
    }

    public void Post(Action action, Action? abandoned = null) => action();
}

/// <summary>The caller's code ended while it took a result; whether the result arrived is not known.</summary>
internal sealed class InterruptedDeliveryException : OperationCanceledException;
