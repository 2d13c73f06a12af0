namespace ApiTokens.Operations;

/// <summary>Receives the results, errors and messages of operations, on the thread that adds the operations.</summary>
public interface IOperationOutput
{
    /// <summary>Receives a result: a token, or an issued token with its secret if there is no secret sink.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="result">The result.</param>
    void WriteResult(Operation operation, object result);

    /// <summary>Receives the error of a failed operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="error">The error.</param>
    void WriteError(Operation operation, Exception error);

    /// <summary>Receives a verbose message, without secrets.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="message">The message.</param>
    void WriteVerbose(Operation operation, string message);
}

/// <summary>Ignores all output.</summary>
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
