using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.Reports;

/// <summary>
/// Writes a report for a ticket or a wiki. Texts from a service are written as code spans, so that they are not interpreted as markup,
/// links or mentions.
/// </summary>
internal sealed class MarkdownReport : IReportFormat
{
    private static readonly Regex Backticks = new("`+", RegexOptions.CultureInvariant);

    // All ASCII characters that are neither letters, digits nor spaces.
    private static readonly Regex Special = new("[!-/:-@[-`{-~]", RegexOptions.CultureInvariant);

    private static readonly Regex Markup = new(
        @"[\\`*_\[\]<>|&~#!]|(?<=:)/(?=/)|(?<=www)\.", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private static readonly Regex Mention = new(@"(?<![\w.])@", RegexOptions.CultureInvariant);

    public string Extension => ".md";

    public void Write(TokenReport report, Stream stream)
    {
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var writer = new StreamWriter(stream, encoding, bufferSize: 64 * 1024, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine($"# {Plain(report.Title)}");
        writer.WriteLine();
        writer.WriteLine($"As of {Timestamp(report.CreatedAt)} UTC. All times are UTC.");
        WriteOperations(writer, report);
        WriteChanges(writer, report);
        if (report.IsRecord)
        {
            return;
        }

        WriteTotals(writer, report);
        WriteTimeline(writer, report);
        WriteFindings(writer, report);
        WriteTokens(writer, report);
    }

    private static void WriteOperations(StreamWriter writer, TokenReport report)
    {
        if (report.Operations.Count == 0)
        {
            return;
        }

        var record = new OperationRecord(report.Operations);
        Heading(writer, "Record of operations");
        writer.WriteLine(record.Summary(Number));
        writer.WriteLine();
        Row(writer, ["Run", "Operation", "Journal", "Started", "Done", "Failed", "Unknown", "Total"]);
        Row(writer, [.. Enumerable.Repeat("---", 4), .. Enumerable.Repeat("---:", 4)]);
        foreach (OperationRun run in record.Runs)
        {
            Row(
                writer,
                [Number(run.Number), Plain(run.Names), Code(run.FileName), Timestamp(run.At), .. run.Counts.Select(Number)]);
        }

        IEnumerable<int> totals = Enumerable.Range(0, 4).Select(column => record.Runs.Sum(run => run.Counts[column]));
        Row(writer, ["**All**", string.Empty, string.Empty, string.Empty, .. totals.Select(Number)]);
        WriteOperations(
            writer, $"Left to do: {Number(record.Left.Count)}", record, record.Left,
            operation => operation.DueAt is { } due
                ? $"{OperationRecord.Remainder(operation)} on {Timestamp(due)}"
                : OperationRecord.Remainder(operation));
        WriteOperations(writer, $"Done: {Number(record.Done.Count)}", record, record.Done,
            operation => operation.DueAt is { } due ? $"done, due on {Timestamp(due)}" : "done");
    }

    private static void WriteOperations(
        StreamWriter writer, string heading, OperationRecord record, IReadOnlyList<ReportOperation> operations,
        Func<ReportOperation, string> state)
    {
        writer.WriteLine();
        writer.WriteLine($"### {heading}");
        if (operations.Count == 0)
        {
            return;
        }

        writer.WriteLine();
        Row(writer, ["Time", "Operation", "State", "Token", "Id", "Service", "Account", "Run", "Error", "Correlation id", "Reason"]);
        Row(writer, [.. Enumerable.Repeat("---", 11)]);
        foreach (ReportOperation operation in operations)
        {
            Row(writer,
            [
                Timestamp(operation.Time), Code(operation.Operation), state(operation), Code(operation.Name), Code(operation.Id),
                Code(operation.Service), Code(operation.Account), Number(record.RunOf(operation)), Code(operation.ErrorId),
                Code(operation.CorrelationId), Code(operation.Reason),
            ]);
        }
    }

    private static void WriteChanges(StreamWriter writer, TokenReport report)
    {
        if (report.Changes.Count == 0)
        {
            return;
        }

        Heading(writer, "Changes");
        Row(writer, ["Change", "Service", "Account", "Token", "Id", "Property", "Before", "Now"]);
        Row(writer, [.. Enumerable.Repeat("---", 8)]);
        foreach (TokenChange change in report.Changes)
        {
            Row(writer,
            [
                change.ChangeKind.ToString(), Code(change.Service), Code(change.Account), Code(change.Name), Code(change.Id),
                Code(change.Property), Code(change.OldValue), Code(change.NewValue),
            ]);
        }
    }

    private static void WriteTotals(StreamWriter writer, TokenReport report)
    {
        Heading(writer, "Totals");
        if (report.Tokens.Count == 0)
        {
            writer.WriteLine("This report has no tokens.");
            return;
        }

        TokenStatus[] statuses = [.. Enum.GetValues(typeof(TokenStatus)).Cast<TokenStatus>()];
        Row(writer, ["Service", .. statuses.Select(status => status.ToString()), "Unknown", "Total"]);
        Row(writer, ["---", .. statuses.Select(_ => "---:"), "---:", "---:"]);
        foreach (string? service in report.Services.Append(null))
        {
            int[] counts = [.. statuses.Select(status => report.Count(status, service)), report.Count(null, service)];
            Row(writer, [service is null ? "**All**" : Code(service), .. counts.Select(Number), Number(counts.Sum())]);
        }
    }

    private static void WriteTimeline(StreamWriter writer, TokenReport report)
    {
        if (report.Tokens.Count == 0)
        {
            return;
        }

        Heading(writer, "Expirations");
        Row(writer, ["Month", "Tokens"]);
        Row(writer, ["---", "---:"]);
        Row(writer, ["already expired", Number(report.Timeline.Expired)]);
        foreach (ExpiryMonth month in report.Timeline.Months)
        {
            Row(writer, [month.Start.ToString("yyyy-MM", CultureInfo.InvariantCulture), Number(month.Total)]);
        }

        Row(writer, ["later", Number(report.Timeline.Later)]);
        Row(writer, ["never", Number(report.Timeline.Never)]);
    }

    private static void WriteFindings(StreamWriter writer, TokenReport report)
    {
        Heading(writer, "Findings");
        if (report.Findings.Count == 0)
        {
            writer.WriteLine("This report has no findings.");
            return;
        }

        Row(writer, ["Severity", "Rule", "Service", "Account", "Token", "Id", "Finding", "Recommended action"]);
        Row(writer, [.. Enumerable.Repeat("---", 8)]);
        foreach (ReportFinding finding in report.Findings)
        {
            Row(writer,
            [
                finding.IsWaived ? "Waived" : finding.Severity.ToString(), Code(finding.RuleId), Code(finding.Service), Code(finding.Account), Code(finding.Name),
                Code(finding.Id), Plain(finding.Message), Plain(finding.IsWaived ? finding.Waiver : finding.RecommendedAction),
            ]);
        }
    }

    private static void WriteTokens(StreamWriter writer, TokenReport report)
    {
        if (report.Tokens.Count == 0)
        {
            return;
        }

        Heading(writer, "Tokens");
        Row(writer, ["Name", "Status", "Expires", "Service", "Account", "Owner", "Permissions", "Last used", "Id"]);
        Row(writer, [.. Enumerable.Repeat("---", 9)]);
        foreach (ReportToken token in report.Tokens)
        {
            Row(writer,
            [
                Code(token.Name), token.Status?.ToString() ?? "Unknown", token.ExpiresAt is { } expiry ? Timestamp(expiry) : "never",
                Code(token.Service), Code(token.Account), Code(token.Owner), Code(token.Permissions),
                token.LastUsedAt is { } used ? Timestamp(used) : string.Empty, Code(token.Id),
            ]);
        }
    }

    private static void Heading(StreamWriter writer, string text)
    {
        writer.WriteLine();
        writer.WriteLine($"## {text}");
        writer.WriteLine();
    }

    private static void Row(StreamWriter writer, IEnumerable<string> cells) => writer.WriteLine($"| {string.Join(" | ", cells)} |");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Timestamp(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    // A code span ends with as many backticks as it starts with. Renderers disagree about a backslash before a vertical bar, so a
    // text with one of them is written with entities, which neither end a cell nor are markup.
    private static string Code(string? text)
    {
        string visible = ForeignText.InView(text).Trim();
        if (visible.Length == 0)
        {
            return string.Empty;
        }

        if (visible.IndexOfAny(['|', '\\']) >= 0)
        {
            return $"<code>{Special.Replace(visible, c => $"&#{(int)c.Value[0]};")}</code>";
        }

        string fence = new('`', 1 + Backticks.Matches(visible).Cast<Match>().Select(run => run.Length).DefaultIfEmpty(0).Max());
        string space = fence.Length > 1 ? " " : string.Empty;
        return $"{fence}{space}{visible}{space}{fence}";
    }

    // Escapes our own texts, which may contain names. A backslash does not prevent a tracker from notifying a @name; a comment does.
    private static string Plain(string text) => Mention.Replace(
        Markup.Replace(ForeignText.InView(text), c => c.Value is "|" or @"\" ? $"&#{(int)c.Value[0]};" : @"\" + c.Value), "@<!-- -->");
}
