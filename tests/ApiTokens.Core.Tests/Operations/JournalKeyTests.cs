using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>A journal is about what was asked: other parameters, and changes that were undone, are not skipped.</summary>
public sealed class JournalKeyTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    [Fact]
    public async Task Resume_RenameToAnotherName_RenamesAgain()
    {
        (TokenConnection connection, ApiToken token) = await IssueAsync("Wegnology");
        using var file = new JournalFile();
        await file.RunAsync("Rename", new RenameOperation(connection, token, "b"));

        RunResult result = await file.RunAsync("Rename", new RenameOperation(connection, token, "c"));

        Assert.Equal((1, 0), (result.Summary.Done, result.Summary.Skipped));
        Assert.Equal("c", (await connection.Tokens.GetAsync(token.Id, default)).Name);
        var again = new RenameOperation(connection, new ApiToken { Id = token.Id }, "b");
        Assert.Equal((1, 0), await CountAsync(again));
        Assert.Equal((0, 1), await CountAsync(again));

        async Task<(int Done, int Skipped)> CountAsync(Operation operation)
        {
            OperationSummary summary = (await file.RunAsync("Rename", operation)).Summary;
            return (summary.Done, summary.Skipped);
        }
    }

    [Fact]
    public async Task Resume_UpdateToAnotherDescription_UpdatesAgain()
    {
        (TokenConnection connection, ApiToken token) = await IssueAsync("Wegnology");
        using var file = new JournalFile();
        await file.RunAsync("Set", Update("first"));

        RunResult result = await file.RunAsync("Set", Update("second"), Update("second"));

        Assert.Equal((2, 0), (result.Summary.Done, result.Summary.Skipped));
        Assert.Equal("second", (await connection.Tokens.GetAsync(token.Id, default)).Description);
        Assert.Equal(1, (await file.RunAsync("Set", Update("second"))).Summary.Skipped);

        UpdateOperation Update(string description) =>
            new(connection, new ApiToken { Id = token.Id }, new TokenChanges { Description = description });
    }

    [Theory]
    [InlineData("Devo")]
    [InlineData("Wegnology")]
    public async Task Resume_DisabledTokenWasEnabledSince_DisablesAgain(string service)
    {
        (TokenConnection connection, ApiToken token) = await IssueAsync(service);
        using var file = new JournalFile();
        await file.RunAsync("Disable", new SetEnabledOperation(connection, token, enabled: false));
        await connection.Tokens.SetEnabledAsync(token.Id, enabled: true, default);
        ApiToken enabled = await connection.Tokens.GetAsync(token.Id, default);

        RunResult result = await file.RunAsync("Disable", new SetEnabledOperation(connection, enabled, enabled: false));

        Assert.Equal((1, 0), (result.Summary.Done, result.Summary.Skipped));
        Assert.Equal(TokenStatus.Inactive, (await connection.Tokens.GetAsync(token.Id, default)).Status);
    }

    [Fact]
    public async Task Resume_DescriptionWasChangedSince_UpdatesAgain()
    {
        (TokenConnection connection, ApiToken token) = await IssueAsync("Wegnology");
        using var file = new JournalFile();
        var changes = new TokenChanges { Description = "first" };
        await file.RunAsync("Set", new UpdateOperation(connection, token, changes));
        await connection.Tokens.UpdateAsync(token.Id, new TokenChanges { Description = "second" }, default);

        RunResult result = await file.RunAsync("Set", new UpdateOperation(connection, token, changes));

        Assert.Equal(1, result.Summary.Done);
        Assert.Equal("first", (await connection.Tokens.GetAsync(token.Id, default)).Description);
    }

    [Fact]
    public async Task Resume_UndoneChangeFails_IsRecorded()
    {
        (TokenConnection connection, ApiToken token) = await IssueAsync("Wegnology");
        using var file = new JournalFile();
        await file.RunAsync("Disable", new SetEnabledOperation(connection, token, enabled: false));
        await connection.Tokens.SetEnabledAsync(token.Id, enabled: true, default);
        sandbox.Plan("Wegnology", new Fault { Kind = FaultKind.Status, Status = 403, Method = "PATCH" });

        await file.RunAsync("Disable", new SetEnabledOperation(connection, token, enabled: false));

        Assert.Equal(["start", "end done", "start", "end failed"], file.Events);
    }

    [Fact]
    public async Task Resume_StaleRecordOfDisabledToken_IsSkippedWithoutWrite()
    {
        (TokenConnection connection, ApiToken token) = await IssueAsync("Wegnology");
        using var file = new JournalFile();
        await file.RunAsync("Disable", new SetEnabledOperation(connection, token, enabled: false));
        long since = await sandbox.CountAsync();

        // Whatever the record says, the service is asked.
        RunResult result = await file.RunAsync("Disable", new SetEnabledOperation(connection, token, enabled: false));

        Assert.Equal((0, 1), (result.Summary.Done, result.Summary.Skipped));
        Assert.Empty(await sandbox.WritesAsync(since));
        Assert.Equal(["start", "end done"], file.Events);
    }

    [Fact]
    public async Task Resume_CheckOfCompletedOperationFails_LeavesJournalAsItIs()
    {
        (TokenConnection connection, ApiToken token) = await IssueAsync("Wegnology");
        using var file = new JournalFile();
        await file.RunAsync("Disable", new SetEnabledOperation(connection, token, enabled: false));
        sandbox.Plan("Wegnology", new Fault { Kind = FaultKind.Status, Status = 403, Method = "GET" });

        RunResult result = await file.RunAsync("Disable", new SetEnabledOperation(connection, token, enabled: false));

        Assert.Single(result.Errors);
        Assert.Equal(["start", "end done"], file.Events);
    }

    [Fact]
    public async Task Resume_CheckOfDuplicateFails_LeavesJournalAsItIs()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Respond(404, """{"error":"not found"}""");
        server.Json("[]");
        server.Respond(403, """{"error":"no"}""");
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");
        ApiToken token = connection.CreateReference("3", "ci");
        using var file = new JournalFile();
        RemoveOperation[] twice = [Remove(), Remove()];
        file.WriteInterruptedRun("Remove", connection.Time, twice[0], journal => journal.Start(twice[0]));

        RunResult result = await file.RunAsync("Remove", twice);

        Assert.Equal((1, 1), (result.Summary.Skipped, result.Summary.Failed));
        Assert.Equal(["start", "end done"], file.Events);

        RemoveOperation Remove() => new(connection, token) { AllowOwnToken = true };
    }

    [Fact]
    public async Task Resume_DisableStartedAgainAndKilled_IsChecked()
    {
        (TokenConnection connection, ApiToken token) = await IssueAsync("Wegnology");
        using var file = new JournalFile();
        var operation = new SetEnabledOperation(connection, token, enabled: false);
        await file.RunAsync("Disable", operation);
        await connection.Tokens.SetEnabledAsync(token.Id, enabled: true, default);
        file.WriteInterruptedRun("Disable", sandbox.Clock, operation, journal => journal.Start(operation));

        // Only the id is known, so the journal alone decides.
        RunResult result = await file.RunAsync(
            "Disable", new SetEnabledOperation(connection, new ApiToken { Id = token.Id }, enabled: false));

        Assert.Equal((1, 0), (result.Summary.Done, result.Summary.Skipped));
    }

    private async Task<(TokenConnection Connection, ApiToken Token)> IssueAsync(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        IssuedToken issued = await connection.Tokens.CreateAsync(FaultySandbox.New(service, FaultySandbox.NewName()), default);
        return (connection, await connection.Tokens.GetAsync(issued.Id, default));
    }
}
