using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>The progress and the summary of bulk cmdlets, and their concurrency.</summary>
public sealed class ProgressTests(ProgressTests.Fixture fixture) : CmdletTest<ProgressTests.Fixture>(fixture)
{
    private readonly Fixture _fixture = fixture;

    [Fact]
    public void Progress_OfMany_TellsCountRateFailuresAndEnd()
    {
        IReadOnlyList<string> ids = [ServiceCase.Of("wegnology").UnusedId, .. Take(40).Texts("Id")];

        RunResult result = Run("param($Ids) $Ids | Remove-ApiToken -Connection wegnology -ThrottleLimit 4", ids);

        result.ShouldFail("ObjectNotFound");
        IReadOnlyList<ProgressRecord> records = ProgressOf(result);
        Assert.True(records.Count > 2);
        Assert.Equal(["Remove API tokens"], records.Select(record => record.Activity).Distinct());
        Assert.Equal(ProgressRecordType.Completed, records[^1].RecordType);
        Assert.StartsWith("41 of 41, ", records[^1].StatusDescription);
        Assert.Single(records, record => record.RecordType == ProgressRecordType.Completed);
        Assert.All(records, record =>
        {
            Assert.Matches(@"^\d+( of 41)?, \d+ per second, [01] failed$", record.StatusDescription);
            Assert.InRange(record.PercentComplete, -1, 100);
        });

        // The count is known when all input has been read.
        ProgressRecord[] known = [.. records.Where(record => record.PercentComplete >= 0)];
        Assert.NotEmpty(known);
        Assert.All(known, record => Assert.Contains(" of 41, ", record.StatusDescription));
        Assert.Equal(known.Select(record => record.PercentComplete).Order(), known.Select(record => record.PercentComplete));
        Assert.All(known, record => Assert.InRange(record.SecondsRemaining, 0, 600));
    }

    [Fact]
    public void Progress_TimeSpentAsking_DoesNotCount()
    {
        IReadOnlyList<PSObject> tokens = Take(3);
        foreach (PSObject token in tokens)
        {
            Session.Host.Answers.Enqueue("Yes");
            Assert.NotNull(token);
        }

        Session.Host.Asked = () => Thread.Sleep(1000);
        try
        {
            RunResult result = Run("param($Tokens) $Tokens | Remove-ApiToken -Confirm", tokens).ShouldSucceed();

            // With the time of the prompts, the rate would be at most one per second.
            Match last = Regex.Match(ProgressOf(result)[^1].StatusDescription, @", (\d+) per second");
            Assert.InRange(int.Parse(last.Groups[1].Value, CultureInfo.InvariantCulture), 3, 100_000);
        }
        finally
        {
            Session.Host.Asked = null;
        }
    }

    [Fact]
    public void Progress_OfSingleToken_IsNotShown()
    {
        Sandbox.AddFault(new { kind = "delay", delayMs = 1200, service = "wegnology", method = "DELETE" });
        RunResult result = Run("param($Tokens) $Tokens | Remove-ApiToken", Take(1)).ShouldSucceed();
        Assert.Empty(ProgressOf(result));
        Assert.Equal(1, Sandbox.Fired());
    }

    [Fact]
    public void Progress_WithSilentPreference_IsNotShown()
    {
        IReadOnlyList<PSObject> tokens = Take(20);
        RunResult result = Run(
            "param($Tokens) $ProgressPreference = 'SilentlyContinue'; $Tokens | Remove-ApiToken -ThrottleLimit 4", tokens).ShouldSucceed();
        Assert.Empty(ProgressOf(result));
        Assert.Empty(tokens.Texts("Id").Intersect(Output("Get-ApiToken -Connection wegnology").Texts("Id")));
    }

    [Fact]
    public void Summary_OfMixedOutcomes_CountsEachAndTellsTheTime()
    {
        string journal = NewPath(".jsonl");
        IReadOnlyList<PSObject> tokens = Take(12);
        Run("param($Tokens, $Journal) $Tokens | Disable-ApiToken -JournalPath $Journal", tokens.Take(3).ToList(), journal).ShouldSucceed();
        Sandbox.AddFault(new { kind = "status", status = 500, path = $"*/{tokens[5].Text("Id")}", count = 2 });
        Sandbox.AddFault(new { kind = "status", status = 403, path = $"*/{tokens[6].Text("Id")}" });
        IReadOnlyList<string> ids = [.. tokens.Texts("Id"), ServiceCase.Of("wegnology").UnusedId];

        var clock = Stopwatch.StartNew();
        RunResult result = Run("param($Ids, $Journal) $Ids | Disable-ApiToken -Connection wegnology -JournalPath $Journal", ids, journal);
        clock.Stop();

        Assert.Equal(["ObjectNotFound", "PermissionDenied"], result.ErrorIds.Order());
        InformationRecord record = Assert.Single(SummariesOf(result));
        Assert.Contains("ApiTokens", record.Tags);
        PSObject summary = PSObject.AsPSObject(record.MessageData);
        Assert.Equal(8, summary.Get("Done"));
        Assert.Equal(2, summary.Get("Failed"));
        Assert.Equal(3, summary.Get("Skipped"));
        Assert.Equal(2, summary.Get("Retried"));
        Assert.Equal(13, summary.Get("Ended"));
        var elapsed = (TimeSpan)summary.Get("Elapsed")!;
        Assert.True(
            elapsed > TimeSpan.FromSeconds(0.1) && elapsed <= clock.Elapsed, $"The summary says {elapsed}, and it took {clock.Elapsed}.");
        Assert.Matches(@"^8 done, 2 failed, 3 skipped, 2 requests retried, \d+\.\d s$", record.ToString());
    }

    [Theory]
    [InlineData("@() | Remove-ApiToken")]
    [InlineData("$Tokens | Remove-ApiToken -WhatIf")]
    public void Summary_NothingWasToBeDone_IsNotWritten(string script)
    {
        RunResult result = Run($"param($Tokens) {script}", Take(2)).ShouldSucceed();
        Assert.Empty(result.Output);
        Assert.Empty(result.Information);
    }

    [Theory]
    [InlineData("Enable-ApiToken")]
    [InlineData("Rename-ApiToken -NewName another")]
    [InlineData("Reset-ApiToken")]
    public void Summary_OfOtherCmdlets_IsWritten(string command)
    {
        RunResult result = Run($"param($Tokens) $Tokens | {command}", Take(2)).ShouldSucceed();
        Assert.Equal(2, result.Summary!.Get("Done"));
    }

    // Each request takes 0.1 seconds.
    [Theory]
    [InlineData("Disable-ApiToken", 40, 4, 0.9)]
    [InlineData("Remove-ApiToken", 8, 1, 0.75)]
    public void ThrottleLimit_IsHowManyRequestsAreUnderWayAtOnce(string command, int count, int limit, double leastSeconds)
    {
        IReadOnlyList<PSObject> tokens = Take(count);
        string journal = NewPath(".jsonl");
        var clock = Stopwatch.StartNew();
        Run($"param($Tokens, $Limit, $Journal) $Tokens | {command} -ThrottleLimit $Limit -JournalPath $Journal", tokens, limit, journal)
            .ShouldSucceed();
        Assert.True(clock.Elapsed >= TimeSpan.FromSeconds(leastSeconds), $"It took only {clock.Elapsed}.");

        // The journal has a line before each request and one after its response.
        int underWay = 0;
        int most = 0;
        foreach (string? step in JournalFile.Read(journal).Texts("event"))
        {
            underWay += step switch { "start" => 1, "end" => -1, _ => 0 };
            most = Math.Max(most, underWay);
        }

        Assert.Equal(limit, most);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public void ThrottleLimit_OutOfRange_IsRefused(int limit)
    {
        RunResult result = Run("param($Tokens, $Limit) $Tokens | Remove-ApiToken -ThrottleLimit $Limit", Take(1), limit);
        Assert.NotNull(result.Terminating);
        Assert.Equal("ParameterArgumentValidationError", result.Error.Id());
    }

    private static IReadOnlyList<ProgressRecord> ProgressOf(RunResult result) =>
        [.. result.Progress.Where(record => record.Activity.Contains("API token", StringComparison.OrdinalIgnoreCase))];

    private static IReadOnlyList<InformationRecord> SummariesOf(RunResult result) =>
        [.. result.Information.Where(record => record.Tags.Contains("Summary"))];

    private IReadOnlyList<PSObject> Take(int count) => _fixture.TakeActive(count);

    /// <summary>Slow enough that progress is shown, and that the duration reveals the number of concurrent requests.</summary>
    public sealed class Fixture() : ManyTokensFixture("-Tokens 400 -Latency 100");
}
