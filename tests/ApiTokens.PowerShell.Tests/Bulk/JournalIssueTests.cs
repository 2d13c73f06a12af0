using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>
/// New-ApiToken and Reset-ApiToken with a journal: tokens that were issued and delivered are not issued again, and tokens that were not
/// delivered are reported.
/// </summary>
public sealed class JournalIssueTests(JournalTest.Fixture fixture) : JournalTest(fixture)
{
    private const string New = "param($Rows, $Journal) $Rows | New-ApiToken -Connection wegnology -JournalPath $Journal";
    private const string Reset = "param($Tokens, $Journal) $Tokens | Reset-ApiToken -JournalPath $Journal";

    [Fact]
    public void New_SameRowsAgain_IssuesNothingTwice()
    {
        string path = NewJournal();
        List<PSObject> rows = [.. Enumerable.Range(0, 5).Select(_ => NewRow())];
        Assert.Equal(5, Output(New, rows, path).Count);
        RequestCount before = Sandbox.Count();

        RunResult second = Run(New, rows, path).ShouldSucceed();

        Assert.Empty(second.Output);
        Assert.Empty(Sandbox.Since(before));
        Assert.Equal(5, second.Summary!.Get("Skipped"));
        rows.Add(NewRow());
        Assert.True(Sandbox.Accepts(Single(New, rows, path)));
    }

    [Fact]
    public void New_RowsThatAreAlike_AreIssuedAsOftenAsTheyOccur()
    {
        string path = NewJournal();
        string name = NewName();
        List<PSObject> rows = [.. Enumerable.Range(0, 3).Select(_ => Records.Row(("Name", name), ("Role", "Users"), ("ExpiresIn", "30d")))];
        const string script = "param($Rows, $Journal) $Rows | New-ApiToken -Connection gcore -JournalPath $Journal";
        Assert.Equal(2, Output(script, rows[..2], path).Count);
        Assert.Single(Output(script, rows, path));
        Assert.Equal(3, Output("param($Name) Get-ApiToken -Connection gcore -Name $Name", name).Count);
    }

    [Fact]
    public void New_IssuedAndNotDelivered_IsReportedUntilItIsRemoved()
    {
        string path = NewJournal();
        PSObject row = NewRow();
        RunWithoutDelivery("New-ApiToken -Connection wegnology", row, path);
        string orphan = Assert.Single(WithName(row)).Text("Id");

        for (int run = 2; run <= 3; run++)
        {
            Assert.Equal(orphan, Run(New, row, path).ShouldFail("OrphanedToken").Target().Text("Id"));
        }

        // The pipeline may have received the secret before the process was terminated, so the token is not removed automatically.
        ErrorRecord error = Run($"{New} -RemoveOrphan", row, path).ShouldFail("OrphanedToken");
        Assert.Contains("Its secret may have been delivered.", error.ToString());
        Assert.Equal([orphan], WithName(row).Texts("Id"));
        Run("param($Orphan) $Orphan | Remove-ApiToken", error.TargetObject).ShouldSucceed();
        PSObject issued = Single(New, row, path);
        Assert.True(Sandbox.Accepts(issued));
        Assert.Equal([issued.Text("Id")], WithName(row).Texts("Id"));
    }

    [Fact]
    public void New_OrphanRemovedByHand_IssuesAgain()
    {
        string path = NewJournal();
        PSObject row = NewRow();
        RunWithoutDelivery("New-ApiToken -Connection wegnology", row, path);
        Run("param($Row) Remove-ApiToken $Row.Name -Connection wegnology", row).ShouldSucceed();
        Assert.True(Sandbox.Accepts(Single(New, row, path)));
    }

    [Fact]
    public void Reset_PredecessorNotRemoved_RemovesItInALaterRun()
    {
        string path = NewJournal();
        PSObject old = NewToken("wegnology");
        Sandbox.AddFault(new { kind = "status", status = 403, service = "wegnology", method = "DELETE", count = 3 });
        RunResult first = Run(Reset, old, path);
        first.ShouldFail("PredecessorNotRemoved");
        PSObject successor = first.Single;
        RequestCount before = Sandbox.Count();
        for (int run = 2; run <= 3; run++)
        {
            Run(Reset, old, path).ShouldFail("PredecessorNotRemoved");
        }

        RunResult last = Run(Reset, old, path).ShouldSucceed();

        Assert.Empty(last.Output);
        Assert.Equal(1, last.Summary!.Get("Done"));

        // The new token already exists.
        Assert.Empty(Sandbox.Since(before, "POST"));
        Assert.Equal([successor.Text("Id")], WithName(old).Texts("Id"));
        Assert.True(Sandbox.Accepts(successor));
    }

    [Fact]
    public void Reset_SuccessorNotDelivered_IsReportedAndThePredecessorStays()
    {
        string path = NewJournal();
        PSObject old = NewToken("wegnology");
        RunWithoutDelivery("Reset-ApiToken", old, path);
        PSObject orphan = Assert.Single(WithName(old), token => token.Text("Id") != old.Text("Id"));
        for (int run = 2; run <= 3; run++)
        {
            Assert.Equal(orphan.Text("Id"), Run(Reset, old, path).ShouldFail("OrphanedToken").Target().Text("Id"));
        }

        Assert.True(Sandbox.Accepts(old));
        Run("param($Orphan) $Orphan | Remove-ApiToken", orphan).ShouldSucceed();
        Assert.True(Sandbox.Accepts(Single(Reset, old, path)));
        Assert.False(Sandbox.Accepts(old));
    }

    [Fact]
    public void Reset_ManyInTwoRuns_ResetsEachOnce()
    {
        string path = NewJournal();
        IReadOnlyList<PSObject> old = Take(12);
        using ModuleSession other = OpenSession();
        IReadOnlyList<PSObject> first = other.Output(Reset, old.Take(8).ToList(), path);

        RunResult result = Run(Reset, old, path).ShouldSucceed();

        Assert.Equal(old.Texts("Name").Order(), first.Concat(result.Output).Texts("Name").Order());
        AssertSummary(result, done: 4, skipped: 8);
        HashSet<string> names = [.. old.Texts("Name")];
        Assert.Equal(
            first.Concat(result.Output).Texts("Id").Order(),
            Output("Get-ApiToken -Connection wegnology").Where(token => names.Contains(token.Text("Name"))).Texts("Id").Order());
    }

    private static PSObject NewRow() => Records.Row(("Name", NewName()), ("Scope", "ReadOnly"));

    private IReadOnlyList<PSObject> WithName(PSObject row) =>
        [.. Output("Get-ApiToken -Connection wegnology").Where(token => token.Text("Name") == row.Text("Name"))];
}
