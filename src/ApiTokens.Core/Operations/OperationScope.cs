using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>What the operations of one run share.</summary>
public sealed class OperationScope
{
    /// <summary>Which tokens existed before the run issued any.</summary>
    internal TokenSnapshot Snapshot { get; } = new();

    /// <summary>How many tokens the run may add to accounts that limit them.</summary>
    internal TokenQuota Quota { get; } = new();

    /// <summary>What a connection has issued. It outlives the run: what an earlier run delivered is not an orphan of a later one.</summary>
    internal static IssuedTokenRegistry RegistryOf(TokenConnection connection) => IssuedTokenRegistry.Of(connection);
}
