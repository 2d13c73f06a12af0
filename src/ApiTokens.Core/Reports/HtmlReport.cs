using System.Globalization;
using System.Text;

namespace ApiTokens.Reports;

/// <summary>
/// Writes one page without external resources. Its content security policy allows only its own script, which creates the table of
/// all tokens from embedded data. Without scripts, the page shows the most urgent tokens.
/// </summary>
internal sealed class HtmlReport : IReportFormat
{
    private static readonly TokenStatus[] Statuses = [.. Enum.GetValues(typeof(TokenStatus)).Cast<TokenStatus>()];

    public string Extension => ".html";

    public void Write(TokenReport report, Stream stream)
    {
        string style = HtmlTemplate.Read("Report.css");
        string script = HtmlTemplate.Read("Report.js");
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var writer = new StreamWriter(stream, encoding, bufferSize: 64 * 1024, leaveOpen: true);
        var html = new HtmlText(writer);
        var tokens = new HtmlTokens(html, report);
        HtmlTemplate.Write(writer, withTokens: !report.IsRecord, new Dictionary<string, Action>
        {
            ["policy"] = () => writer.Write(Policy(style, script)),
            ["version"] = () => html.Write($"{typeof(HtmlReport).Assembly.GetName().Version.ToString(3)}"),
            ["title"] = () => html.Write($"{report.Title}"),
            ["created"] = () => html.Write($"""<time datetime="{report.CreatedAt:O}">{HtmlText.Timestamp(report.CreatedAt)}</time>"""),
            ["style"] = () => writer.Write(style),
            ["script"] = () => writer.Write(script),
            ["tiles"] = () => WriteTiles(html, report),
            ["operations"] = () => HtmlOperations.Write(html, report),
            ["changes"] = () => HtmlChanges.Write(html, report),
            ["totals"] = () => WriteTotals(html, report),
            ["timeline"] = () => WriteTimeline(html, report),
            ["findings"] = () => HtmlFindings.Write(html, report),
            ["tokens"] = tokens.Write,
            ["data"] = () =>
            {
                writer.Flush();
                tokens.WriteData(stream);
            },
        });
    }

    /// <summary>Returns the content security policy, which allows only the page's own style and script.</summary>
    internal static string Policy(string style, string script) =>
        $"default-src 'none'; style-src {HtmlTemplate.Hash(style)}; script-src {HtmlTemplate.Hash(script)}; base-uri 'none'; "
            + "form-action 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    private static void WriteTiles(HtmlText html, TokenReport report)
    {
        if (report.Operations.Count > 0)
        {
            var record = new OperationRecord(report.Operations);
            Tile(html, "Operations", report.Operations.Count);
            Tile(html, "Done", record.Count(OperationOutcome.Done));
            Tile(html, "Left to do", record.Left.Count, "error");
        }

        if (report.Changes.Count > 0)
        {
            Tile(html, "New", report.Count(TokenChangeKind.New), "warning");
            Tile(html, "Gone", report.Count(TokenChangeKind.Gone), "warning");
            Tile(html, "Changed", report.Count(TokenChangeKind.Changed), "warning");
        }

        if (!report.IsRecord)
        {
            WriteTokenTiles(html, report);
        }
    }

    private static void WriteTokenTiles(HtmlText html, TokenReport report)
    {
        int soon = report.Tokens.Count(token =>
            token.Status is not (TokenStatus.Revoked or TokenStatus.Expired) && report.DaysLeft(token) is >= 0 and < 30);
        Tile(html, "Tokens", report.Tokens.Count);
        Tile(html, "Active", report.Count(TokenStatus.Active));
        Tile(html, "Expire in 30 days", soon, "warning");
        Tile(html, "Expired", report.Timeline.Expired);
        Tile(html, "Never expire", report.Timeline.Never);
        if (report.Findings.Count > 0)
        {
            Tile(html, "Errors", report.Count(ReportSeverity.Error), "error");
            Tile(html, "Warnings", report.Count(ReportSeverity.Warning), "warning");
        }
    }

    private static void Tile(HtmlText html, string label, int number, string style = "") =>
        html.WriteLine($"""<div class="tile {(number > 0 ? style : "")}"><dt>{label}</dt><dd>{HtmlText.Number(number)}</dd></div>""");

    private static void WriteTotals(HtmlText html, TokenReport report)
    {
        if (report.Tokens.Count == 0)
        {
            html.WriteLine($"<p>This report has no tokens.</p>");
            return;
        }

        TokenStatus?[] columns = report.Count(status: null) > 0 ? [.. Statuses, null] : [.. Statuses];
        html.WriteLine($"""<div class="scroll" role="region" aria-labelledby="totals-heading" tabindex="0"><table class="numbers">""");
        html.Write($"""<thead><tr><th scope="col">Service</th>""");
        foreach (TokenStatus? status in columns)
        {
            html.Write($"""<th scope="col">{status?.ToString() ?? "Unknown"}</th>""");
        }

        html.WriteLine($"""<th scope="col">Total</th></tr></thead><tbody>""");
        for (int i = 0; i < report.Services.Count; i++)
        {
            html.Write($"""<tr><th scope="row"><span class="key {TimelineChart.ColourOf(i)}"></span>{report.Services[i]}</th>""");
            WriteCounts(html, columns, status => report.Count(status, report.Services[i]));
        }

        html.Write($"""</tbody><tfoot><tr><th scope="row">All</th>""");
        WriteCounts(html, columns, status => report.Count(status));
        html.WriteLine($"</tfoot></table></div>");
    }

    private static void WriteCounts(HtmlText html, TokenStatus?[] columns, Func<TokenStatus?, int> count)
    {
        int[] counts = [.. columns.Select(count)];
        foreach (int number in counts.Append(counts.Sum()))
        {
            WriteNumber(html, number);
        }

        html.WriteLine($"</tr>");
    }

    private static void WriteTimeline(HtmlText html, TokenReport report)
    {
        ExpiryTimeline timeline = report.Timeline;
        if (report.Tokens.Count > 0)
        {
            html.WriteLine($"""<ul class="legend">""");
            for (int i = 0; i < report.Services.Count; i++)
            {
                html.WriteLine($"""<li><span class="key {TimelineChart.ColourOf(i)}"></span>{report.Services[i]}</li>""");
            }

            html.WriteLine($"</ul>");
            new TimelineChart(html, report).Write();
        }

        html.Write($"""<p>In addition, {HtmlText.Number(timeline.Expired)} have expired, """);
        html.Write($"""{HtmlText.Number(timeline.Later)} expire later, """);
        html.WriteLine($"""and {HtmlText.Number(timeline.Never)} never expire.</p>""");
        if (report.Tokens.Count == 0)
        {
            return;
        }

        html.Write($"""<details><summary>The months as a table</summary><div class="scroll" role="region" """);
        html.WriteLine($"""aria-label="Expirations by month" tabindex="0"><table class="numbers">""");
        html.Write($"""<thead><tr><th scope="col">Month</th>""");
        foreach (string service in report.Services)
        {
            html.Write($"""<th scope="col">{service}</th>""");
        }

        html.WriteLine($"""<th scope="col">Total</th></tr></thead><tbody>""");
        foreach (ExpiryMonth month in timeline.Months)
        {
            html.Write($"""<tr><th scope="row">{month.Start.ToString("MMMM yyyy", CultureInfo.InvariantCulture)}</th>""");
            foreach (int number in month.ByService.Append(month.Total))
            {
                WriteNumber(html, number);
            }

            html.WriteLine($"</tr>");
        }

        html.WriteLine($"</tbody></table></div></details>");
    }

    // Zeros have a lighter color, so that other numbers stand out.
    private static void WriteNumber(HtmlText html, int number) =>
        html.Write($"""<td class="{(number == 0 ? "none" : "")}">{HtmlText.Number(number)}</td>""");
}
