using System.Collections;
using ApiTokens.Audit;
using ApiTokens.Core.Tests.Reports;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Reports;

namespace ApiTokens.Core.Tests.Audit;

/// <summary>Waivers: accepted findings stay visible, and end on their day.</summary>
public sealed class WaiverTests
{
    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData("ci", "NeverExpires", true)]
    [InlineData("c*", "neverexpires", true)]
    [InlineData("42", "NeverExpires", true)]
    [InlineData("ci", "LongLived", false)]
    [InlineData("other", "NeverExpires", false)]
    [InlineData("4", "NeverExpires", false)]
    public void Waiver_TokenAndRule_WaiveTheFindingButDoNotHideIt(string token, string rule, bool isWaived)
    {
        TokenFinding found = Assert.Single(Check(Waiver(token, rule)), finding => finding.RuleId == "NeverExpires");
        Assert.Equal(isWaived, found.IsWaived);
        Assert.Equal(isWaived ? "jdoe" : null, found.WaivedBy);
        Assert.Equal(FindingSeverity.Warning, found.Severity);
    }

    [Theory]
    [InlineData("Service", "Devo", false)]
    [InlineData("Service", "gcore", true)]
    [InlineData("Account", "99", false)]
    [InlineData("Account", "1001", true)]
    public void Waiver_ServiceOrAccount_NarrowsIt(string field, string value, bool isWaived)
    {
        Hashtable waiver = Waiver("ci", "NeverExpires");
        waiver[field] = value;
        Assert.Equal(isWaived, Check(waiver).Single(finding => finding.RuleId == "NeverExpires").IsWaived);
    }

    [Fact]
    public void Waiver_LastDay_IsValidToItsEndAndThenAFindingOfItsOwn()
    {
        string today = _clock.GetUtcNow().ToString("yyyy-MM-dd");
        Assert.True(Assert.Single(Check(Waiver("ci", "NeverExpires", today))).IsWaived);

        string yesterday = _clock.GetUtcNow().AddDays(-1).ToString("yyyy-MM-dd");
        IReadOnlyList<TokenFinding> found = Check(Waiver("ci", "NeverExpires", yesterday));
        Assert.Equal(["NeverExpires", "WaiverExpired"], found.Select(finding => finding.RuleId));
        Assert.False(found[0].IsWaived);
        Assert.Equal("42", found[1].Id);
        Assert.Contains($"'ci' ended on {yesterday}. It was approved by jdoe: migration", found[1].Message);

        // Also without the token.
        Assert.Equal("WaiverExpired", Assert.Single(Check(Waiver("gone", "NeverExpires", yesterday)), finding => finding.Id.Length == 0).RuleId);
    }

    public static TheoryData<Hashtable, string> Faulty => new()
    {
        { Without("Token"), "'Token'" },
        { Without("Rule"), "'Rule'" },
        { Without("Reason"), "'Reason'" },
        { Without("ApprovedBy"), "'ApprovedBy'" },
        { Without("Until"), "'Until'" },
        { Waiver("ci", "NeverExpires", "31.01.2027"), "not a date" },
        { Waiver("ci", "NeverExpires", "9999-12-31"), "not a date" },
        { Waiver("ci", "NoSuchRule"), "NoSuchRule" },
        { new Hashtable(Waiver("ci", "NeverExpires")) { ["Colour"] = "red" }, "'Colour'" },
    };

    [Theory]
    [MemberData(nameof(Faulty))]
    public void Read_FaultyWaiver_NamesTheFault(Hashtable waiver, string named)
    {
        ApiTokenException error = Assert.Throws<ApiTokenException>(() => new TokenAudit(Policy(waiver)));
        Assert.Contains(named, error.Message);
        Assert.NotNull(error.Advice);
    }

    [Theory]
    [InlineData("text")]
    [InlineData(3)]
    [InlineData(null)]
    public void Read_WaiverThatIsNoTable_Fails(object? value) => Assert.Equal(
        "InvalidPolicy", Assert.Throws<ApiTokenException>(() => PolicyTable.Read(new Hashtable { ["Waiver"] = value })).ErrorId);

    [Theory]
    [InlineData(".html", "Waived <span class=\"count\">1</span>", "waived by jdoe until 2027-01-31: migration")]
    [InlineData(".md", "| Waived |", "waived by jdoe until 2027-01-31: migration")]
    [InlineData(".csv", "\"Waived\"", "waived by jdoe until 2027-01-31: migration")]
    [InlineData(".json", "\"waivedBy\": \"jdoe\"", "migration")]
    [InlineData(".prom", "waived=\"true\"} 1", "")]
    public void Report_WaivedFinding_IsShownAsWaived(string extension, params string[] expected)
    {
        ReportToken token = SampleReport.Token();
        ReportFinding waived = SampleReport.Finding(token, severity: ReportSeverity.Error) with
        {
            WaivedBy = "jdoe",
            WaivedUntil = new DateTimeOffset(2027, 2, 1, 0, 0, 0, TimeSpan.Zero),
            WaiverReason = "migration",
        };
        TokenReport report = SampleReport.Of([token], [waived]);
        Assert.Equal(0, report.Count(ReportSeverity.Error));
        string text = SampleReport.Write(report, extension);
        Assert.All(expected, part => Assert.Contains(part, text));
    }

    [Fact]
    public void Rules_NameAnItemOfTheTop10()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "policy.md"));
        Assert.All(FindingRules.All, rule =>
        {
            Assert.Matches(@"^NHI([1-9]|10):2025 \w", rule.NhiRisk);
            Assert.Contains($"| `{rule.Id}` |", page);
            string row = page.Split('\n').Single(line => line.StartsWith($"| `{rule.Id}` |", StringComparison.Ordinal));
            Assert.Contains($"| {rule.NhiRisk.Split(':')[0]} |", row);
        });
    }

    private static Hashtable Without(string field)
    {
        Hashtable waiver = Waiver("ci", "NeverExpires");
        waiver.Remove(field);
        return waiver;
    }

    private static Hashtable Waiver(string token, string rule, string until = "2099-12-31") => new()
    {
        ["Token"] = token,
        ["Rule"] = rule,
        ["Reason"] = "migration",
        ["ApprovedBy"] = "jdoe",
        ["Until"] = until,
    };

    private static FindingPolicy Policy(Hashtable waiver) => PolicyTable.Read(new Hashtable { ["Waiver"] = new object[] { waiver } });

    private IReadOnlyList<TokenFinding> Check(Hashtable waiver)
    {
        var audit = new TokenAudit(Policy(waiver) with { Rule = ["NeverExpires", "WaiverExpired"] }, _clock);
        var token = new ApiToken
        {
            Service = "Gcore",
            Account = "1001",
            Connection = "gcore",
            Id = "42",
            Name = "ci",
            Status = TokenStatus.Active,
            CreatedAt = _clock.GetUtcNow(),
        };
        return [.. audit.Check(token), .. audit.Complete()];
    }
}
