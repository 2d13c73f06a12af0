namespace ApiTokens.Operations;

/// <summary>Takes what operations report. A run calls it on the thread that adds the operations.</summary>
public interface IOperationOutput
{
    /// <summary>Takes a result: a token, or an issued token with its secret where the secret goes nowhere else.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="result">The result.</param>
    void WriteResult(Operation operation, object result);

    /// <summary>Takes the error of an operation that failed.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="error">The error.</param>
    void WriteError(Operation operation, Exception error);

    /// <summary>Takes a detail for those who want to follow what happens; without secrets.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="message">The detail.</param>
    void WriteVerbose(Operation operation, string message);
}

/// <summary>Takes nothing.</summary>
internal sealed class NullOutput : IOperationOutput
{
    public static NullOutput Instance { get; } = new();

    public void WriteResult(Operation operation, object result)
    {
    }

    public void WriteError(Operation operation, Exception error)
    {
    }

    public void WriteVerbose(Operation operation, string message)
    {
    }
}
