namespace ApiTokens;

/// <summary>The outcome of an operation on a token.</summary>
public enum OperationOutcome
{
    /// <summary>The operation succeeded.</summary>
    Done,

    /// <summary>The operation failed.</summary>
    Failed,

    /// <summary>
    /// The operation started, and it is not known whether it succeeded: its response was lost, the process was terminated, or the run has
    /// not ended yet.
    /// </summary>
    Unknown,
}
