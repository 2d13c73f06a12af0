using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>The lines of a journal: completed and remaining work. They are the audit record.</summary>
public sealed class JournalLineTests(JournalTest.Fixture fixture) : JournalTest(fixture)
{
    [Fact]
    public void Lines_OfRemovals_DescribeTheRunAndEachStartAndEnd()
    {
        string path = NewJournal();
        IReadOnlyList<PSObject> tokens = Take(5);
        DateTimeOffset from = DateTimeOffset.UtcNow;

        Run("param($Tokens, $Journal) $Tokens | Remove-ApiToken -Connection wegnology -JournalPath $Journal", tokens, path).ShouldSucceed();

        IReadOnlyList<JsonElement> lines = JournalFile.Read(path);
        Assert.Equal(11, lines.Count);
        Assert.Equal("journal", lines[0].Text("event"));
        Assert.Equal("Remove", lines[0].Text("operation"));
        Assert.Equal(
            [$"Wegnology user/575ed70c7ae143cd83dc4aa9 {new Uri(Sandbox.BaseUri, "wegnology")}"],
            lines[0].GetProperty("accounts").EnumerateArray().Select(account => account.GetString()));
        foreach (PSObject token in tokens)
        {
            IReadOnlyList<JsonElement> own = lines.With("id", token.Text("Id"));
            Assert.Equal(["start", "end"], own.Texts("event"));
            Assert.True(string.IsNullOrEmpty(own[0].Text("outcome")));
            Assert.Equal("done", own[1].Text("outcome"));
            Assert.True(string.IsNullOrEmpty(own[1].Text("errorId")));
            Assert.All(own, line =>
            {
                Assert.Equal("Remove", line.Text("operation"));
                Assert.Equal("wegnology", line.Text("connection"));
                Assert.Equal("Wegnology", line.Text("service"));
                Assert.StartsWith("user/", line.Text("account"));
                Assert.Equal($"{new Uri(Sandbox.BaseUri, "wegnology")}", line.Text("baseUri"));
                Assert.Equal(token.Text("Name"), line.Text("name"));
                Assert.InRange(DateTimeOffset.Parse(line.Text("time")!, CultureInfo.InvariantCulture), from, DateTimeOffset.UtcNow);
            });
        }

        // The times are UTC.
        Assert.All(File.ReadAllLines(path), line => Assert.Matches("""^\{"time":"[^"]+(\+00:00|Z)",""", line));
    }

    [Fact]
    public void Lines_OfFailure_HaveTheErrorId()
    {
        string path = NewJournal();
        Run("param($Id, $Journal) Remove-ApiToken $Id -Connection wegnology -JournalPath $Journal", UnusedId, path)
            .ShouldFail("ObjectNotFound");
        JsonElement end = Assert.Single(JournalFile.Read(path).With("event", "end"));
        Assert.Equal(UnusedId, end.Text("id"));
        Assert.Equal("failed", end.Text("outcome"));
        Assert.Equal("ObjectNotFound", end.Text("errorId"));
    }

    [Fact]
    public void Lines_OfServiceWithCorrelationIds_HaveThem()
    {
        string path = NewJournal();
        Run("param($Journal) Get-ApiToken -Connection devo -Name 'token-*' | Select-First 2 | Remove-ApiToken -JournalPath $Journal", path)
            .ShouldSucceed();
        IReadOnlyList<JsonElement> ends = JournalFile.Read(path).With("event", "end");
        Assert.Equal(2, ends.Count);
        Assert.All(ends, end => Assert.Matches("^[0-9a-f-]{36}$", end.Text("correlationId")));
        Assert.NotEqual(ends[0].Text("correlationId"), ends[1].Text("correlationId"));
    }

    [Fact]
    public void Lines_OfCreate_TellWhenItWasIssuedAndDelivered()
    {
        string path = NewJournal();
        PSObject issued = Single(
            "param($Name, $Journal) New-ApiToken -Connection gcore -Name $Name -Role Users -ExpiresIn 30d -JournalPath $Journal",
            NewName(),
            path);
        JsonElement[] lines = [.. JournalFile.Read(path).Skip(1)];
        Assert.Equal(["start", "issued", "delivered", "end"], lines.Texts("event"));
        Assert.Equal([issued.Text("Id"), issued.Text("Id")], lines[1..3].Texts("issuedId"));
        Assert.Equal(Enumerable.Repeat(issued.Text("Name"), 4), lines.Texts("name"));
    }

    [Fact]
    public void Lines_OfRequestThatIsStopped_StartBeforeItAndEndWithUnknownOutcome()
    {
        string path = NewJournal();
        PSObject token = Take();
        string id = token.Text("Id");
        Sandbox.AddFault(new { kind = "delay", service = "wegnology", method = "DELETE", delayMs = 30000 });
        RunningScript running = Session.Start("param($Token, $Journal) $Token | Remove-ApiToken -JournalPath $Journal", token, path);
        Eventually.True(() => Sandbox.Fired() > 0 || running.HasEnded, "the request was sent");
        Assert.Equal(["start"], JournalFile.Read(path).With("id", id).Texts("event"));

        // Stopped with a request in flight: the wait for its response is limited, and the journal records an unknown outcome.
        var clock = Stopwatch.StartNew();
        running.Stop();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"Stopping took {clock.Elapsed}.");
        IReadOnlyList<JsonElement> lines = JournalFile.Read(path).With("id", id);
        Assert.Equal(["start", "end"], lines.Texts("event"));
        Assert.Equal("unknown", lines[1].Text("outcome"));

        Sandbox.ClearFaults();
        RunResult result = Run("param($Token, $Journal) $Token | Remove-ApiToken -JournalPath $Journal", token, path).ShouldSucceed();
        Assert.Equal(0, result.Summary!.Get("Failed"));
        Assert.DoesNotContain(id, Output("Get-ApiToken -Connection wegnology").Texts("Id"));
    }

    [Fact]
    public void Lines_OfAnyOperation_HoldNoSecret()
    {
        string reset = NewJournal();
        IReadOnlyList<PSObject> issued =
        [
            .. Output(
                "param($Rows, $Journal) $Rows | New-ApiToken -Connection wegnology -JournalPath $Journal",
                Enumerable.Range(0, 3).Select(_ => Records.Row(("Name", NewName()), ("Scope", "ReadOnly"))).ToList(),
                NewJournal()),
            .. Output(
                "param($Rows, $Journal) $Rows | New-ApiToken -Connection gcore -JournalPath $Journal",
                Enumerable.Range(0, 3).Select(_ => Records.Row(("Name", NewName()), ("Role", "Users"), ("ExpiresIn", "30d"))).ToList(),
                NewJournal()),
        ];
        IReadOnlyList<PSObject> successors = Output(
            "param($Tokens, $Journal) $Tokens | Reset-ApiToken -JournalPath $Journal", issued, reset);
        Assert.Equal((6, 6), (issued.Count, successors.Count));
        Run("param($Id, $Journal) Reset-ApiToken $Id -Connection wegnology -JournalPath $Journal", UnusedId, reset)
            .ShouldFail("ObjectNotFound");

        string text = string.Concat(Directory.GetFiles(Folder, "*.jsonl").Select(File.ReadAllText));
        foreach (PSObject token in issued.Concat(successors))
        {
            // Check the search itself.
            Assert.Contains(token.Text("Id"), text);
            string secret = token.Secret();
            Assert.True(secret.Length > 20);
            Assert.DoesNotContain(secret, text);
            Assert.DoesNotContain(secret[^12..], text);
        }

        Assert.All(ServiceCase.All, service => Assert.DoesNotContain(Sandbox.Service(service.Connection).Secret(), text));
    }
}
