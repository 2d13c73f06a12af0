using System.Globalization;

namespace ApiTokens.Reports;

/// <summary>Writes the record of operations: their counts by run, what is left to do, and what was done.</summary>
internal static class HtmlOperations
{
    public static void Write(HtmlText html, TokenReport report)
    {
        if (report.Operations.Count == 0)
        {
            return;
        }

        var record = new OperationRecord(report.Operations);
        html.WriteLine($"""  <section aria-labelledby="operations-heading">""");
        html.WriteLine($"""    <h2 id="operations-heading">Record of operations</h2>""");
        html.Write($"<p>{record.Summary(HtmlText.Number)} From {Time(report.Operations.Min(operation => operation.Time))} ");
        html.WriteLine($"to {Time(report.Operations.Max(operation => operation.Time))}.</p>");
        WriteRuns(html, record);
        html.WriteLine($"""<h3>Left to do <span class="count">{HtmlText.Number(record.Left.Count)}</span></h3>""");
        WriteLeft(html, record);
        html.WriteLine($"""<h3>Done <span class="count">{HtmlText.Number(record.Done.Count)}</span></h3>""");
        WriteDone(html, record);
        html.WriteLine($"  </section>");
        html.WriteLine($"");
    }

    private static void WriteRuns(HtmlText html, OperationRecord record)
    {
        Start(html, "Operations by run", "numbers", ["Run", "Done", "Failed", "Unknown", "Total"]);
        foreach (OperationRun run in record.Runs)
        {
            html.Write($"""<tr><th scope="row">Run {run.Number}: {run.Names}<span class="more">{run.FileName}, """);
            html.Write($"""started {Time(run.At)}</span></th>""");
            WriteCounts(html, run.Counts);
        }

        html.Write($"""</tbody><tfoot><tr><th scope="row">All</th>""");
        WriteCounts(html, [.. Enumerable.Range(0, 4).Select(column => record.Runs.Sum(run => run.Counts[column]))]);
        html.WriteLine($"</tfoot></table></div>");
    }

    private static void WriteCounts(HtmlText html, IReadOnlyList<int> counts)
    {
        foreach (int count in counts)
        {
            html.Write($"""<td class="{(count == 0 ? "none" : "")}">{HtmlText.Number(count)}</td>""");
        }

        html.WriteLine($"</tr>");
    }

    private static void WriteLeft(HtmlText html, OperationRecord record)
    {
        if (record.Left.Count == 0)
        {
            html.WriteLine($"<p>Nothing is left to do.</p>");
            return;
        }

        Start(html, "Left to do", "left", ["Token", "Service", "Operation", "State", "Time", "Run"]);
        foreach (ReportOperation operation in record.Left)
        {
            WriteToken(html, operation);
            html.Write($"""<td>{operation.Operation}</td><td>{OperationRecord.Remainder(operation)}""");
            html.Write($"""<span class="more">{operation.ErrorId}</span></td>""");
            html.WriteLine($"""<td>{Time(operation.DueAt ?? operation.Time)}</td><td>{record.RunOf(operation)}</td></tr>""");
        }

        html.WriteLine($"</tbody></table></div>");
    }

    private static void WriteDone(HtmlText html, OperationRecord record)
    {
        if (record.Done.Count == 0)
        {
            html.WriteLine($"<p>Nothing is done.</p>");
            return;
        }

        Start(html, "Done", "done", ["Token", "Service", "Operation", "Time", "Run", "Reason"]);
        foreach (ReportOperation operation in record.Done)
        {
            WriteToken(html, operation);
            html.Write($"<td>{operation.Operation}");
            if (operation.IssuedId is { } issued && issued != operation.Id)
            {
                html.Write($"""<span class="more">new token <span class="id">{issued}</span></span>""");
            }

            if (operation.DueAt is { } due)
            {
                html.Write($"""<span class="more">due {Time(due)}</span>""");
            }

            html.Write($"""</td><td>{Time(operation.Time)}<span class="more id">{operation.CorrelationId}</span></td>""");
            html.WriteLine($"""<td>{record.RunOf(operation)}</td><td>{operation.Reason}</td></tr>""");
        }

        html.WriteLine($"</tbody></table></div>");
    }

    private static void WriteToken(HtmlText html, ReportOperation operation)
    {
        html.Write($"""<tr><td><span class="name">{operation.Name}</span><span class="more id">{operation.Id}</span></td>""");
        html.Write($"""<td>{operation.Service}<span class="more">{operation.Account}</span></td>""");
    }

    private static void Start(HtmlText html, string label, string style, IReadOnlyList<string> columns)
    {
        html.Write($"""<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table class="{style}"><thead><tr>""");
        foreach (string column in columns)
        {
            html.Write($"""<th scope="col">{column}</th>""");
        }

        html.WriteLine($"</tr></thead><tbody>");
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
