using System.Text.Json;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>Get-ApiTokenJournal: a journal as objects, as counts, as the input of other cmdlets and as a report.</summary>
public sealed class JournalRecordTests(JournalTest.Fixture fixture) : JournalTest(fixture)
{
    private const string RemoveAll = "param($Tokens, $Journal) $Tokens | Remove-ApiToken -JournalPath $Journal";
    private const string Get = "param($Journal) Get-ApiTokenJournal $Journal";

    [Fact]
    public void Records_OfRemovals_AreOneForEachToken()
    {
        string path = NewJournal();
        IReadOnlyList<PSObject> tokens = Take(3);
        DateTimeOffset from = DateTimeOffset.UtcNow;
        Run(RemoveAll, tokens, path).ShouldSucceed();

        IReadOnlyList<PSObject> records = Output(Get, path);

        Assert.Equal(tokens.Texts("Id").Order(), records.Texts("Id").Order());
        Assert.All(records, record =>
        {
            PSObject token = tokens.Single(token => token.Text("Id") == record.Text("Id"));
            Assert.Equal("Remove", record.Text("Operation"));
            Assert.Equal("Done", record.Text("Outcome"));
            Assert.All(
                new[] { "Name", "Connection", "Service", "Account" },
                property => Assert.Equal(token.Text(property), record.Text(property)));
            Assert.Equal(new Uri(Sandbox.BaseUri, "wegnology"), record.Get("BaseUri"));
            Assert.InRange(record.Time("Time")!.Value, from, DateTimeOffset.UtcNow);
            Assert.InRange(record.Time("RunAt")!.Value, from, record.Time("StartedAt")!.Value);
            Assert.Equal(path, record.Text("Path"));
        });
    }

    [Fact]
    public void Records_OfFailureAndOfCreate_HaveTheErrorAndTheIssuedId()
    {
        string removal = NewJournal();
        Run("param($Id, $Journal) Remove-ApiToken $Id -Connection wegnology -JournalPath $Journal", UnusedId, removal)
            .ShouldFail("ObjectNotFound");
        PSObject failed = Single(Get, removal);
        Assert.Equal(("Failed", "ObjectNotFound"), (failed.Text("Outcome"), failed.Text("ErrorId")));

        string creation = NewJournal();
        PSObject issued = NewToken("devo", with: new() { ["JournalPath"] = creation });
        PSObject created = Single(Get, creation);
        Assert.Equal(("New", "Done"), (created.Text("Operation"), created.Text("Outcome")));
        Assert.Equal(issued.Text("Id"), created.Text("Id"));
        Assert.Equal(issued.Text("Id"), created.Text("IssuedId"));
        Assert.Matches("^[0-9a-f-]{36}$", created.Text("CorrelationId"));
    }

    [Fact]
    public void Records_OfInterruptedRun_AreUnknownAndResumeInOnePipeline()
    {
        string path = NewJournal();
        IReadOnlyList<PSObject> tokens = Take(2);
        Run(RemoveAll, tokens.Take(1).ToArray(), path).ShouldSucceed();
        Sandbox.AddFault(new { kind = "delay", service = "wegnology", method = "DELETE", delayMs = 30000 });
        RunningScript running = Session.Start(RemoveAll, tokens, path);
        Eventually.True(() => Sandbox.Fired() > 0 || running.HasEnded, "the request was sent");

        // Another session reads the journal while the run has it open.
        using ModuleSession other = OpenSession();
        Assert.Equal(["Done", "Unknown"], other.Output(Get, path).Texts("Outcome"));
        running.Stop();
        Sandbox.ClearFaults();
        PSObject unknown = Output(Get, path)[1];
        Assert.Equal((tokens[1].Text("Id"), "Unknown"), (unknown.Text("Id"), unknown.Text("Outcome")));

        RunResult resumed = Run(
            """
            param($Journal)
            Get-ApiTokenJournal $Journal | Where-Object Outcome -eq Unknown | Remove-ApiToken -JournalPath $Journal
            """,
            path).ShouldSucceed();

        Assert.Equal(1, resumed.Summary!.Get("Done"));
        Assert.DoesNotContain(tokens[1].Text("Id"), Output("Get-ApiToken -Connection wegnology").Texts("Id"));
        IReadOnlyList<PSObject> records = Output(Get, path);
        Assert.Equal(["Done", "Done"], records.Texts("Outcome"));
        Assert.NotEqual(records[0].Time("RunAt"), records[1].Time("RunAt"));
    }

    [Fact]
    public void Records_TornLastLine_IsNotAnError()
    {
        string path = NewJournal();
        Run(RemoveAll, Take(2), path).ShouldSucceed();
        byte[] content = File.ReadAllBytes(path);
        File.WriteAllBytes(path, content[..^25]);

        Assert.Equal(["Done", "Unknown"], Output(Get, path).Texts("Outcome").Order());
        Assert.Equal(content.Length - 25, new FileInfo(path).Length);
    }

    [Fact]
    public void Records_RowsOfAnExport_BindToRemove()
    {
        string path = NewJournal();
        PSObject token = Take();
        Run(RemoveAll, new[] { token }, path).ShouldSucceed();
        File.WriteAllLines(path, File.ReadAllLines(path).Where(line => !line.Contains("\"end\"", StringComparison.Ordinal)));
        object serialized = PSSerializer.Deserialize(PSSerializer.Serialize(Output(Get, path).ToArray()));

        Run("param($Records, $Journal) $Records | Remove-ApiToken -JournalPath $Journal", serialized, path).ShouldSucceed();

        Assert.Equal("Done", Single(Get, path).Text("Outcome"));
    }

    [Fact]
    public void Path_WildcardsListsAndFiles_ReadEachJournal()
    {
        string folder = Directory.CreateDirectory(NewPath(string.Empty)).FullName;
        foreach (string name in new[] { "shard-1.jsonl", "shard-2.jsonl", "[3].jsonl" })
        {
            Run(RemoveAll, new[] { Take() }, Path.Combine(folder, name)).ShouldSucceed();
        }

        int Count(string script, params object[] arguments) => Output(script, arguments).Count;
        Assert.Equal(2, Count("param($Folder) Get-ApiTokenJournal \"$Folder/shard-*.jsonl\"", folder));
        Assert.Equal(2, Count("param($Folder) Get-ApiTokenJournal \"$Folder/shard-1.jsonl\", \"$Folder/shard-2.jsonl\"", folder));
        Assert.Equal(2, Count("param($Folder) \"$Folder/shard-1.jsonl\", \"$Folder/shard-2.jsonl\" | Get-ApiTokenJournal", folder));
        Assert.Equal(1, Count("param($Folder) Get-ApiTokenJournal -LiteralPath \"$Folder/[3].jsonl\"", folder));
        PSObject file = Records.Row(("FullName", Path.Combine(folder, "[3].jsonl")));
        Assert.Equal(1, Count("param($File) $File | Get-ApiTokenJournal", file));
        Assert.Equal(3, Single("param($Folder) Get-ApiTokenJournal \"$Folder/*\" -Summary", folder).Get("Operations"));
        Assert.Equal("JournalNotFound", Run("param($Folder) Get-ApiTokenJournal \"$Folder/none-*\"", folder).Error.Id());
        Assert.Equal("JournalNotFound", Run("param($Folder) Get-ApiTokenJournal \"$Folder/none\"", folder).Error.Id());
        Assert.Equal("JournalNotFound", Run("param($Folder) Get-ApiTokenJournal -LiteralPath \"$Folder/*\"", folder).Error.Id());

        // The other files are read.
        File.WriteAllText(Path.Combine(folder, "notes.jsonl"), "{\"a\":1}\n");
        RunResult result = Run("param($Folder) Get-ApiTokenJournal \"$Folder/*\"", folder);
        Assert.Equal(3, result.Output.Count);
        Assert.Equal("JournalMismatch", result.Error.Id());
        Assert.Contains("notes.jsonl", result.Error.ToString());
        Assert.StartsWith("-Path: ", result.Error.ToString());
    }

    [Fact]
    public void Summary_OfResetWithGracePeriod_CountsTheOldTokenUntilItIsRetired()
    {
        string path = NewJournal();
        PSObject old = NewToken("gcore");
        Run("param($Token, $Journal) $Token | Reset-ApiToken -GracePeriod ([timespan]::FromSeconds(2)) -JournalPath $Journal", old, path)
            .ShouldSucceed();
        PSObject before = Single("param($Journal) Get-ApiTokenJournal $Journal -Summary", path);
        Assert.Equal((1, 1, 0, 0, 1, 1), Counts(before));
        Assert.InRange(before.Time("NextDueAt")!.Value, DateTimeOffset.UtcNow.AddSeconds(-30), DateTimeOffset.UtcNow.AddSeconds(3));

        Thread.Sleep(2100);
        Run("param($Journal) Remove-ApiToken -Due -JournalPath $Journal", path).ShouldSucceed();

        PSObject after = Single("param($Journal) Get-ApiTokenJournal $Journal -Summary", path);
        Assert.Equal((2, 2, 0, 0, 0, 0), Counts(after));
        Assert.Null(after.Get("NextDueAt"));
        Assert.Equal(2, after.Get("Runs"));
    }

    [Theory]
    [InlineData(".html")]
    [InlineData(".md")]
    [InlineData(".json")]
    public void Report_OfJournal_SaysWhatWasDoneByWhichRunAndWhatIsLeft(string extension)
    {
        string journal = NewJournal();
        IReadOnlyList<PSObject> tokens = Take(3);
        Run(RemoveAll, tokens, journal).ShouldSucceed();
        Run("param($Id, $Journal) Remove-ApiToken $Id -Connection wegnology -JournalPath $Journal", UnusedId, journal)
            .ShouldFail("ObjectNotFound");
        string path = NewPath(extension);

        Run("param($Journal, $Path) Get-ApiTokenJournal $Journal | Export-ApiTokenReport $Path -Title Incident", journal, path)
            .ShouldSucceed();

        string text = File.ReadAllText(path);
        Assert.All(tokens, token => Assert.Contains(token.Text("Id"), text));
        Assert.Contains("ObjectNotFound", text);
        if (extension == ".json")
        {
            JsonElement[] operations =
                [.. JsonSerializer.Deserialize<JsonElement>(text).GetProperty("operations").EnumerateArray()];
            Assert.Equal(["Done", "Done", "Done", "Failed"], operations.Texts("outcome"));
            Assert.Equal(2, operations.Texts("runAt").Distinct().Count());
        }
        else
        {
            Assert.Contains("4 operations: 3 done, 1 failed, 0 with an unknown outcome.", text);
            Assert.Contains(Path.GetFileName(journal), text);
            Assert.DoesNotContain(Path.GetDirectoryName(journal)!, text);
            Assert.DoesNotContain("This report has no tokens", text);
        }
    }

    [Fact]
    public void Report_OfJournalAsCsv_IsRefused()
    {
        string journal = NewJournal();
        Run(RemoveAll, new[] { Take() }, journal).ShouldSucceed();
        string path = NewPath(".csv");
        RunResult result = Run("param($Journal, $Path) Get-ApiTokenJournal $Journal | Export-ApiTokenReport $Path", journal, path);
        Assert.Equal("InvalidPath", result.Terminating?.Id());
        Assert.False(File.Exists(path));
    }

    private static (int Operations, int Done, int Failed, int Unknown, int Due, int Left) Counts(PSObject summary)
    {
        int Of(string property) => (int)summary.Get(property)!;
        return (Of("Operations"), Of("Done"), Of("Failed"), Of("Unknown"), Of("Scheduled"), Of("Left"));
    }
}
