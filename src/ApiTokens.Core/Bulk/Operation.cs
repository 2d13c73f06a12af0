using ApiTokens.Services;

namespace ApiTokens.Bulk;

/// <summary>One piece of work on one token.</summary>
/// <param name="connection">The connection that it goes through.</param>
/// <param name="target">What errors are about: a token or the input.</param>
/// <param name="work">Does it.</param>
public sealed class Operation(TokenConnection connection, object target, Func<OperationContext, Task> work)
{
    /// <summary>The connection that it goes through.</summary>
    public TokenConnection Connection { get; } = connection;

    /// <summary>What errors are about: a token or the input.</summary>
    public object Target { get; } = target;

    internal Func<OperationContext, Task> Work { get; } = work;
}

/// <summary>What an operation has to work with.</summary>
public sealed class OperationContext
{
    private readonly Action<OperationEvent> _send;
    private readonly Operation _operation;

    internal OperationContext(Operation operation, Action<OperationEvent> send, CancellationToken stop)
    {
        _operation = operation;
        _send = send;
        Stop = stop;
    }

    /// <summary>Cancelled when no further request may start.</summary>
    public CancellationToken Stop { get; }

    /// <summary>Hands a result to the caller of the runner.</summary>
    /// <param name="output">The result.</param>
    /// <returns>Completes when the caller has taken it; cancelled when it never will.</returns>
    public async Task WriteAsync(object output)
    {
        var written = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _send(new OperationEvent(_operation) { Output = output, Written = written });
        if (!await written.Task.ConfigureAwait(false))
        {
            throw new OperationCanceledException(Stop);
        }
    }
}

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

    internal bool IsEnd { get; init; }

    internal TaskCompletionSource<bool>? Written { get; init; }
}
