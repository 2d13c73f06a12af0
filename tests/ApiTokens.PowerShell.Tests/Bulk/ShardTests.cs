using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>Get-ApiToken -Shard: dividing the tokens between several machines.</summary>
public sealed class ShardTests(ShardTests.Fixture fixture) : CmdletTest<ShardTests.Fixture>(fixture)
{
    [Theory]
    [ClassData(typeof(EachService))]
    public void Shard_AllParts_AreEverythingOnce(string connection)
    {
        IReadOnlyList<string> all = Output("param($Connection) Get-ApiToken -Connection $Connection", connection).Texts("Id");
        IReadOnlyList<string>[] parts = [.. Enumerable.Range(1, 8).Select(number => Shard(connection, $"{number}/8"))];
        Assert.Equal(all.Order(), parts.SelectMany(part => part).Order());

        // The shards have about the same size.
        Assert.All(
            parts,
            part => Assert.True(
                part.Count > all.Count / 16.0 && part.Count < all.Count / 4.0, $"A part has {part.Count} of {all.Count} tokens."));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Shard_OtherTokensExist_GivesTheSamePart(string connection)
    {
        IReadOnlyList<string> part = Shard(connection, "3/8");
        List<PSObject> others = [.. Enumerable.Range(0, 5).Select(_ => NewToken(connection, NewName("other")))];
        try
        {
            IReadOnlyList<PSObject> now = Output("param($Connection) Get-ApiToken -Connection $Connection -Shard 3/8", connection);
            Assert.Equal(part, now.Where(token => !token.Text("Name").StartsWith("other-")).Texts("Id"));
            IReadOnlyList<string> named = Output(
                "param($Connection) Get-ApiToken -Connection $Connection -Name 'token-*' -Shard 3/8", connection).Texts("Id");
            Assert.NotEmpty(named);
            Assert.Subset(part.ToHashSet(), named.ToHashSet());
            Assert.Equal(
                Output("param($Connection) Get-ApiToken -Connection $Connection", connection).Count, Shard(connection, "1/1").Count);
        }
        finally
        {
            Run("param($Tokens) $Tokens | Remove-ApiToken", others).ShouldSucceed();
        }
    }

    [Theory]
    [InlineData("0/8")]
    [InlineData("9/8")]
    [InlineData("8")]
    [InlineData("/")]
    [InlineData("1/")]
    [InlineData("/8")]
    [InlineData("1/0")]
    [InlineData("-1/8")]
    [InlineData("1/-8")]
    [InlineData("1/8/2")]
    [InlineData("a/b")]
    [InlineData("1.5/8")]
    [InlineData("1 / 8")]
    [InlineData("1/99999999999")]
    [InlineData("all")]
    public void Shard_Invalid_IsRefusedBeforeAnyRequest(string shard)
    {
        int before = Sandbox.Count().Total;
        RunResult result = Run("param($Shard) Get-ApiToken -Connection wegnology -Shard $Shard", shard);
        Assert.NotNull(result.Terminating);
        ErrorRecord error = result.ShouldFail("InvalidShard");
        Assert.Contains(shard, error.ToString());
        Assert.Contains("3/8", error.Advice());
        Assert.Equal(before, Sandbox.Count().Total);
    }

    private IReadOnlyList<string> Shard(string connection, string shard) =>
        Output("param($Connection, $Shard) Get-ApiToken -Connection $Connection -Shard $Shard", connection, shard).Texts("Id");

    public sealed class Fixture() : ManyTokensFixture("-Tokens 400");
}
