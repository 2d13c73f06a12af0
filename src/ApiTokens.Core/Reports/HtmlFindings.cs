namespace ApiTokens.Reports;

/// <summary>Writes the findings of a page, by severity and rule.</summary>
internal static class HtmlFindings
{
    /// <summary>The maximum number of findings that are listed per rule. The table of tokens has all of them.</summary>
    public const int Rows = 5;

    private static readonly (ReportSeverity Severity, string Heading)[] Groups =
    [
        (ReportSeverity.Error, "Errors"),
        (ReportSeverity.Warning, "Warnings"),
        (ReportSeverity.Information, "For information"),
    ];

    public static void Write(HtmlText html, TokenReport report)
    {
        if (report.Findings.Count == 0)
        {
            html.WriteLine($"<p>This report has no findings.</p>");
        }

        foreach ((ReportSeverity severity, string heading) in Groups)
        {
            ReportFinding[] findings = [.. report.Findings.Where(finding => finding.Severity == severity && !finding.IsWaived)];
            if (findings.Length == 0)
            {
                continue;
            }

            html.WriteLine(
                $"""<h3 class="severity {Style(severity)}">{heading} <span class="count">{HtmlText.Number(findings.Length)}</span></h3>""");
            foreach (IGrouping<string, ReportFinding> rule in findings.GroupBy(finding => finding.RuleId))
            {
                WriteRule(html, rule.Key, Style(severity), [.. rule]);
            }
        }

        WriteWaived(html, [.. report.Findings.Where(finding => finding.IsWaived)]);
    }

    // All of them, because a waiver must not hide a finding.
    private static void WriteWaived(HtmlText html, IReadOnlyList<ReportFinding> findings)
    {
        if (findings.Count == 0)
        {
            return;
        }

        html.WriteLine($"""<h3 class="severity information">Waived <span class="count">{HtmlText.Number(findings.Count)}</span></h3>""");
        html.Write($"""<div class="scroll" role="region" aria-label="Waived" tabindex="0"><table><thead><tr><th scope="col">Token</th>""");
        html.WriteLine($"""<th scope="col">Service</th><th scope="col">Finding</th><th scope="col">Waiver</th></tr></thead><tbody>""");
        foreach (ReportFinding finding in findings)
        {
            html.Write($"""<tr><td><span class="name">{finding.Name}</span><span class="more id">{finding.Id}</span></td>""");
            html.Write($"""<td>{finding.Service}<span class="more">{finding.Account}</span></td>""");
            html.Write($"""<td>{finding.RuleId} ({finding.Severity})<span class="more">{finding.Message}</span></td>""");
            html.WriteLine($"""<td>{finding.Waiver}</td></tr>""");
        }

        html.WriteLine($"</tbody></table></div>");
    }

    /// <summary>Returns the style class of a severity.</summary>
    public static string Style(ReportSeverity severity) => severity switch
    {
        ReportSeverity.Error => "error",
        ReportSeverity.Warning => "warning",
        _ => "information",
    };

    private static void WriteRule(HtmlText html, string rule, string style, IReadOnlyList<ReportFinding> findings)
    {
        html.WriteLine($"""<article class="rule {style}"><h4>{rule} <span class="count">{HtmlText.Number(findings.Count)}</span></h4>""");
        foreach (string action in findings.Select(finding => finding.RecommendedAction)
            .Where(action => action.Length > 0).Distinct().Take(3))
        {
            html.WriteLine($"<p>{action}</p>");
        }

        html.Write($"""<div class="scroll" role="region" aria-label="{rule}" tabindex="0"><table><thead><tr>""");
        html.WriteLine($"""<th scope="col">Token</th><th scope="col">Service</th><th scope="col">Finding</th></tr></thead><tbody>""");
        foreach (ReportFinding finding in findings.Take(Rows))
        {
            html.Write($"""<tr><td><span class="name">{finding.Name}</span><span class="more id">{finding.Id}</span></td>""");
            html.WriteLine($"""<td>{finding.Service}<span class="more">{finding.Account}</span></td><td>{finding.Message}</td></tr>""");
        }

        html.WriteLine($"</tbody></table></div>");
        if (findings.Count > Rows)
        {
            html.Write($"""<p class="rest">{HtmlText.Number(findings.Count - Rows)} more are not listed here. """);
            html.WriteLine($"""<button type="button" data-rule="{rule}" hidden>Show all in the table of tokens</button></p>""");
        }

        html.WriteLine($"</article>");
    }
}
