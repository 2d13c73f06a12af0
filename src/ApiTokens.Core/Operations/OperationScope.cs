namespace ApiTokens.Operations;

/// <summary>What the operations of one run share.</summary>
public sealed class OperationScope
{
    /// <summary>Which tokens existed before the run issued any.</summary>
    internal TokenSnapshot Snapshot { get; } = new();

    /// <summary>How many tokens the run may add to accounts that limit them.</summary>
    internal TokenQuota Quota { get; } = new();
}
