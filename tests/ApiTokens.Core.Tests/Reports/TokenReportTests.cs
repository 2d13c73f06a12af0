using ApiTokens.Reports;

namespace ApiTokens.Core.Tests.Reports;

public sealed class TokenReportTests
{
    [Fact]
    public void Tokens_SameTokenTwice_ContainsItOnce()
    {
        TokenReport report = SampleReport.Of([SampleReport.Token(id: "1"), SampleReport.Token(id: "1"), SampleReport.Token(id: "2")]);

        Assert.Equal(["1", "2"], report.Tokens.Select(token => token.Id));
    }

    [Fact]
    public void FindingsOf_SameIdInAnotherAccount_ReturnsOnlyOwnFindings()
    {
        ReportToken own = SampleReport.Token(id: "1");
        ReportToken other = own with { Account = "other" };
        TokenReport report = SampleReport.Of([own, other], [SampleReport.Finding(own)]);

        Assert.Single(report.FindingsOf(own));
        Assert.Empty(report.FindingsOf(other));
    }

    [Fact]
    public void FindingsOf_SeveralSeverities_ReturnsMostSevereFirst()
    {
        ReportToken token = SampleReport.Token();
        TokenReport report = SampleReport.Of(
            [token],
            [
                SampleReport.Finding(token, "A", ReportSeverity.Information), SampleReport.Finding(token, "B", ReportSeverity.Error),
                SampleReport.Finding(token, "C", ReportSeverity.Warning),
            ]);

        Assert.Equal(["B", "C", "A"], report.FindingsOf(token).Select(finding => finding.RuleId));
    }

    [Fact]
    public void Timeline_Tokens_CountsEachOnceUnlessRevoked()
    {
        TokenReport report = SampleReport.Large(5000);
        ExpiryTimeline timeline = report.Timeline;

        Assert.Equal(12, timeline.Months.Count);
        Assert.True(timeline is { Expired: > 0, Never: > 0 });
        Assert.Equal(5000, timeline.Months.Sum(month => month.Total) + timeline.Expired + timeline.Later + timeline.Never);
        Assert.Equal(0, SampleReport.Of([SampleReport.Token(status: TokenStatus.Revoked)]).Timeline.Never);
    }

    [Theory]
    [InlineData("2026-11-30T23:59:59Z", 0)]
    [InlineData("2026-12-01T00:00:00Z", 1)]
    [InlineData("2026-12-01T04:59:59+05:00", 0)]
    [InlineData("2026-11-30T20:00:00-05:00", 1)]
    [InlineData("2027-10-31T23:59:59Z", 11)]
    public void Timeline_ExpiryWithOffset_UsesUtcMonth(string expiresAt, int month)
    {
        TokenReport report = SampleReport.Of([SampleReport.Token(expiresAt: DateTimeOffset.Parse(expiresAt, null))]);

        Assert.Equal(1, report.Timeline.Months[month].Total);
    }

    [Fact]
    public void Timeline_ExpiryOutsideTwelveMonths_IsLaterOrExpired()
    {
        ExpiryTimeline timeline = SampleReport.Of(
        [
            SampleReport.Token(id: "1", expiresAt: new(2027, 11, 1, 0, 0, 0, TimeSpan.Zero)),
            SampleReport.Token(id: "2", expiresAt: SampleReport.Now),
            SampleReport.Token(id: "3", expiresAt: SampleReport.Now.AddSeconds(1)),
        ]).Timeline;

        Assert.Equal((1, 1, 1), (timeline.Later, timeline.Expired, timeline.Months[0].Total));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(23.9, 0)]
    [InlineData(24, 1)]
    [InlineData(-1, -1)]
    [InlineData(-24, -1)]
    public void DaysLeft_PartOfDay_IsRoundedDown(double hours, int days)
    {
        ReportToken token = SampleReport.Token(expiresAt: SampleReport.Now.AddHours(hours).ToOffset(TimeSpan.FromHours(9)));

        Assert.Equal(days, SampleReport.Of([token]).DaysLeft(token));
    }

    [Fact]
    public void ReportTypes_HaveNoSecretProperty()
    {
        Assert.DoesNotContain(
            typeof(ReportToken).GetProperties().Concat(typeof(ReportFinding).GetProperties()),
            property => property.PropertyType == typeof(System.Security.SecureString)
                || property.Name.Contains("Secret", StringComparison.OrdinalIgnoreCase));
    }
}
