using System.Globalization;

namespace ApiTokens.Core.Tests.Model;

public sealed class ShardTests
{
    private const int Tokens = 20_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(100)]
    public void Contains_AllShards_HoldEachTokenOnceAndEvenly(int count)
    {
        Shard[] shards = [.. Enumerable.Range(1, count).Select(index => Shard.Parse($"{index}/{count}"))];
        var sizes = new int[count];
        foreach (ApiToken token in SomeTokens())
        {
            int[] owners = [.. Enumerable.Range(0, count).Where(index => shards[index].Contains(token))];
            sizes[Assert.Single(owners)]++;
        }

        // Five standard deviations of a uniform distribution.
        double mean = (double)Tokens / count;
        double tolerance = 5 * Math.Sqrt(mean * (1 - (1.0 / count)));
        Assert.All(sizes, size => Assert.InRange(size, mean - tolerance, mean + tolerance));
    }

    // Machines with different versions may share one job, so these values must never change.
    [Theory]
    [InlineData("Devo", "acme", "1", 5, 69)]
    [InlineData("Devo", "acme", "2", 5, 997)]
    [InlineData("Devo", "zenith", "1", 8, 656)]
    [InlineData("Gcore", "1001", "7001", 1, 289)]
    [InlineData("Wegnology", "user", "575ec7417ae143cd83dc4a95", 3, 627)]
    [InlineData("ApplicationUsers", "größe", "at_0123456789abcdefghij", 1, 73)]
    public void Contains_KnownTokens_AreInFixedShards(string service, string account, string id, int ofEight, int ofThousand)
    {
        var token = new ApiToken { Service = service, Account = account, Id = id };

        Assert.Equal(
            (ofEight, ofThousand),
            (IndexOf(token, 8), IndexOf(token, 1000)));
    }

    [Fact]
    public void Contains_OtherProperties_DoNotAffectShard()
    {
        var bare = new ApiToken { Service = "Devo", Account = "acme", Id = "1" };
        var full = new ApiToken
        {
            Service = "Devo",
            Account = "acme",
            Id = "1",
            Name = "ci",
            Connection = "other",
            Status = TokenStatus.Inactive,
            Owner = "u",
            CreatedAt = DateTimeOffset.UnixEpoch,
        };

        Assert.Equal(IndexOf(bare, 1000), IndexOf(full, 1000));
        Assert.NotEqual(IndexOf(bare, 1000), IndexOf(new ApiToken { Service = "Gcore", Account = "acme", Id = "1" }, 1000));
    }

    [Theory]
    [InlineData("ACME")]
    [InlineData("Acme")]
    public void Contains_AccountInAnotherCase_IsTheSame(string account)
    {
        for (int i = 0; i < 100; i++)
        {
            var token = new ApiToken { Service = "Devo", Account = "acme", Id = $"{i}" };
            Assert.Equal(IndexOf(token, 1000), IndexOf(new ApiToken(token) { Account = account }, 1000));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("0/8")]
    [InlineData("9/8")]
    [InlineData("-1/8")]
    [InlineData("1/0")]
    [InlineData("1/-8")]
    [InlineData("1/8/2")]
    [InlineData("1.0/8")]
    [InlineData(" 1/8")]
    [InlineData("1/99999999999")]
    public void Parse_InvalidText_Throws(string text) =>
        Assert.Equal("InvalidShard", Assert.Throws<ApiTokenException>(() => Shard.Parse(text)).ErrorId);

    [Fact]
    public void ToString_ParsedShard_ReturnsSameText() => Assert.Equal("3/8", Shard.Parse("3/8").ToString());

    private static int IndexOf(ApiToken token, int count) =>
        Enumerable.Range(1, count).Single(index => Shard.Parse($"{index}/{count}").Contains(token));

    private static IEnumerable<ApiToken> SomeTokens() => Enumerable.Range(1, Tokens).Select(i => (i % 3) switch
    {
        // Consecutive ids are the hardest to distribute.
        0 => new ApiToken { Service = "Devo", Account = "acme", Id = i.ToString(CultureInfo.InvariantCulture) },
        1 => new ApiToken { Service = "Wegnology", Account = "user", Id = $"575ec7417ae143cd83{i:x6}" },
        _ => new ApiToken { Service = "Gcore", Account = "1001", Id = (7000 + i).ToString(CultureInfo.InvariantCulture) },
    });
}
