using System.Text.Json;
using System.Text.RegularExpressions;
using ApiTokens.Reports;

namespace ApiTokens.Core.Tests.Reports;

/// <summary>Names from services are harmless in every report format.</summary>
public sealed class ReportTextTests
{
    public static TheoryData<string> Hostile { get; } =
    [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "<img src=x onerror=alert(1)>",
        "\" onmouseover=\"alert(1)",
        "' autofocus onfocus='alert(1)",
        "{{script}}{0}",
        "\u2028alert(1)\u2029",
        "gpj.\u202Egnp.exe",
        "a\0b\u001B[31m",
        "\uD800",
        "|`x`|\n# heading",
        "[x](javascript:alert(1))",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Html_HostileName_IsNotMarkup(string name)
    {
        ReportToken token = SampleReport.Token(name, name) with
        {
            Owner = name,
            Account = name,
            Service = name,
            Permissions = name,
            Connection = name,
        };
        var report = new TokenReport(
            name, SampleReport.Now, [token], [SampleReport.Finding(token, name, message: name) with { RecommendedAction = name }])
        {
            Changes = [SampleReport.Change(name), SampleReport.Change(name) with { ChangeKind = TokenChangeKind.Changed }],
            Operations = [.. Enum.GetValues<OperationOutcome>().Select(outcome => SampleReport.Operation(outcome, name))],
        };
        string html = SampleReport.Write(report, ".html");

        Assert.Equal(2, Regex.Count(html, "<script"));
        Assert.Equal(2, Regex.Count(html, "</script>"));
        Assert.Equal(1, Regex.Count(html, "<!"));
        Assert.DoesNotContain("<img", html);
        Assert.DoesNotMatch("""<[^>]*\son\w+=""", WithoutScriptAndValues(html));
        Assert.DoesNotMatch(@"[\0\u001B\u2028\u2029\u202E]", html);
        JsonDocument.Parse(Regex.Match(html, """id="data">(.*)</script>""").Groups[1].Value);
    }

    [Theory]
    [InlineData("gpj.\u202Egnp", "gpj.[U+202E]gnp")]
    [InlineData("a\u200Bb\u00ADc\uFEFF", "a[U+200B]b[U+00AD]c[U+FEFF]")]
    [InlineData("a\u2066b\u2069", "a[U+2066]b[U+2069]")]
    [InlineData("\U000E0041", "[U+E0041]")]
    [InlineData("line\r\nbreak\t", "line  break ")]
    [InlineData("Zoë 名前 👩\u200D💻 می\u200Cخواهم", "Zoë 名前 👩\u200D💻 می\u200Cخواهم")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void VisibleText_InvisibleCharacters_AreReplaced(string? text, string expected)
    {
        Assert.Equal(expected, ForeignText.InView(text));
    }

    [Fact]
    public void VisibleText_UnpairedSurrogates_AreReplaced()
    {
        Assert.Equal("a[U+DC00][U+D800]", ForeignText.InView("a\uDC00\uD800"));
    }

    [Theory]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("\t=1", "\" '=1\"")]
    [InlineData("\uFF1D1", "\"'\uFF1D1\"")]
    [InlineData("\"=1", "\"\"\"'=1\"")]
    [InlineData("a;=1;b", "\"a;'=1;b\"")]
    [InlineData("a\n=1", "\"a =1\"")]
    [InlineData("build=1", "\"build=1\"")]
    [InlineData("a,\"b\"", "\"a,\"\"b\"\"\"")]
    public void Csv_FormulaInName_IsEscaped(string name, string cell)
    {
        string row = SampleReport.Write(SampleReport.Of([SampleReport.Token(name)]), ".csv").Split("\r\n")[1];

        Assert.Contains($",{cell},\"\",\"Active\",", row);
    }

    [Fact]
    public void Csv_Findings_AreInRowOfTokenOrAccount()
    {
        ReportToken token = SampleReport.Token(expiresAt: new DateTimeOffset(2027, 1, 1, 3, 0, 0, TimeSpan.FromHours(3)));
        ReportFinding account = SampleReport.Finding(token with { Id = "", Name = "" }, "NearLimit", message: "9 of 10 tokens.");
        string[] rows = SampleReport.Write(SampleReport.Of([token], [SampleReport.Finding(token), account]), ".csv")
            .TrimEnd()
            .Split("\r\n");

        Assert.Equal(3, rows.Length);
        Assert.EndsWith(",\"2027-01-01T00:00:00Z\",\"\",\"Warning\",\"NeverExpires: It never expires.\"", rows[1]);
        Assert.StartsWith("\"Gcore\",\"1234\",\"\",\"gcore\",\"\",\"\"", rows[2]);
        Assert.EndsWith("\"NearLimit: 9 of 10 tokens.\"", rows[2]);
    }

    [Fact]
    public void Json_UnusualName_IsUnchanged()
    {
        const string Name = "a\u202Eb\n</script> Zoë 名前 👩\u200D💻";
        string json = SampleReport.Write(SampleReport.Of([SampleReport.Token(Name)]), ".json");
        JsonElement root = JsonDocument.Parse(json).RootElement;

        Assert.Equal(Name, root.GetProperty("tokens")[0].GetProperty("name").GetString());
        Assert.Equal("Active", root.GetProperty("tokens")[0].GetProperty("status").GetString());
        Assert.Equal(1, root.GetProperty("totals")[0].GetProperty("byStatus").GetProperty("Active").GetInt32());
        Assert.DoesNotContain("</script>", json);
        Assert.DoesNotContain("\u202E", json);
    }

    [Theory]
    [InlineData("plain", "| `plain` |")]
    [InlineData("a|b", "| <code>a&#124;b</code> |")]
    [InlineData(@"a\|b", "| <code>a&#92;&#124;b</code> |")]
    [InlineData(@"`end\", "| <code>&#96;end&#92;</code> |")]
    [InlineData("a`b``c", "| ``` a`b``c ``` |")]
    [InlineData("@team https://example.com <b>", "| `@team https://example.com <b>` |")]
    [InlineData("two\nlines", "| `two lines` |")]
    public void Markdown_Name_IsCode(string name, string cell)
    {
        Assert.Contains(cell, SampleReport.Write(SampleReport.Of([SampleReport.Token(name)]), ".md"));
    }

    [Fact]
    public void Markdown_Finding_HasNoMentionOrLink()
    {
        ReportToken token = SampleReport.Token();
        string markdown = SampleReport.Write(
            SampleReport.Of(
                [token],
                [
                    SampleReport.Finding(token, message: "<b>@team</b> https://example.com www.example.com [x](y) a|b jdoe@example.com"),
                ]), ".md");

        Assert.Contains(@"| \<b\>@<!-- -->team\</b\> https:\//example.com www\.example.com \[x\](y) a&#124;b jdoe@example.com |", markdown);
    }

    // The page's own script and style contain event names, and quoted attribute values may; nothing else contains quotes.
    private static string WithoutScriptAndValues(string html) =>
        Regex.Replace(Regex.Replace(html, "<(script|style)[^>]*>.*?</\\1>", "", RegexOptions.Singleline), "\"[^\"]*\"", "\"\"");
}
