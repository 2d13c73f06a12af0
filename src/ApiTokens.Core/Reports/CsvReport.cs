using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.Reports;

/// <summary>Writes a row for each token, with its findings in the last columns. A finding about an account has its own row.</summary>
internal sealed class CsvReport : IReportFormat
{
    // The start of a text that a spreadsheet could interpret as a formula, even if it splits cells at another separator.
    private static readonly Regex FormulaStart = new(
        "(^|;)([\\s\"']*)(?=[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20])", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));

    private static readonly string[] Columns =
    [
        "Service", "Account", "BaseUri", "Connection", "Id", "Name", "Description", "Status", "Owner", "Issuer", "Permissions",
        "CreatedAt", "ExpiresAt", "LastUsedAt", "Severity", "Findings",
    ];

    public string Extension => ".csv";

    public void Write(TokenReport report, Stream stream)
    {
        ReportFile.CheckHasOnlyTokens(report, Extension);
        // Without a byte order mark, Excel and Windows PowerShell read the file in the local code page.
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: true);
        using var writer = new StreamWriter(stream, encoding, bufferSize: 64 * 1024, leaveOpen: true) { NewLine = "\r\n" };
        WriteRow(writer, Columns);
        foreach (ReportToken token in report.Tokens)
        {
            WriteRow(writer,
            [
                token.Service, token.Account, token.BaseUri?.AbsoluteUri, token.Connection, token.Id, token.Name,
                token.Description, token.Status?.ToString(),
                token.Owner, token.Issuer, token.Permissions, Timestamp(token.CreatedAt), Timestamp(token.ExpiresAt),
                Timestamp(token.LastUsedAt), .. Findings([.. report.FindingsOf(token)]),
            ]);
        }

        var known = new HashSet<TokenIdentity>(report.Tokens.Select(token => token.Identity));
        IEnumerable<ReportFinding> others = report.Findings.Where(finding => !known.Contains(finding.Identity));
        foreach (IGrouping<TokenIdentity, ReportFinding> group in others.GroupBy(finding => finding.Identity))
        {
            ReportFinding finding = group.First();
            WriteRow(writer,
            [
                finding.Service, finding.Account, finding.BaseUri?.AbsoluteUri, finding.Connection, finding.Id, finding.Name,
                null, null, null, null, null, null, null, null, .. Findings([.. group]),
            ]);
        }
    }

    private static string[] Findings(IReadOnlyList<ReportFinding> findings) => findings.Count == 0
        ? [string.Empty, string.Empty]
        :
        [
            findings[0].IsWaived ? "Waived" : findings[0].Severity.ToString(),
            string.Join(" | ", findings.Select(Text)),
        ];

    private static string Text(ReportFinding finding) =>
        $"{finding.RuleId}: {finding.Message}{(finding.IsWaived ? $" ({finding.Waiver})" : string.Empty)}";

    private static string? Timestamp(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void WriteRow(StreamWriter writer, IEnumerable<string?> cells) => writer.WriteLine(string.Join(",", cells.Select(Cell)));

    // An apostrophe marks a cell as text; spreadsheets use the same convention.
    private static string Cell(string? text) => $"\"{FormulaStart.Replace(ForeignText.InView(text), "$1$2'").Replace("\"", "\"\"")}\"";
}
