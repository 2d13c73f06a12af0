using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>A file that is not the journal of this run is rejected before any request, and not changed.</summary>
public sealed class JournalMismatchTests(JournalTest.Fixture fixture) : JournalTest(fixture)
{
    private const string Remove = "param($Tokens, $Journal) $Tokens | Remove-ApiToken -JournalPath $Journal";

    [Fact]
    public void Journal_OfOtherOperation_IsRefused()
    {
        string path = NewJournal();
        IReadOnlyList<PSObject> tokens = Take(2);
        Run("param($Tokens, $Journal) $Tokens | Disable-ApiToken -JournalPath $Journal", tokens, path).ShouldSucceed();
        string content = File.ReadAllText(path);

        AssertRefused("JournalMismatch", Remove, tokens, path);
        AssertRefused("JournalMismatch", "param($Journal) New-ApiToken x -Connection wegnology -Scope All -JournalPath $Journal", path);

        Assert.Equal(content, File.ReadAllText(path));
    }

    [Fact]
    public void Journal_OfOtherAccount_IsRefused()
    {
        string path = NewJournal();
        Run("param($Token, $Journal) $Token | Remove-ApiToken -Connection wegnology -JournalPath $Journal", Take(), path).ShouldSucceed();
        string content = File.ReadAllText(path);

        AssertRefused(
            "JournalMismatch",
            "param($Journal) Get-ApiToken -Connection gcore -Name 'token-*' | Select-First 1 | Remove-ApiToken -JournalPath $Journal",
            path);
        AssertRefused("JournalMismatch", "param($Journal) Remove-ApiToken 999999 -Connection devo -JournalPath $Journal", path);

        Assert.Equal(content, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("a table", "Id,Name\n1,a\n")]
    [InlineData("a line without an end", "a single line without an end")]
    [InlineData(
        "a journal without its first line",
        "{\"time\":\"2026-01-01T00:00:00Z\",\"event\":\"start\",\"operation\":\"Remove\",\"id\":\"1\"}\n")]
    [InlineData("other JSON", "{\"some\":\"json\"}\n")]
    [InlineData("an array", "[]\n")]
    [InlineData("null", "null\n")]
    [InlineData("an empty line", "\n")]
    [InlineData("bytes", "\0\0\0\0")]
    public void Journal_IsNoJournal_IsRefusedAndLeftAsItWas(string kind, string content)
    {
        string path = NewJournal();
        File.WriteAllText(path, content);
        AssertRefused("JournalMismatch", Remove, Take(), path);
        Assert.True(content == File.ReadAllText(path), $"The file with {kind} was changed.");
    }

    [Fact]
    public void Journal_InUseByOtherRun_IsRefusedAndTheOtherRunGoesOn()
    {
        string path = NewJournal();
        IReadOnlyList<PSObject> tokens = Take(3);
        using ModuleSession other = OpenSession();
        Sandbox.AddFault(new { kind = "delay", service = "wegnology", method = "DELETE", delayMs = 2000 });
        RunningScript running = other.Start(Remove, tokens[0], path);
        Eventually.True(() => Sandbox.Fired() > 0 || running.HasEnded, "the other run has sent its request");

        AssertRefused("JournalNotOpened", Remove, tokens.Skip(1).ToList(), path);
        running.Wait().ShouldSucceed();

        RunResult result = Run(Remove, tokens, path).ShouldSucceed();
        AssertSummary(result, done: 2, skipped: 1);
    }

    [Theory]
    [InlineData("Temp:/")]
    [InlineData("Temp:/no/such/folder/journal.jsonl")]
    public void Journal_CannotBeOpened_IsRefused(string path) => AssertRefused("JournalNotOpened", Remove, Take(), path);
}
