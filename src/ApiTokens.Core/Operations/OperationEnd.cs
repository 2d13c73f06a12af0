namespace ApiTokens.Operations;

/// <summary>How an operation ended.</summary>
internal enum OperationEnd
{
    /// <summary>The operation succeeded.</summary>
    Done,

    /// <summary>The operation failed.</summary>
    Failed,

    /// <summary>The run had ended for the connection. One error reports all operations that were not tried.</summary>
    NotTried,

    /// <summary>An earlier run with the same journal completed the operation.</summary>
    Skipped,

    /// <summary>The run was stopped.</summary>
    Stopped,
}
