using ApiTokens.Reports;

namespace ApiTokens.Core.Tests.Reports;

/// <summary>Which tokens are new, gone or changed between two lists.</summary>
public sealed class TokenComparisonTests
{
    private static readonly ReportToken Token = SampleReport.Token(expiresAt: SampleReport.Now.AddDays(30)) with
    {
        BaseUri = new Uri("https://service.example"),
    };

    [Fact]
    public void Compare_EqualLists_HasNoChange() => Assert.Empty(TokenComparison.Compare([Token], [Token]));

    [Fact]
    public void Compare_TokenInOneListOnly_IsNewOrGone()
    {
        ReportToken other = Token with { Id = "2", Name = "other" };
        TokenChange gone = Assert.Single(TokenComparison.Compare([Token, other], [Token]));
        TokenChange added = Assert.Single(TokenComparison.Compare([Token], [Token, other]));
        Assert.Equal((TokenChangeKind.Gone, "2", "other"), (gone.ChangeKind, gone.Id, gone.Name));
        Assert.Equal((TokenChangeKind.New, "2", null), (added.ChangeKind, added.Id, added.Property));
    }

    [Fact]
    public void Compare_SeveralProperties_GivesOneChangeForEach()
    {
        ReportToken later = Token with { Name = "renamed", Status = TokenStatus.Inactive, ExpiresAt = null, Owner = null };
        IReadOnlyList<TokenChange> changes = TokenComparison.Compare([Token], [later]);
        Assert.Equal(
            [("Name", "ci", "renamed"), ("Status", "Active", "Inactive"), ("Owner", "jdoe", ""),
                ("ExpiresAt", "2026-12-22T09:30:00Z", "never")],
            changes.Select(change => (change.Property, change.OldValue, change.NewValue)));
        Assert.All(changes, change => Assert.Equal((TokenChangeKind.Changed, "renamed"), (change.ChangeKind, change.Name)));
    }

    [Theory]
    [InlineData("table.read table.write", "table.write table.read", false)]
    [InlineData("table.read", "table.read table.write", true)]
    [InlineData("location=Read", "location=Full", true)]
    public void Compare_Permissions_IgnoresTheirOrder(string before, string after, bool isChange) =>
        Assert.Equal(
            isChange ? ["Permissions"] : [],
            TokenComparison.Compare([Token with { Permissions = before }], [Token with { Permissions = after }])
                .Select(change => change.Property));

    [Fact]
    public void Compare_SameIdInAnotherAccountOrAtAnotherAddress_IsAnotherToken()
    {
        ReportToken[] others = [Token with { Account = "99" }, Token with { BaseUri = new Uri("https://staging.example") }];
        IReadOnlyList<TokenChange> changes = TokenComparison.Compare([Token], others);
        Assert.Equal(2, changes.Count(change => change.ChangeKind == TokenChangeKind.New));
        Assert.Equal("1234", Assert.Single(changes, change => change.ChangeKind == TokenChangeKind.Gone).Account);
    }

    [Fact]
    public void Compare_RevokedToken_IsNeitherNewNorGone()
    {
        ReportToken revoked = Token with { Status = TokenStatus.Revoked };
        Assert.Empty(TokenComparison.Compare([revoked], []));
        Assert.Empty(TokenComparison.Compare([], [revoked]));
        Assert.Equal("Status", Assert.Single(TokenComparison.Compare([Token], [revoked])).Property);
    }

    [Fact]
    public void Compare_FractionOfASecond_IsNoChange() =>
        Assert.Empty(TokenComparison.Compare([Token], [Token with { ExpiresAt = Token.ExpiresAt!.Value.AddMilliseconds(3) }]));
}
