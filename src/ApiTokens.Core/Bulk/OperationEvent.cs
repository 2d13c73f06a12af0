namespace ApiTokens.Bulk;

/// <summary>What an operation reports: a result, or its end with or without an error.</summary>
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

    /// <summary>Why it failed, if it did.</summary>
    public Exception? Error { get; init; }

    internal OperationEnd? End { get; init; }

    internal TaskCompletionSource<bool>? Written { get; init; }
}

/// <summary>How an operation ended.</summary>
internal enum OperationEnd
{
    Done,
    Failed,
    Skipped,
    Stopped,
}
