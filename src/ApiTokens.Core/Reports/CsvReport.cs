using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.Reports;

/// <summary>A row for each token, its findings in the last columns; findings about an account have a row without a token.</summary>
internal sealed class CsvReport : IReportFormat
{
    // What a spreadsheet could take for a formula, also where it splits at another separator than ours.
    private static readonly Regex FormulaStart = new(
        "(^|;)([\\s\"']*)(?=[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20])", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));

    private static readonly string[] Columns =
    [
        "Service", "Account", "Connection", "Id", "Name", "Description", "Status", "Owner", "Issuer", "Permissions", "CreatedAt", "ExpiresAt", "LastUsedAt",
        "Severity", "Findings",
    ];

    public string Extension => ".csv";

    public void Write(TokenReport report, Stream stream)
    {
        // The mark at the beginning: without it, Excel and Windows PowerShell take the file for one of the local code page.
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), bufferSize: 64 * 1024, leaveOpen: true) { NewLine = "\r\n" };
        WriteRow(writer, Columns);
        foreach (ReportToken token in report.Tokens)
        {
            WriteRow(writer,
            [
                token.Service, token.Account, token.Connection, token.Id, token.Name, token.Description, token.Status?.ToString(), token.Owner, token.Issuer,
                token.Permissions, Moment(token.CreatedAt), Moment(token.ExpiresAt), Moment(token.LastUsedAt), .. Findings([.. report.FindingsOf(token)]),
            ]);
        }

        var known = new HashSet<TokenKey>(report.Tokens.Select(token => token.Key));
        foreach (IGrouping<TokenKey, ReportFinding> other in report.Findings.Where(finding => !known.Contains(finding.Key)).GroupBy(finding => finding.Key))
        {
            ReportFinding finding = other.First();
            WriteRow(writer,
            [
                finding.Service, finding.Account, finding.Connection, finding.Id, finding.Name, null, null, null, null, null, null, null, null, .. Findings([.. other]),
            ]);
        }
    }

    private static string[] Findings(IReadOnlyList<ReportFinding> findings) => findings.Count == 0
        ? [string.Empty, string.Empty]
        : [findings[0].Severity.ToString(), string.Join(" | ", findings.Select(finding => $"{finding.RuleId}: {finding.Message}"))];

    private static string? Moment(DateTimeOffset? moment) => moment?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void WriteRow(StreamWriter writer, IEnumerable<string?> cells) => writer.WriteLine(string.Join(",", cells.Select(Cell)));

    // An apostrophe is how spreadsheets themselves mark a cell that begins like a formula and is text.
    private static string Cell(string? text) => $"\"{FormulaStart.Replace(VisibleText.Of(text), "$1$2'").Replace("\"", "\"\"")}\"";
}
