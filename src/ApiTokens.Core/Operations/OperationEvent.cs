namespace ApiTokens.Operations;

/// <summary>What an operation reports: a result, a remark, or its end with or without an error.</summary>
public sealed class OperationEvent
{
    internal OperationEvent(Operation operation)
    {
        Operation = operation;
    }

    /// <summary>The operation.</summary>
    public Operation Operation { get; }

    /// <summary>A result, if this is one.</summary>
    public object? Output { get; init; }

    /// <summary>A remark for whoever wants to know more, if this is one.</summary>
    public string? VerboseMessage { get; init; }

    /// <summary>Whether <see cref="Output"/>, which was delivered before, is to be taken back where that can be done.</summary>
    public bool IsWithdrawal { get; init; }

    /// <summary>Why it failed, if it did.</summary>
    public Exception? Error { get; init; }

    internal OperationEnd? End { get; init; }

    internal TaskCompletionSource<bool>? Written { get; init; }

    /// <summary>Tells the operation that its result has arrived, before whoever takes the report has ended.</summary>
    public void Accept() => Written?.TrySetResult(true);

    /// <summary>Tells the operation that its result could not be delivered: it fails with that error.</summary>
    /// <param name="error">Why.</param>
    public void Reject(ApiTokenException error) => Written?.TrySetException(error);
}

/// <summary>Whoever took a result ended while taking it.</summary>
internal sealed class InterruptedDeliveryException : OperationCanceledException;

/// <summary>How an operation ended.</summary>
internal enum OperationEnd
{
    Done,
    Failed,
    Skipped,
    Stopped,
}
