using System.Globalization;
using System.Text.Json;

namespace ApiTokens.Reports;

/// <summary>Writes the tokens of a page: rows for the most urgent tokens, and the data from which the script creates the table.</summary>
internal sealed class HtmlTokens(HtmlText html, TokenReport report)
{
    /// <summary>The maximum number of tokens that the page shows without scripts.</summary>
    public const int StaticRows = 200;

    private const int PermissionLength = 160;

    private static readonly string[] Columns = ["Name", "Status", "Expires", "Service", "Owner", "Permissions", "Last used", "Findings"];

    // The most severe findings first, then the earliest expiry.
    private readonly ReportToken[] _tokens =
    [
        .. report.Tokens
            .OrderByDescending(token => report.FindingsOf(token).Select(finding => (int)finding.EffectiveSeverity + 1).FirstOrDefault())
            .ThenBy(token => token.ExpiresAt ?? DateTimeOffset.MaxValue),
    ];

    public void Write()
    {
        if (_tokens.Length == 0)
        {
            html.WriteLine($"<p>This report has no tokens.</p>");
            return;
        }

        WriteFilter();
        WriteRows();
    }

    /// <summary>Writes the data of all tokens: an array of values for each token, in the order that Report.js expects.</summary>
    public void WriteData(Stream stream)
    {
        string[] rules = [.. report.Findings.Select(finding => finding.RuleId).Distinct()];
        Dictionary<string, int> ruleNumbers = rules.Select((rule, number) => (rule, number))
            .ToDictionary(pair => pair.rule, pair => pair.number);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JsonReport.Encoder });
        json.WriteStartObject();
        json.WriteNumber("created", report.CreatedAt.ToUnixTimeSeconds());
        json.WriteStartArray("rules");
        foreach (string rule in rules)
        {
            json.WriteStringValue(ForeignText.InView(rule));
        }

        json.WriteEndArray();
        json.WriteStartArray("tokens");
        foreach (ReportToken token in _tokens)
        {
            WriteData(json, token, ruleNumbers);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteData(Utf8JsonWriter json, ReportToken token, Dictionary<string, int> ruleNumbers)
    {
        json.WriteStartArray();
        foreach (string? text in new[] { token.Name, token.Id, Status(token), token.Service, token.Account, token.Owner,
            Permissions(token) })
        {
            json.WriteStringValue(ForeignText.InView(text));
        }

        foreach (DateTimeOffset? time in new[] { token.ExpiresAt, token.LastUsedAt })
        {
            if (time is { } value)
            {
                json.WriteNumberValue(value.ToUnixTimeSeconds());
            }
            else
            {
                json.WriteNullValue();
            }
        }

        foreach (ReportFinding finding in report.FindingsOf(token))
        {
            json.WriteNumberValue(ruleNumbers[finding.RuleId]);
            json.WriteNumberValue((int)finding.EffectiveSeverity);
        }

        json.WriteEndArray();
    }

    private void WriteFilter()
    {
        html.WriteLine($"""
            <form id="filter" role="search" aria-label="Filter the tokens" hidden>
            <label class="wide">Search <input id="search" type="search" placeholder="name, id, account, owner, permission"
            autocomplete="off" spellcheck="false"></label>
            """);
        IEnumerable<string> statuses = report.Tokens.Select(Status).Distinct().OrderBy(status => status, StringComparer.Ordinal);
        WriteChoice("status", "Status", statuses.Select(status => (status, status)));
        WriteChoice("service", "Service", report.Services.Select(service => (ForeignText.InView(service), service)));
        WriteChoice(
            "expires",
            "Expires",
            [("7", "within 7 days"), ("30", "within 30 days"), ("90", "within 90 days"), ("expired", "has expired"), ("never", "never")]);
        if (report.Findings.Count > 0)
        {
            WriteChoice(
                "finding",
                "Findings",
                [
                    ("any", "any"), ("none", "none"), ("severity:2", "errors"), ("severity:1", "warnings"), (
                        "severity:0", "for information"),
                    .. report.Findings.Select(finding => finding.RuleId).Distinct()
                        .Select(rule => ($"rule:{ForeignText.InView(rule)}", rule)),
                ]);
        }

        html.WriteLine($"""
            <button type="reset">Clear</button>
            </form>
            <p id="count" role="status"></p>
            """);
    }

    private void WriteChoice(string id, string label, IEnumerable<(string Value, string Label)> options)
    {
        html.Write($"""<label>{label} <select id="{id}"><option value="">all</option>""");
        foreach ((string value, string text) in options)
        {
            html.Write($"""<option value="{value}">{text}</option>""");
        }

        html.WriteLine($"</select></label>");
    }

    private void WriteRows()
    {
        if (_tokens.Length > StaticRows)
        {
            html.Write($"""<p id="partial">The {HtmlText.Number(StaticRows)} most urgent of {HtmlText.Number(_tokens.Length)} tokens. """);
            html.WriteLine($"""Enable scripts to show and filter all tokens.</p>""");
        }

        html.Write($"""<div class="scroll tokens" role="region" aria-labelledby="tokens-heading" tabindex="0"><table id="table">""");
        html.WriteLine($"""<caption class="visually-hidden">Tokens</caption>""");
        html.Write($"<thead><tr>");
        foreach (string column in Columns)
        {
            html.Write($"""<th scope="col">{column}</th>""");
        }

        html.WriteLine($"</tr></thead><tbody>");
        foreach (ReportToken token in _tokens.Take(StaticRows))
        {
            WriteRow(token);
        }

        html.WriteLine($"""
            </tbody></table></div>
            <nav id="pages" aria-label="Pages of the table" hidden>
            <button type="button" id="previous">Previous</button> <span id="page"></span> <button type="button" id="next">Next</button>
            </nav>
            """);
    }

    private void WriteRow(ReportToken token)
    {
        html.Write($"""<tr><td><span class="name">{token.Name}</span><span class="more id">{token.Id}</span></td>""");
        html.Write($"""<td><span class="status {Status(token)}">{Status(token)}</span></td>""");
        html.Write($"""<td>{(token.ExpiresAt is { } expiry ? Day(expiry) : "never")}""");
        html.Write($"""<span class="more">{RemainingTime(report.DaysLeft(token))}</span></td>""");
        html.Write($"""<td>{token.Service}<span class="more">{token.Account}</span></td><td>{token.Owner}</td>""");
        html.Write($"""<td class="permissions">{Permissions(token)}</td>""");
        html.Write($"""<td>{(token.LastUsedAt is { } used ? Day(used) : "")}</td><td>""");
        foreach (ReportFinding finding in report.FindingsOf(token))
        {
            html.Write($"""<span class="finding {HtmlFindings.Style(finding.EffectiveSeverity)}">{finding.RuleId}</span> """);
        }

        html.WriteLine($"</td></tr>");
    }

    private static string Status(ReportToken token) => token.Status?.ToString() ?? "Unknown";

    private static string Permissions(ReportToken token)
    {
        string text = token.Permissions;
        return text.Length <= PermissionLength
            ? text
            : text.Substring(0, char.IsHighSurrogate(text[PermissionLength - 1]) ? PermissionLength - 1 : PermissionLength) + "…";
    }

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    // Report.js has the same texts.
    private static string RemainingTime(int? days) => days switch
    {
        null => string.Empty,
        < 0 => $"{HtmlText.Number(-days.Value)} d ago",
        0 => "within a day",
        _ => $"in {HtmlText.Number(days.Value)} d",
    };
}
