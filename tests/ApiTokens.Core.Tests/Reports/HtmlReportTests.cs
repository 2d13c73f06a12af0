using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ApiTokens.Reports;

namespace ApiTokens.Core.Tests.Reports;

public sealed class HtmlReportTests
{
    private static readonly string Page = SampleReport.Write(SampleReport.Large(1000), ".html");

    [Fact]
    public void ContentSecurityPolicy_AllowsOnlyStyleAndScriptOfPage()
    {
        string policy = Regex.Match(Page, """http-equiv="Content-Security-Policy" content="([^"]*)">""").Groups[1].Value;
        string style = Regex.Match(Page, "<style>(.*?)</style>", RegexOptions.Singleline).Groups[1].Value;
        string script = Regex.Match(Page, "<script>(.*?)</script>", RegexOptions.Singleline).Groups[1].Value;

        Assert.Equal(
            $"default-src 'none'; style-src {Hash(style)}; script-src {Hash(script)}; base-uri 'none'; form-action 'none'; "
                + "require-trusted-types-for 'script'; trusted-types 'none'",
            policy);
        Assert.NotEqual(HtmlReport.Policy(style, script), HtmlReport.Policy(style, script + " "));
        Assert.DoesNotContain("unsafe", policy);
    }

    [Fact]
    public void Page_HasNoExternalResources()
    {
        Assert.DoesNotMatch("""\s(src|srcset|action|style|on[a-z]+)=|url\(|@import|https?://|<link|<base|<iframe""", Page);
        Assert.Equal(["#tokens"], Regex.Matches(Page, "href=\"([^\"]*)\"").Select(link => link.Groups[1].Value));
    }

    [Fact]
    public void Page_HasLandmarkRolesHeadingsAndAccessibleNames()
    {
        Assert.Contains("<html lang=\"en\">", Page);
        Assert.Equal(1, Regex.Count(Page, "<h1>"));
        Assert.All(
            new[] { "<header>", "<main>", "<footer>", "role=\"search\"", "role=\"status\"", "<caption" },
            part => Assert.Contains(part, Page));
        foreach (Match reference in Regex.Matches(Page, "aria-labelledby=\"([^\"]*)\""))
        {
            Assert.All(reference.Groups[1].Value.Split(' '), id => Assert.Equal(1, Regex.Count(Page, $" id=\"{id}\"")));
        }
    }

    [Fact]
    public void Chart_HasDescriptionAndEquivalentTable()
    {
        string chart = Regex.Match(Page, "<svg.*?</svg>", RegexOptions.Singleline).Value;

        Assert.Contains("role=\"img\" aria-labelledby=\"chart-title chart-description\"", chart);
        Assert.Contains("tokens expire from November 2026 to October 2027", chart);
        Assert.Equal(12, Regex.Count(chart, "class=\"month\""));
        Assert.Equal(12, Regex.Count(Page, "<th scope=\"row\">[A-Z][a-z]+ 202[67]</th>"));
    }

    [Fact]
    public void Page_WithoutScript_ListsMostUrgentTokens()
    {
        string table = Regex.Match(Page, "<table id=\"table\">.*?</table>", RegexOptions.Singleline).Value;

        Assert.Equal(HtmlTokens.StaticRows, Regex.Count(table, "<tr><td>"));
        Assert.Equal(100, Regex.Count(table, "NeverExpires"));
        Assert.True(
            table.LastIndexOf("NeverExpires", StringComparison.Ordinal) < table.IndexOf("d ago", StringComparison.Ordinal),
            "Tokens with findings must come first, then those with the earliest expiry.");
        Assert.Contains("The 200 most urgent of 1,000 tokens.", Page);
        Assert.Contains("<form id=\"filter\" role=\"search\" aria-label=\"Filter the tokens\" hidden>", Page);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(99)]
    [InlineData(12345)]
    public void Chart_AnyCount_HasSuitableScale(int count)
    {
        IEnumerable<ReportToken> expiring = Enumerable.Range(0, count)
            .Select(i => SampleReport.Token(id: $"{i}", expiresAt: SampleReport.Now.AddDays(40)));
        string page = SampleReport.Write(SampleReport.Of(expiring.Append(SampleReport.Token(id: "never"))), ".html");
        string chart = Regex.Match(page, "<svg.*?</svg>", RegexOptions.Singleline).Value;
        int[] scale =
        [
            .. Regex.Matches(chart, "class=\"scale\"[^>]*>([\\d,]+)<").Select(
                line => int.Parse(line.Groups[1].Value.Replace(",", ""), null)),
        ];

        Assert.InRange(scale.Length, 2, 6);
        Assert.True(scale.Max() >= count);
        Assert.True(scale.Max() <= Math.Max(2, count * 2));
    }

    private static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";
}
