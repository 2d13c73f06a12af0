using System.Text.Json;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>Operations that a terminated run left without an end, and that the input of the next run does not contain.</summary>
public sealed class UnfinishedOperationTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>, IDisposable
{
    private readonly JournalFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Complete_RemovedTokenIsNotListedAnymore_RecordsItsEnd(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        ApiToken[] tokens = [await IssueAsync(connection), await IssueAsync(connection), await IssueAsync(connection)];
        await _file.RunAsync("Remove", new RemoveOperation(connection, tokens[0]));
        Interrupt("Remove", new RemoveOperation(connection, tokens[1]));
        await connection.Tokens.RemoveAsync(tokens[1].Id, default);

        RunResult result = await ResumeAsync("Remove", connection, new RemoveOperation(connection, tokens[2]));

        Assert.Empty(result.Errors);
        Assert.Equal((1, 1), (result.Summary.Done, result.Summary.Skipped));
        Assert.Equal(tokens.Select(token => token.Id).Order(), Ended("done").Order());
    }

    [Fact]
    public async Task Complete_TokenStillExists_ReportsItAndDoesNotRemoveIt()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Devo");
        ApiToken token = await IssueAsync(connection);
        Interrupt("Remove", new RemoveOperation(connection, token));
        long since = await sandbox.CountAsync();

        RunResult result = await ResumeAsync("Remove", connection);

        var error = Assert.IsType<ApiTokenException>(result.Error);
        Assert.Equal("OperationUnfinished", error.ErrorId);
        Assert.Contains($"on {token} and did not finish it. It had no effect.", error.Message);
        Assert.Empty(await sandbox.WritesAsync(since));
        Assert.Equal([token.Id], Ended("failed"));
        Assert.Empty((await ResumeAsync("Remove", connection)).Errors);
    }

    [Theory]
    [InlineData("Disable", TokenStatus.Inactive)]
    [InlineData("Enable", TokenStatus.Active)]
    public async Task Complete_StatusWasChanged_RecordsItsEnd(string operation, TokenStatus status)
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        ApiToken token = await IssueAsync(connection);
        bool enable = status == TokenStatus.Active;
        await connection.Tokens.SetEnabledAsync(token.Id, enable, default);
        Interrupt(operation, new SetEnabledOperation(connection, token, enable));

        RunResult result = await ResumeAsync(operation, connection);

        Assert.Equal((0, 1), (result.Errors.Count, result.Summary.Skipped));
        Assert.Equal([token.Id], Ended("done"));
    }

    [Fact]
    public async Task Complete_RenamedTwiceWithOneJournal_ChecksEachName()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        ApiToken token = await IssueAsync(connection);
        Interrupt("Rename", new RenameOperation(connection, token, "b"));

        RunResult result = await ResumeAsync("Rename", connection, new RenameOperation(connection, token, "c"));

        Assert.Equal("OperationUnfinished", Assert.IsType<ApiTokenException>(result.Error).ErrorId);
        Assert.Equal("c", (await connection.Tokens.GetAsync(token.Id, default)).Name);
    }

    [Fact]
    public async Task Complete_IssueOfAnotherInput_IsReportedUntilItIsSettled()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        string name = FaultySandbox.NewName();
        var issue = new IssueOperation(connection, FaultySandbox.New("Wegnology", name));
        Interrupt("New", issue);

        for (int run = 0; run < 2; run++)
        {
            var error = Assert.IsType<ApiTokenException>((await ResumeAsync("New", connection)).Error);
            Assert.Equal(("OperationUnfinished", true), (error.ErrorId, error.OutcomeUnknown));
            Assert.Contains(name, error.Message);
            Assert.Contains("Its outcome is unknown.", error.Message);
        }

        RunResult result = await ResumeAsync("New", connection, issue);
        Assert.Empty(result.Errors);
        Assert.Empty((await ResumeAsync("New", connection)).Errors);
    }

    [Fact]
    public async Task Complete_ConnectionHasAnotherNameNow_IsUsed()
    {
        TokenConnection before = await sandbox.ConnectAsync("Devo", "before");
        TokenConnection now = await sandbox.ConnectAsync("Devo", "now");
        Interrupt("Remove", new RemoveOperation(before, await IssueAsync(before)));

        RunResult result = await ResumeAsync("Remove", now);

        Assert.Equal("OperationUnfinished", Assert.IsType<ApiTokenException>(result.Error).ErrorId);
    }

    [Fact]
    public async Task Complete_NoConnectionToTheAccount_LeavesItUnfinished()
    {
        TokenConnection devo = await sandbox.ConnectAsync("Devo");
        TokenConnection gcore = await sandbox.ConnectAsync("Gcore");
        var interrupted = new RemoveOperation(devo, await IssueAsync(devo));
        using (JournalWriter journal = _file.Open("Remove", sandbox.Clock, devo, gcore))
        {
            journal.Start(interrupted);
        }

        RunResult result = await RunResult.RunAsync(_file.Open("Remove", sandbox.Clock, devo, gcore), [], [gcore]);

        Assert.Empty(result.Errors);
        Assert.Equal(["start"], _file.Events);
    }

    [Theory]
    [InlineData("first")]
    [InlineData("second")]
    public async Task Complete_SeveralConnectionsToTheAccount_UsesTheOneOfTheEarlierRun(string name)
    {
        TokenConnection[] connections =
            [await sandbox.ConnectAsync("Devo", "first"), await sandbox.ConnectAsync("Devo", "second")];
        TokenConnection used = Assert.Single(connections, connection => connection.Name == name);
        Interrupt("Remove", new RemoveOperation(used, await IssueAsync(used)));
        var runner = new TestRunner(1, _file.Open("Remove", sandbox.Clock, connections));
        var errors = new List<Operation>();

        await Task.Run(() =>
        {
            runner.CheckUnfinished(connections, report => errors.Add(report.Operation));
            runner.Complete(report => errors.Add(report.Operation));
        });
        runner.Dispose();

        Assert.Same(used, Assert.Single(errors).Connection);
    }

    [Fact]
    public async Task Complete_ManyKilledRemovals_EndsThemAll()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Gcore");
        var tokens = new List<ApiToken>();
        for (int i = 0; i < 40; i++)
        {
            tokens.Add(await IssueAsync(connection));
        }

        foreach (ApiToken token in tokens.Take(20))
        {
            Interrupt("Remove", new RemoveOperation(connection, token));
            await connection.Tokens.RemoveAsync(token.Id, default);
        }

        await ResumeAsync("Remove", connection, [.. tokens.Skip(20).Select(token => new RemoveOperation(connection, token))]);

        Assert.Equal(40, Ended("done").Distinct().Count());
        int starts = _file.Events.Count(each => each == "start");
        Assert.Equal(starts, _file.Events.Count(each => each.StartsWith("end", StringComparison.Ordinal)));
    }

    private void Interrupt(string operation, Operation interrupted) =>
        _file.WriteInterruptedRun(operation, sandbox.Clock, interrupted, journal => journal.Start(interrupted));

    private string[] Ended(string outcome) =>
    [
        .. _file.Lines.Where(line => line.TryGetProperty("outcome", out JsonElement value) && value.GetString() == outcome)
            .Select(line => line.GetProperty("id").GetString()!),
    ];

    private Task<RunResult> ResumeAsync(string operation, TokenConnection connection, params IReadOnlyCollection<Operation> operations) =>
        RunResult.RunAsync(_file.Open(operation, sandbox.Clock, connection), operations, [connection]);

    private static async Task<ApiToken> IssueAsync(TokenConnection connection) =>
        await connection.Tokens.CreateAsync(FaultySandbox.New(connection.Service, FaultySandbox.NewName()), default);
}
