using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>A test of -JournalPath.</summary>
public abstract class JournalTest(JournalTest.Fixture fixture) : CmdletTest<JournalTest.Fixture>(fixture)
{
    private readonly Fixture _fixture = fixture;

    protected static string UnusedId => ServiceCase.Of("wegnology").UnusedId;

    protected IReadOnlyList<PSObject> Take(int count) => _fixture.TakeActive(count);

    protected PSObject Take() => _fixture.TakeActive(1)[0];

    /// <summary>Returns the path of a new journal.</summary>
    protected string NewJournal() => NewPath(".jsonl");

    /// <summary>Asserts the counts of a summary.</summary>
    protected static void AssertSummary(RunResult result, int done, int skipped, int failed = 0)
    {
        PSObject summary = result.Summary!;
        Assert.Equal((done, skipped, failed), ((int)summary.Get("Done")!, (int)summary.Get("Skipped")!, (int)summary.Get("Failed")!));
    }

    /// <summary>
    /// Runs a command in a separate session and fails while receiving its output, so that the run does not know whether the secret was
    /// kept.
    /// </summary>
    protected void RunWithoutDelivery(string command, params object?[] arguments)
    {
        using ModuleSession other = OpenSession();
        RunResult result = other.Run(
            $$"""param($Token, $Journal) $Token | {{command}} -JournalPath $Journal | ForEach-Object { throw 'the vault is full' }""",
            arguments);
        Assert.Equal("the vault is full", result.Terminating?.ToString());
    }

    public sealed class Fixture() : ManyTokensFixture("-Tokens 300");
}
