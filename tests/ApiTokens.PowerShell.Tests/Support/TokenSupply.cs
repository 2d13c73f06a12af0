namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Tokens that a sandbox was started with, distributed so that no two tests use the same one.</summary>
public sealed class TokenSupply(IEnumerable<PSObject> tokens)
{
    private readonly Queue<PSObject> _left = new(tokens);

    /// <summary>Takes some of the tokens; fails if too few remain.</summary>
    public IReadOnlyList<PSObject> Take(int count)
    {
        Assert.True(_left.Count >= count, $"The sandbox has {_left.Count} unused tokens left and {count} are needed: start it with more.");
        return [.. Enumerable.Range(0, count).Select(_ => _left.Dequeue())];
    }
}
