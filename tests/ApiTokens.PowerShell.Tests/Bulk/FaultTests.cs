using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>
/// Every fault of a request with every cmdlet that changes tokens: the change succeeds, or the error describes the outcome
/// correctly.
/// </summary>
public sealed class FaultTests(FaultTests.Fixture fixture) : CmdletTest<FaultTests.Fixture>(fixture)
{
    private static readonly (string Command, string Method)[] Commands =
        [("Remove-ApiToken", "DELETE"), ("Disable-ApiToken", "PATCH"), ("Enable-ApiToken", "PATCH"), ("Rename-ApiToken", "PATCH")];

    private readonly Fixture _fixture = fixture;

    public static TheoryData<string, string> RetriedWrites => Writes(FaultEffect.Retried);

    public static TheoryData<string, string> UnaffectedWrites => Writes(FaultEffect.None);

    public static TheoryData<string, string> RefusedWrites => Writes(FaultEffect.Refused);

    public static TheoryData<string, string> UnreadableWrites => Writes(FaultEffect.Unreadable);

    public static TheoryData<string> SuccessfulRemovals => Names(fault => fault.Write is FaultEffect.Retried or FaultEffect.None);

    /// <summary>The number of creates that succeed, and how often the fault fires.</summary>
    public static TheoryData<string, int> SuccessfulCreates => new()
    {
        { "status 429", 2 },
        { "delay before", 1 },
        { "delay after", 1 },
    };

    public static TheoryData<string> OrphanedCreates => Names(fault => fault.Create == FaultEffect.Orphaned);

    public static TheoryData<string> NotCreated => Names(fault => fault.Create == FaultEffect.NotCreated);

    [Fact]
    public void FaultCases_EveryEffect_IsTested()
    {
        Assert.Equal(11, FaultCase.All.Count);
        Assert.Equal(44, RetriedWrites.Count + UnaffectedWrites.Count + RefusedWrites.Count + UnreadableWrites.Count);
        Assert.Equal(
            SuccessfulCreates.Select(row => (string)row[0]).Order(),
            FaultCase.All.Where(fault => fault.Create is FaultEffect.Retried or FaultEffect.None).Select(fault => fault.Name).Order());
        Assert.Equal(["status 403"], FaultCase.All.Where(fault => fault.Create == FaultEffect.Refused).Select(fault => fault.Name));
    }

    [Theory]
    [MemberData(nameof(RetriedWrites))]
    public void Write_TransientFault_IsRetriedUntilDone(string fault, string command)
    {
        WriteOutcome outcome = WriteTwo(fault, command);
        outcome.Result.ShouldSucceed();
        Assert.Equal(2, outcome.Fired);
        AssertSummary(outcome.Result, done: 2, failed: 0, retried: 2);
        Assert.True(outcome.FirstIsDone);
        Assert.True(outcome.SecondIsDone);
    }

    [Theory]
    [MemberData(nameof(UnaffectedWrites))]
    public void Write_DelayedAnswer_IsDoneAtOnce(string fault, string command)
    {
        WriteOutcome outcome = WriteTwo(fault, command);
        outcome.Result.ShouldSucceed();
        Assert.Equal(1, outcome.Fired);
        AssertSummary(outcome.Result, done: 2, failed: 0, retried: 0);
        Assert.True(outcome.FirstIsDone);
        Assert.True(outcome.SecondIsDone);
    }

    [Theory]
    [MemberData(nameof(RefusedWrites))]
    public void Write_Refused_FailsAndChangesNothing(string fault, string command)
    {
        WriteOutcome outcome = WriteTwo(fault, command);
        Assert.Equal(1, outcome.Fired);
        ErrorRecord error = outcome.Result.ShouldFail("PermissionDenied");
        Assert.Equal(outcome.FirstId, error.Target().Text("Id"));
        AssertSummary(outcome.Result, done: 1, failed: 1, retried: 0);
        Assert.False(outcome.FirstIsDone);
        Assert.True(outcome.SecondIsDone);
    }

    [Theory]
    [MemberData(nameof(UnreadableWrites))]
    public void Write_UnreadableAnswer_FailsAlthoughTheServiceDidIt(string fault, string command)
    {
        WriteOutcome outcome = WriteTwo(fault, command);
        Assert.Equal(1, outcome.Fired);
        ErrorRecord error = outcome.Result.ShouldFail("InvalidResult");
        Assert.Equal(outcome.FirstId, error.Target().Text("Id"));
        AssertSummary(outcome.Result, done: 1, failed: 1, retried: 0);
        Assert.True(outcome.FirstIsDone);
        Assert.True(outcome.SecondIsDone);
    }

    [Theory]
    [MemberData(nameof(SuccessfulRemovals))]
    public void Reset_FaultWhenPredecessorIsRemoved_RemovesIt(string fault)
    {
        PSObject old = NewToken("wegnology");
        Sandbox.AddFault(FaultCase.Of(fault).For("wegnology", "DELETE", count: 2));

        PSObject successor = Single("param($Token) $Token | Reset-ApiToken", old);

        Assert.True(Sandbox.Accepts(successor));
        Assert.False(Sandbox.Accepts(old));
        Assert.Equal([successor.Text("Id")], WithName(old.Text("Name")).Texts("Id"));
    }

    [Theory]
    [InlineData("status 403", "still exists", true)]
    [InlineData("notJson", "may still exist", false)]
    public void Reset_PredecessorNotRemovedForCertain_DeliversTheSuccessorAndFails(string fault, string text, bool predecessorWorks)
    {
        PSObject old = NewToken("wegnology");
        Sandbox.AddFault(FaultCase.Of(fault).For("wegnology", "DELETE", count: 2));

        RunResult result = Run("param($Token) $Token | Reset-ApiToken", old);

        PSObject successor = result.Single;
        Assert.True(Sandbox.Accepts(successor));
        ErrorRecord error = result.ShouldFail("PredecessorNotRemoved");
        Assert.Matches($"(?s){successor.Text("Id")}.*{text}", error.ToString());
        Assert.Equal(predecessorWorks, Sandbox.Accepts(old));
    }

    [Theory]
    [MemberData(nameof(SuccessfulCreates))]
    public void New_FaultThatLeavesNothing_IssuesOnce(string fault, int fired)
    {
        string name = NewName();
        Sandbox.AddFault(FaultCase.Of(fault).For("wegnology", "POST", count: 2));

        PSObject issued = Single("param($Name) New-ApiToken $Name -Connection wegnology -Scope All", name);

        Assert.Equal(fired, Sandbox.Fired());
        Assert.True(Sandbox.Accepts(issued));
        Assert.Equal([issued.Text("Id")], WithName(name).Texts("Id"));
    }

    // OrphanTests covers creates that were certainly not executed, because it takes seconds to be certain.
    [Theory]
    [MemberData(nameof(OrphanedCreates))]
    public void New_AnswerIsLost_ReportsTheOrphan(string fault)
    {
        string name = NewName();
        Sandbox.AddFault(FaultCase.Of(fault).For("wegnology", "POST", count: 2));

        RunResult result = Run("param($Name) New-ApiToken $Name -Connection wegnology -Scope All", name);

        Assert.Equal(1, Sandbox.Fired());
        Assert.Empty(result.Output);
        PSObject orphan = Assert.Single(WithName(name));
        Assert.Equal(orphan.Text("Id"), result.ShouldFail("OrphanedToken").Target().Text("Id"));
    }

    [Fact]
    public void New_Refused_FailsAndCreatesNothing()
    {
        string name = NewName();
        Sandbox.AddFault(FaultCase.Of("status 403").For("wegnology", "POST", count: 2));

        RunResult result = Run("param($Name) New-ApiToken $Name -Connection wegnology -Scope All", name);

        Assert.Equal(1, Sandbox.Fired());
        Assert.Empty(result.Output);
        Assert.Empty(WithName(name));
        Assert.Equal(name, result.ShouldFail("PermissionDenied").TargetObject.ToString());
    }

    [Theory]
    [MemberData(nameof(SuccessfulCreates))]
    public void Reset_FaultOfSuccessorThatLeavesNothing_IssuesOnce(string fault, int fired)
    {
        PSObject old = NewToken("wegnology");
        Sandbox.AddFault(FaultCase.Of(fault).For("wegnology", "POST", count: 2));

        PSObject successor = Single("param($Token) $Token | Reset-ApiToken", old);

        Assert.Equal(fired, Sandbox.Fired());
        Assert.True(Sandbox.Accepts(successor));
        Assert.False(Sandbox.Accepts(old));
        Assert.Equal([successor.Text("Id")], WithName(old.Text("Name")).Texts("Id"));
    }

    [Theory]
    [MemberData(nameof(OrphanedCreates))]
    public void Reset_AnswerOfSuccessorIsLost_KeepsThePredecessorAndReportsTheOrphan(string fault)
    {
        PSObject old = NewToken("wegnology");
        Sandbox.AddFault(FaultCase.Of(fault).For("wegnology", "POST", count: 2));

        RunResult result = Run("param($Token) $Token | Reset-ApiToken", old);

        Assert.Equal(1, Sandbox.Fired());
        Assert.Empty(result.Output);
        Assert.True(Sandbox.Accepts(old));
        IReadOnlyList<PSObject> found = WithName(old.Text("Name"));
        Assert.Equal(2, found.Count);
        string orphan = result.ShouldFail("OrphanedToken").Target().Text("Id");
        Assert.NotEqual(old.Text("Id"), orphan);
        Assert.Contains(orphan, found.Texts("Id"));
    }

    [Theory]
    [MemberData(nameof(NotCreated))]
    public void Reset_SuccessorNotCreated_KeepsThePredecessor(string fault) => AssertNoSuccessor(fault, "ConnectionError");

    [Fact]
    public void Reset_SuccessorRefused_KeepsThePredecessor() => AssertNoSuccessor("status 403", "PermissionDenied");

    [Fact]
    public void Remove_AnswerTakesLongerThanTimeout_IsSentAgain()
    {
        Session.ConnectTo(Sandbox, "wegnology", "-Name short-timeout -TimeoutSec 1");
        IReadOnlyList<PSObject> tokens = _fixture.TakeActive(2);
        Sandbox.AddFault(new { kind = "delay", delayMs = 5000, when = "after", service = "wegnology", method = "DELETE" });

        RunResult result = Run("param($Tokens) $Tokens | Remove-ApiToken -Connection short-timeout", tokens).ShouldSucceed();

        Assert.Equal("1", result.Summary!.Text("Retried"));
        Assert.Empty(Now(tokens));
    }

    [Fact]
    public void New_AnswerTakesLongerThanTimeout_ReportsTheOrphan()
    {
        Session.ConnectTo(Sandbox, "wegnology", "-Name short-timeout -TimeoutSec 1");
        string name = NewName();
        Sandbox.AddFault(new { kind = "delay", delayMs = 5000, when = "after", service = "wegnology", method = "POST" });

        ErrorRecord error = Run("param($Name) New-ApiToken $Name -Connection short-timeout -Scope ReadOnly", name)
            .ShouldFail("OrphanedToken");

        Assert.Equal(Single("param($Name) Get-ApiToken -Connection wegnology -Name $Name", name).Text("Id"), error.Target().Text("Id"));
    }

    /// <summary>Removes the faults and reconnects, because the new connection has not been throttled.</summary>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            Session.ConnectTo(Sandbox, "wegnology", "-SkipCheck");
        }
    }

    private static TheoryData<string, string> Writes(FaultEffect effect)
    {
        var rows = new TheoryData<string, string>();
        foreach (FaultCase fault in FaultCase.All.Where(fault => fault.Write == effect))
        {
            foreach ((string command, _) in Commands)
            {
                rows.Add(fault.Name, command);
            }
        }

        return rows;
    }

    private static TheoryData<string> Names(Func<FaultCase, bool> condition) =>
        [.. FaultCase.All.Where(condition).Select(fault => fault.Name)];

    private static void AssertSummary(RunResult result, int done, int failed, int retried)
    {
        PSObject summary = result.Summary!;
        Assert.Equal((done, failed, retried), ((int)summary.Get("Done")!, (int)summary.Get("Failed")!, (int)summary.Get("Retried")!));
    }

    /// <summary>Changes two tokens; the first one hits a fault twice, so that its second retry succeeds.</summary>
    private WriteOutcome WriteTwo(string fault, string command)
    {
        IReadOnlyList<PSObject> tokens = _fixture.TakeActive(2);
        Assert.Equal(2, tokens.Count);
        if (command == "Enable-ApiToken")
        {
            Run("param($Tokens) $Tokens | Disable-ApiToken", tokens).ShouldSucceed();
        }

        string newName = NewName("renamed");
        string parameters = command == "Rename-ApiToken" ? $"-NewName {newName}" : string.Empty;
        string first = tokens[0].Text("Id");
        string method = Commands.Single(each => each.Command == command).Method;
        Sandbox.AddFault(FaultCase.Of(fault).For("wegnology", method, count: 2, path: $"*/{first}"));

        RunResult result = Run($"param($Tokens) $Tokens | {command} {parameters}", tokens);

        int fired = Sandbox.Fired();
        IReadOnlyList<PSObject> now = Now(tokens);
        bool[] done =
        [
            .. tokens.Select(token => now.SingleOrDefault(each => each.Text("Id") == token.Text("Id"))).Select(found => command switch
            {
                "Remove-ApiToken" => found is null,
                "Disable-ApiToken" => found?.Text("Status") == "Inactive",
                "Enable-ApiToken" => found?.Text("Status") == "Active",
                _ => found?.Text("Name") == newName,
            }),
        ];
        return new WriteOutcome(result, fired, first, done[0], done[1]);
    }

    private void AssertNoSuccessor(string fault, string errorId)
    {
        PSObject old = NewToken("wegnology");
        Sandbox.AddFault(FaultCase.Of(fault).For("wegnology", "POST", count: 2));

        RunResult result = Run("param($Token) $Token | Reset-ApiToken", old);

        Assert.Equal(1, Sandbox.Fired());
        Assert.Empty(result.Output);
        Assert.True(Sandbox.Accepts(old));
        Assert.Equal(old.Text("Id"), result.ShouldFail(errorId).Target().Text("Id"));
        Assert.Single(WithName(old.Text("Name")));
    }

    /// <summary>The current tokens of the service.</summary>
    private IReadOnlyList<PSObject> Now(IReadOnlyList<PSObject> tokens)
    {
        HashSet<string> ids = [.. tokens.Texts("Id")];
        return [.. Output("Get-ApiToken -Connection wegnology").Where(token => ids.Contains(token.Text("Id")))];
    }

    private IReadOnlyList<PSObject> WithName(string name) =>
        [
            .. Output("Get-ApiToken -Connection wegnology").Where(
                token => token.Text("Name").Equals(name, StringComparison.OrdinalIgnoreCase)),
        ];

    public sealed class Fixture() : ManyTokensFixture("-Tokens 200");

    private sealed record WriteOutcome(RunResult Result, int Fired, string FirstId, bool FirstIsDone, bool SecondIsDone);
}
