using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ApiTokens.Reports;

namespace ApiTokens.Core.Tests.Reports;

/// <summary>
/// The metrics comply with OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/) and with the Prometheus text format.
/// </summary>
public sealed class MetricsReportTests
{
    [Fact]
    public void Metrics_Tokens_HaveCountsByStatusAndTheirExpiry()
    {
        ReportToken token = SampleReport.Token(expiresAt: SampleReport.Now.AddDays(2));
        ReportToken expired = SampleReport.Token("old", "2", SampleReport.Now.AddHours(-1), TokenStatus.Expired);
        ReportToken never = SampleReport.Token("forever", "3");
        ReportToken revoked = SampleReport.Token("gone", "4", SampleReport.Now.AddDays(9), TokenStatus.Revoked);
        IReadOnlyList<Sample> samples = Parse(
            SampleReport.Of([token, expired, never, revoked], [SampleReport.Finding(never), SampleReport.Finding(token)]));

        Assert.Equal(SampleReport.Now.ToUnixTimeSeconds(), Assert.Single(samples, Is("apitokens_report_timestamp_seconds")).Value);
        Assert.Equal(
            [("Active", 2), ("Expired", 1), ("Inactive", 0), ("Revoked", 1), ("Unknown", 0)],
            samples.Where(sample => sample.Name == "apitokens_tokens")
                .Select(sample => (sample.Labels["status"], (int)sample.Value)).Order());
        Assert.Equal(
            [("1", 172800), ("2", -3600)],
            samples.Where(sample => sample.Name == "apitokens_token_remaining_seconds")
                .Select(sample => (sample.Labels["id"], (int)sample.Value)).Order());
        Assert.Equal(
            token.ExpiresAt!.Value.ToUnixTimeSeconds(),
            samples.Single(sample => sample.Name == "apitokens_token_expiry_timestamp_seconds" && sample.Labels["id"] == "1").Value);
        Sample finding = Assert.Single(samples, Is("apitokens_findings"));
        Assert.Equal(("NeverExpires", "Warning", 2), (finding.Labels["rule"], finding.Labels["severity"], (int)finding.Value));

        static Predicate<Sample> Is(string name) => sample => sample.Name == name;
    }

    [Theory]
    [InlineData("quoted \"name\"", "quoted \"name\"")]
    [InlineData(@"back\slash\n", @"back\slash\n")]
    [InlineData("two\nlines", "two lines")]
    [InlineData("# TYPE evil counter\n# EOF", "# TYPE evil counter # EOF")]
    [InlineData("a} 1 {b=\"", "a} 1 {b=\"")]
    [InlineData("名前 👩\u200D💻", "名前 👩\u200D💻")]
    [InlineData("\u202E\0", "[U+202E][U+0000]")]
    public void Metrics_UnusualName_IsOneLabelValue(string name, string expected)
    {
        ReportToken token = SampleReport.Token(name, name, SampleReport.Now.AddDays(2)) with { Owner = name, Account = name, Service = name };
        IReadOnlyList<Sample> samples = Parse(SampleReport.Of([token], [SampleReport.Finding(token, name)]));
        Sample expiry = samples.Single(sample => sample.Name == "apitokens_token_remaining_seconds");
        Assert.All(["service", "account", "id", "name", "owner"], label => Assert.Equal(expected, expiry.Labels[label]));
    }

    [Fact]
    public void Metrics_ManyTokens_AreValid() => Assert.InRange(Parse(SampleReport.Large(5000)).Count, 9000, 12000);

    [Fact]
    public void Metrics_NoTokens_AreValid() => Assert.Single(Parse(SampleReport.Of([])));

    [Fact]
    public void Metrics_Operations_AreRefused()
    {
        var report = new TokenReport("Record", SampleReport.Now, [], []) { Changes = [SampleReport.Change("text")] };
        ApiTokenException error = Assert.Throws<ApiTokenException>(() => SampleReport.Write(report, ".prom"));
        Assert.Equal("InvalidPath", error.ErrorId);
    }

    private static IReadOnlyList<Sample> Parse(TokenReport report)
    {
        string path = Path.Combine(Path.GetTempPath(), $"apitokens-{Guid.NewGuid():N}.prom");
        try
        {
            ReportFile.Write(report, path);
            return MetricsParser.Parse(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

    /// <summary>Accepts only what both formats allow.</summary>
    private static class MetricsParser
    {
        private const string MetricName = "[a-zA-Z_:][a-zA-Z0-9_:]*";
        private const string Label = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\n]|\\\\[\"\\\\n])*\"";

        private static readonly Regex SampleLine = new($"^({MetricName})(?:\\{{({Label}(?:,{Label})*)\\}})? (-?[0-9]+(?:\\.[0-9]+)?)$");
        private static readonly Regex LabelPart = new("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\"\\\\n])*)\"");
        private static readonly Regex Escape = new(@"\\(.)");

        public static IReadOnlyList<Sample> Parse(string text)
        {
            // OpenMetrics: lines end with a line feed only, none is empty, and the last one is the end marker.
            Assert.EndsWith("\n# EOF\n", text);
            Assert.DoesNotContain('\r', text);
            Assert.False(text.StartsWith('\uFEFF'));
            string[] lines = text.Split('\n')[..^2];
            Assert.DoesNotContain(string.Empty, lines);
            var families = new Dictionary<string, HashSet<string>>();
            var seen = new HashSet<string>();
            var samples = new List<Sample>();
            string family = string.Empty;
            foreach (string line in lines)
            {
                if (line.StartsWith('#'))
                {
                    string[] parts = line.Split(' ', 4);
                    Assert.Equal("#", parts[0]);
                    Assert.Contains(parts[1], new[] { "TYPE", "UNIT", "HELP" });
                    Assert.Matches($"^{MetricName}$", parts[2]);
                    if (parts[2] != family)
                    {
                        // The metadata and the samples of a family are not interleaved with those of another.
                        family = parts[2];
                        Assert.True(families.TryAdd(family, []), line);
                    }

                    Assert.True(families[family].Add(parts[1]), line);
                    Assert.False(samples.Count > 0 && samples[^1].Name == family, line);
                    if (parts[1] == "TYPE")
                    {
                        Assert.Equal("gauge", parts[3]);
                    }
                    else if (parts[1] == "UNIT")
                    {
                        Assert.EndsWith($"_{parts[3]}", family);
                    }
                    else
                    {
                        Assert.DoesNotMatch("[\"\\\\]", parts[3]);
                    }

                    continue;
                }

                Match match = SampleLine.Match(line);
                Assert.True(match.Success, line);
                Assert.Equal(family, match.Groups[1].Value);
                Assert.Contains("TYPE", families[family]);
                Assert.Contains("HELP", families[family]);
                Dictionary<string, string> labels = LabelPart.Matches(match.Groups[2].Value).ToDictionary(
                    label => label.Groups[1].Value,
                    label => Escape.Replace(label.Groups[2].Value, c => c.Groups[1].Value == "n" ? "\n" : c.Groups[1].Value));
                Assert.DoesNotContain(labels.Keys, label => label.StartsWith("__", StringComparison.Ordinal));
                Assert.True(
                    seen.Add($"{family} {string.Join('\0', labels.OrderBy(label => label.Key).Select(label => $"{label}"))}"), line);
                samples.Add(new Sample(family, labels, double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture)));
            }

            return samples;
        }
    }
}
