namespace ApiTokens.Operations;

/// <summary>How an operation ended.</summary>
internal enum OperationEnd
{
    /// <summary>It did what was asked for.</summary>
    Done,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>An earlier run with the same journal had done it.</summary>
    Skipped,

    /// <summary>The run was stopped.</summary>
    Stopped,
}
