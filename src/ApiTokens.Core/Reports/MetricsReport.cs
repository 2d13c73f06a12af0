using System.Globalization;
using System.Text;

namespace ApiTokens.Reports;

/// <summary>
/// Writes metrics for a monitoring system. The text is valid in OpenMetrics 1.0 and in the Prometheus text format, which the textfile
/// collector of the node exporter reads: it has gauges only, and no timestamps, which the collector rejects.
/// </summary>
internal sealed class MetricsReport : IReportFormat
{
    public string Extension => ".prom";

    public void Write(TokenReport report, Stream stream)
    {
        ReportFile.CheckHasOnlyTokens(report, Extension);
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var writer = new StreamWriter(stream, encoding, bufferSize: 64 * 1024, leaveOpen: true) { NewLine = "\n" };
        Family(writer, "apitokens_report_timestamp_seconds", "The time of the report.", "seconds");
        Sample(writer, "apitokens_report_timestamp_seconds", [], Seconds(report.CreatedAt));
        WriteTokens(writer, report);
        WriteExpiry(writer, report);
        WriteFindings(writer, report);
        writer.WriteLine("# EOF");
    }

    // All statuses of an account have a sample, so that an alert also works when the first token gets a status.
    private static void WriteTokens(StreamWriter writer, TokenReport report)
    {
        Family(writer, "apitokens_tokens", "The number of tokens by account and status.");
        TokenStatus?[] statuses = [.. Enum.GetValues(typeof(TokenStatus)).Cast<TokenStatus?>(), null];
        foreach (IGrouping<AccountIdentity, ReportToken> account in report.Tokens.GroupBy(token => token.AccountIdentity))
        {
            ReportToken first = account.First();
            foreach (TokenStatus? status in statuses)
            {
                Sample(
                    writer,
                    "apitokens_tokens",
                    [.. Account(first.Service, first.Account, first.BaseUri), ("status", status?.ToString() ?? "Unknown")],
                    account.Count(token => token.Status == status));
            }
        }
    }

    private static void WriteExpiry(StreamWriter writer, TokenReport report)
    {
        ReportToken[] tokens = [.. report.Tokens.Where(token => token.ExpiresAt is not null && token.Status != TokenStatus.Revoked)];
        Family(
            writer, "apitokens_token_expiry_timestamp_seconds",
            "The time when a token expires. A token that never expires has no sample.", "seconds");
        foreach (ReportToken token in tokens)
        {
            Sample(writer, "apitokens_token_expiry_timestamp_seconds", Labels(token), Seconds(token.ExpiresAt!.Value));
        }

        Family(
            writer, "apitokens_token_remaining_seconds",
            "The time from the report to the expiry of a token, negative if it has expired.", "seconds");
        foreach (ReportToken token in tokens)
        {
            Sample(
                writer, "apitokens_token_remaining_seconds", Labels(token), Seconds(token.ExpiresAt!.Value) - Seconds(report.CreatedAt));
        }
    }

    private static void WriteFindings(StreamWriter writer, TokenReport report)
    {
        Family(writer, "apitokens_findings", "The number of findings by account, rule and severity. Waived findings are accepted by the policy.");
        var groups = report.Findings.GroupBy(finding =>
            (TokenIdentity.Of(finding.Service, finding.Account, finding.BaseUri, string.Empty).Account, finding.RuleId, finding.Severity,
                finding.IsWaived));
        foreach (var group in groups)
        {
            ReportFinding first = group.First();
            Sample(
                writer,
                "apitokens_findings",
                [
                    .. Account(first.Service, first.Account, first.BaseUri), ("rule", first.RuleId), ("severity", first.Severity.ToString()),
                    ("waived", first.IsWaived ? "true" : "false"),
                ],
                group.Count());
        }
    }

    private static (string Name, string? Value)[] Account(string service, string account, Uri? baseUri) =>
        [("service", service), ("account", account), ("base_uri", baseUri?.AbsoluteUri)];

    private static (string Name, string? Value)[] Labels(ReportToken token) =>
        [.. Account(token.Service, token.Account, token.BaseUri), ("id", token.Id), ("name", token.Name), ("owner", token.Owner)];

    private static void Family(StreamWriter writer, string name, string help, string? unit = null)
    {
        writer.WriteLine($"# TYPE {name} gauge");
        if (unit is not null)
        {
            writer.WriteLine($"# UNIT {name} {unit}");
        }

        writer.WriteLine($"# HELP {name} {help}");
    }

    private static void Sample(StreamWriter writer, string name, IReadOnlyList<(string Name, string? Value)> labels, long value)
    {
        string set = labels.Count == 0 ? string.Empty
            : $"{{{string.Join(",", labels.Select(label => $"{label.Name}=\"{Escape(label.Value)}\""))}}}";
        writer.WriteLine($"{name}{set} {value.ToString(CultureInfo.InvariantCulture)}");
    }

    private static string Escape(string? value) =>
        ForeignText.InView(value).Replace(@"\", @"\\").Replace("\"", "\\\"").Replace("\n", @"\n");

    private static long Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds();
}
