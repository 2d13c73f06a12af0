namespace ApiTokens.Core.Tests.Model;

public sealed class TokenFilterTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(TokenStatus.Active, true)]
    [InlineData(TokenStatus.Inactive, true)]
    [InlineData(TokenStatus.Expired, true)]
    [InlineData(TokenStatus.Revoked, false)]
    public void IsMatch_NoStatus_MatchesAllButRevoked(TokenStatus status, bool expected)
    {
        Assert.Equal(expected, TokenFilter.Existing.IsMatch(new ApiToken { Status = status }));
        Assert.True(new TokenFilter { Statuses = [status] }.IsMatch(new ApiToken { Status = status }));
        Assert.False(TokenFilter.Existing.IncludesDeleted);
    }

    [Fact]
    public void IsMatch_SeveralNames_MatchesAny()
    {
        var filter = new TokenFilter { Names = [new NamePattern("a*"), new NamePattern("*z")] };

        Assert.True(filter.IsMatch(new ApiToken { Name = "Ab" }));
        Assert.True(filter.IsMatch(new ApiToken { Name = "xyz" }));
        Assert.False(filter.IsMatch(new ApiToken { Name = "b" }));
    }

    [Fact]
    public void IsMatch_UserIssuerAndRole_ComparesFullTextIgnoringCase()
    {
        var token = new ApiToken { Owner = "JDoe@example.com", Issuer = "Admin", Role = "Users" };

        Assert.True(new TokenFilter
        {
            Users = [new NamePattern("jdoe@EXAMPLE.com")],
            Issuers = [new NamePattern("admin")],
            Roles = [new NamePattern("users")],
        }.IsMatch(token));
        Assert.False(new TokenFilter { Users = [new NamePattern("jdoe")] }.IsMatch(token));
        Assert.True(new TokenFilter { Users = [new NamePattern("jdoe*")] }.IsMatch(token));
        Assert.True(new TokenFilter { Users = [new NamePattern("other"), new NamePattern("*@example.com")] }.IsMatch(token));
        Assert.False(new TokenFilter { Users = [new NamePattern("other"), new NamePattern("*@example.org")] }.IsMatch(token));
        Assert.False(new TokenFilter { Issuers = [new NamePattern("other")] }.IsMatch(token));
        Assert.False(new TokenFilter { Roles = [new NamePattern("Engineers")] }.IsMatch(token));
        Assert.False(new TokenFilter { Users = [new NamePattern("x")] }.IsMatch(new ApiToken()));
    }

    [Theory]
    [InlineData("Jane Doe", true)]
    [InlineData("123", true)]
    [InlineData("jane@*", true)]
    [InlineData("12", false)]
    [InlineData("123 jane@example.com", false)]
    public void IsMatch_Issuer_ComparesNameAndWordsOfId(string issuer, bool expected)
    {
        var token = new ApiToken { Issuer = "jane@example.com", IssuerName = "Jane Doe", IssuerId = "123" };

        Assert.Equal(expected, new TokenFilter { Issuers = [new NamePattern(issuer)] }.IsMatch(token));
    }

    [Fact]
    public void IsMatch_ExpiryBounds_ExcludeTokensWithoutExpiry()
    {
        var expiring = new TokenFilter { ExpiresAfter = Now, ExpiresBefore = Now.AddDays(7) };

        Assert.True(expiring.IsMatch(new ApiToken { ExpiresAt = Now.AddDays(1) }));
        Assert.False(expiring.IsMatch(new ApiToken { ExpiresAt = Now }));
        Assert.False(expiring.IsMatch(new ApiToken { ExpiresAt = Now.AddDays(7) }));
        Assert.False(expiring.IsMatch(new ApiToken { ExpiresAt = null }));
        Assert.False(new TokenFilter { ExpiresBefore = Now }.IsMatch(new ApiToken()));
        Assert.True(new TokenFilter { NeverExpires = true }.IsMatch(new ApiToken()));
        Assert.False(new TokenFilter { NeverExpires = true }.IsMatch(new ApiToken { ExpiresAt = Now }));
    }

    [Fact]
    public void IsMatch_CreatedBefore_ExcludesTokensWithoutDate()
    {
        var filter = new TokenFilter { CreatedBefore = Now };

        Assert.True(filter.IsMatch(new ApiToken { CreatedAt = Now.AddSeconds(-1) }));
        Assert.False(filter.IsMatch(new ApiToken { CreatedAt = Now }));
        Assert.False(filter.IsMatch(new ApiToken()));
    }

    [Fact]
    public void IsMatch_UnusedSince_MatchesNeverUsedOrLastUsedBefore()
    {
        var filter = new TokenFilter { UnusedSince = Now };

        Assert.True(filter.IsMatch(new ApiToken { CreatedAt = Now.AddDays(-9), LastUsedAt = Now.AddDays(-1) }));
        Assert.True(filter.IsMatch(new ApiToken { CreatedAt = Now.AddDays(-9) }));
        Assert.False(filter.IsMatch(new ApiToken { CreatedAt = Now.AddDays(-9), LastUsedAt = Now.AddDays(1) }));
        Assert.False(filter.IsMatch(new ApiToken { CreatedAt = Now.AddDays(1) }));
    }

    [Fact]
    public void IsMatch_SeveralConditions_RequiresAll()
    {
        var filter = new TokenFilter { Names = [new NamePattern("ci")], Users = [new NamePattern("jdoe")] };

        Assert.True(filter.IsMatch(new ApiToken { Name = "ci", Owner = "jdoe" }));
        Assert.False(filter.IsMatch(new ApiToken { Name = "ci", Owner = "x" }));
        Assert.False(filter.IsMatch(new ApiToken { Name = "x", Owner = "jdoe" }));
    }
}
