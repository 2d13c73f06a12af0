using System.Collections.Concurrent;
using ApiTokens.Journal;

namespace ApiTokens.Operations;

/// <summary>The state that the operations of one run share.</summary>
public sealed class OperationScope
{
    /// <summary>The tokens that existed before the run issued any.</summary>
    internal TokenSnapshot Snapshot { get; } = new();

    /// <summary>The tokens that the run has issued or is issuing.</summary>
    internal IssuedTokens Issued { get; } = new();

    /// <summary>Searches for tokens whose response was lost.</summary>
    internal SharedTokenSearch Search { get; } = new();

    /// <summary>Limits the number of tokens that the run may add to an account.</summary>
    internal TokenQuota Quota { get; } = new();

    /// <summary>The operations of earlier runs with the same journal that this run recorded as done.</summary>
    internal ConcurrentDictionary<JournalKey, bool> CompletedEarlierOperations { get; } = new();
}
