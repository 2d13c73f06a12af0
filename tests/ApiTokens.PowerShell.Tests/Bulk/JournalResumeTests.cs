using System.Text.Json;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>Resuming a run with the same command and the same journal.</summary>
public sealed class JournalResumeTests(JournalTest.Fixture fixture) : JournalTest(fixture)
{
    private const string Remove = "param($Tokens, $Journal) $Tokens | Remove-ApiToken -JournalPath $Journal";

    [Fact]
    public void Resume_AfterSomeAreDone_SkipsThemWithoutRequest()
    {
        string path = NewJournal();
        IReadOnlyList<PSObject> tokens = Take(20);
        Run(Remove, tokens.Take(10).ToList(), path).ShouldSucceed();
        RequestCount before = Sandbox.Count();

        RunResult result = Run(Remove, tokens, path).ShouldSucceed();

        IReadOnlyList<LoggedRequest> requests = Sandbox.Since(before);
        Assert.Equal(10, requests.Count);
        Assert.Equal(tokens.Skip(10).Texts("Id").Order(), requests.Select(request => request.TokenId()).Order());
        AssertSummary(result, done: 10, skipped: 10);
        Assert.Matches(@"\b10 done\b.*\b10 skipped\b", result.Summary!.ToString());
    }

    [Theory]
    [InlineData("Remove-ApiToken")]
    [InlineData("Disable-ApiToken")]
    [InlineData("Enable-ApiToken")]
    [InlineData("Reset-ApiToken")]
    public void Resume_AfterAllAreDone_ChangesNothing(string command)
    {
        string path = NewJournal();
        IReadOnlyList<PSObject> tokens = Take(4);
        string script = $"param($Tokens, $Journal) $Tokens | {command} -JournalPath $Journal";
        Run(script, tokens, path).ShouldSucceed();
        RequestCount before = Sandbox.Count();

        RunResult result = Run(script, tokens, path).ShouldSucceed();

        // Somebody may have enabled or disabled a token since, so its status is read.
        bool mayBeUndone = command is "Disable-ApiToken" or "Enable-ApiToken";
        Assert.Empty(result.Output);
        Assert.Equal(mayBeUndone ? 4 : 0, Sandbox.Since(before).Count);
        Assert.All(Sandbox.Since(before), request => Assert.Equal("GET", request.Method));
        Assert.Equal(4, result.Summary!.Get("Skipped"));
    }

    [Fact]
    public void Resume_AfterFailure_TriesItAgain()
    {
        string path = NewJournal();
        IReadOnlyList<PSObject> tokens = Take(6);
        string id = tokens[2].Text("Id");
        Sandbox.AddFault(new { kind = "status", status = 403, path = $"*/{id}" });
        Assert.Equal(id, Run(Remove, tokens, path).Error.Target().Text("Id"));
        RequestCount before = Sandbox.Count();

        RunResult result = Run(Remove, tokens, path).ShouldSucceed();

        Assert.Equal(id, Assert.Single(Sandbox.Since(before)).TokenId());
        AssertSummary(result, done: 1, skipped: 5);
        Assert.Equal(["failed", "done"], JournalFile.Read(path).With("event", "end").With("id", id).Texts("outcome"));
    }

    [Fact]
    public void Resume_AfterEndWithoutOutcome_AsksTheServiceAboutIt()
    {
        string path = NewJournal();
        IReadOnlyList<PSObject> tokens = Take(3);
        string id = tokens[1].Text("Id");
        Run(Remove, tokens, path).ShouldSucceed();
        string[] lines = File.ReadAllLines(path);
        string[] kept = [.. lines.Where(line => !(line.Contains("\"event\":\"end\"") && line.Contains(id)))];
        Assert.Equal(lines.Length - 1, kept.Length);
        File.WriteAllLines(path, kept);
        RequestCount before = Sandbox.Count();

        RunResult result = Run(Remove, tokens, path).ShouldSucceed();

        LoggedRequest request = Assert.Single(Sandbox.Since(before));
        Assert.Equal("GET", request.Method);
        Assert.Equal(id, request.TokenId());
        AssertSummary(result, done: 0, skipped: 3);
    }

    [Fact]
    public void Resume_AfterQuestionWithoutAnswer_AsksAgain()
    {
        string path = NewJournal();
        PSObject token = Take();
        Run(Remove, token, path).ShouldSucceed();
        File.WriteAllLines(path, File.ReadAllLines(path).SkipLast(1).ToList());
        Sandbox.AddFault(new { kind = "status", status = 403, method = "GET", path = $"*/{token.Text("Id")}" });
        Run(Remove, token, path).ShouldFail("PermissionDenied");

        // The token was removed by an earlier run.
        RunResult result = Run(Remove, token, path).ShouldSucceed();

        Assert.Equal(1, result.Summary!.Get("Skipped"));
    }

    [Fact]
    public void Resume_AfterRunThatWasEndedEarly_DoesTheRest()
    {
        string path = NewJournal();
        IReadOnlyList<PSObject> tokens = Take(40);
        RequestCount before = Sandbox.Count();
        Assert.Equal(
            5,
            Output(
                "param($Tokens, $Journal) $Tokens | Remove-ApiToken -PassThru -JournalPath $Journal -ThrottleLimit 4 | Select-First 5",
                tokens,
                path).Count);
        Assert.InRange(JournalFile.Read(path).With("outcome", "done").Count, 0, 39);

        RunResult result = Run(Remove, tokens, path).ShouldSucceed();

        PSObject summary = result.Summary!;
        Assert.Equal(0, summary.Get("Failed"));
        Assert.Equal(40, (int)summary.Get("Done")! + (int)summary.Get("Skipped")!);
        Assert.Empty(tokens.Texts("Id").Intersect(Output("Get-ApiToken -Connection wegnology").Texts("Id")));
        IReadOnlyList<LoggedRequest> deletes = Sandbox.Since(before, "DELETE");
        Assert.Equal(40, deletes.Select(request => request.Path).Distinct().Count());
        Assert.InRange(deletes.Count, 40, 44);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(40)]
    [InlineData(150)]
    public void Resume_LastLineIsTruncated_RepairsTheJournal(int length)
    {
        string path = NewJournal();
        IReadOnlyList<PSObject> tokens = Take(3);
        Run(Remove, tokens, path).ShouldSucceed();
        string text = File.ReadAllText(path);
        int lastLine = text.LastIndexOf('\n', text.Length - 2) + 1;
        File.WriteAllText(path, text[..(lastLine + length)]);

        RunResult result = Run(Remove, tokens, path).ShouldSucceed();

        AssertSummary(result, done: 0, skipped: 3);
        Assert.All(File.ReadAllLines(path), line => JsonSerializer.Deserialize<JsonElement>(line));
        Assert.Equal(tokens.Texts("Id").Order(), JournalFile.Read(path).With("event", "end").Texts("id").Order());
    }

    [Fact]
    public void Resume_FirstLineIsTruncated_StartsTheJournalAnew()
    {
        string path = NewJournal();
        File.WriteAllText(path, """{"time":"2026-01-01T00:00:00""");
        Run(Remove, Take(), path).ShouldSucceed();
        Assert.Equal(["journal", "start", "end"], JournalFile.Read(path).Texts("event"));
    }
}
