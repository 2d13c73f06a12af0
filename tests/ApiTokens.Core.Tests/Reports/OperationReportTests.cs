using System.Text.RegularExpressions;
using ApiTokens.Reports;

namespace ApiTokens.Core.Tests.Reports;

/// <summary>The record of operations in a report: its counts add up, and it is complete.</summary>
public sealed class OperationReportTests
{
    private static readonly TokenReport Report = new("Incident", SampleReport.Now, [], [])
    {
        Operations =
        [
            .. Operations(500, OperationOutcome.Done, run: 1), .. Operations(3, OperationOutcome.Failed, run: 1),
            .. Operations(20, OperationOutcome.Done, run: 2), .. Operations(2, OperationOutcome.Unknown, run: 2),
        ],
    };

    [Fact]
    public void Html_Operations_CountsOfRunsAddUpAndEachTokenIsListedOnce()
    {
        string html = SampleReport.Write(Report, ".html");

        Assert.Contains("525 operations: 520 done, 3 failed, 2 with an unknown outcome.", html);
        string runs = Regex.Match(html, "aria-label=\"Operations by run\".*?</table>", RegexOptions.Singleline).Value;
        int[][] rows =
        [
            .. runs.Split("<tr>").Skip(2).Select(row =>
                Regex.Matches(row, "<td[^>]*>([\\d,]+)</td>").Select(cell => int.Parse(cell.Groups[1].Value)).ToArray()),
        ];
        Assert.Equal([[500, 3, 0, 503], [20, 0, 2, 22], [520, 3, 2, 525]], rows);
        Assert.All(Report.Operations, operation => Assert.Equal(1, Regex.Count(html, $">{operation.Id}<")));
        Assert.Contains("<h3>Left to do <span class=\"count\">5</span></h3>", html);
        Assert.Contains("<h3>Done <span class=\"count\">520</span></h3>", html);
    }

    [Fact]
    public void Html_OperationsOnly_HasNoPartAboutTokens()
    {
        string html = SampleReport.Write(Report, ".html");
        Assert.DoesNotContain("tokens-heading", html);
        Assert.DoesNotContain("timeline-heading", html);
        Assert.DoesNotContain("<!--", html);

        string both = SampleReport.Write(
            new TokenReport("Both", SampleReport.Now, [SampleReport.Token()], []) { Operations = Report.Operations }, ".html");
        Assert.Contains("tokens-heading", both);
        Assert.Contains("operations-heading", both);
        Assert.DoesNotContain("operations-heading", SampleReport.Write(SampleReport.Of([SampleReport.Token()]), ".html"));
    }

    [Fact]
    public void Operations_Duplicates_AreIncludedOnceInTheOrderOfTheirTimes()
    {
        ReportOperation later = Report.Operations[0] with { Time = SampleReport.Now.AddHours(1) };
        var report = new TokenReport("Twice", SampleReport.Now, [], []) { Operations = [later, Report.Operations[1], later] };
        Assert.Equal([Report.Operations[1], later], report.Operations);
    }

    private static IEnumerable<ReportOperation> Operations(int count, OperationOutcome outcome, int run) =>
        Enumerable.Range(0, count).Select(i => SampleReport.Operation(outcome, "text") with
        {
            Id = $"{outcome}-{run}-{i}",
            IssuedId = null,
            DueAt = null,
            Journal = "/journals/j.jsonl",
            RunAt = SampleReport.Now.AddMinutes(run),
        });
}
