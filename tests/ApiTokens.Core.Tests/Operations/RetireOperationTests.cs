using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

public sealed class RetireOperationTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    private const string Service = "Wegnology";

    [Fact]
    public async Task Run_DisabledTokenIsReturnedByTheService_IsNotReadAgain()
    {
        (TokenConnection connection, IssuedToken old, IssuedToken successor) = await PrepareAsync();
        long before = await sandbox.CountAsync();

        RunResult result = await RetireAsync(connection, old, successor.Id, OldTokenAction.Disable);

        // The old token and its successor are read, and the old token is disabled.
        Assert.Equal(3, await sandbox.CountAsync() - before);
        Assert.Equal(TokenStatus.Inactive, Assert.IsType<ApiToken>(Assert.Single(result.Outputs)).Status);
    }

    [Fact]
    public async Task Run_TokenIsRemoved_ReturnsIt()
    {
        (TokenConnection connection, IssuedToken old, IssuedToken successor) = await PrepareAsync();

        RunResult result = await RetireAsync(connection, old, successor.Id, OldTokenAction.Remove);

        Assert.Equal(old.Id, Assert.IsType<ApiToken>(Assert.Single(result.Outputs)).Id);
        Assert.False(await sandbox.WorksAsync(old));
    }

    [Fact]
    public async Task Run_SomebodyRemovesTokenMeanwhile_ReturnsNothing()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Json("""{"id":3,"name":"ci","user":"u","audience":"apiv2","active":true}""")
            .Json("""{"id":4,"name":"ci","user":"u","audience":"apiv2","active":true}""")
            .Respond(404).Respond(404).Json("[]");
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");

        RunResult result = await RetireAsync(connection, connection.CreateReference("3", "ci"), "4", OldTokenAction.Remove);

        Assert.Equal("DELETE", server.Requests[2].Method);
        Assert.Equal((1, 0, 0), (result.Summary.Done, result.Errors.Count, result.Outputs.Count));
    }

    [Fact]
    public async Task Run_TokenIsAlreadyDisabled_IsReturnedWithoutWrite()
    {
        (TokenConnection connection, IssuedToken old, IssuedToken successor) = await PrepareAsync();
        await connection.Tokens.SetEnabledAsync(old.Id, enabled: false, default);
        long writes = await sandbox.CountAsync("writes");

        RunResult result = await RetireAsync(connection, old, successor.Id, OldTokenAction.Disable);

        Assert.Equal(TokenStatus.Inactive, Assert.IsType<ApiToken>(Assert.Single(result.Outputs)).Status);
        Assert.Equal(writes, await sandbox.CountAsync("writes"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_NeitherTokenExists_IsStillDueUnlessThatIsAllowed(bool allowMissing)
    {
        (TokenConnection connection, IssuedToken old, IssuedToken successor) = await PrepareAsync();
        await connection.Tokens.RemoveAsync(old.Id, default);
        await connection.Tokens.RemoveAsync(successor.Id, default);

        RunResult result = await RetireAsync(connection, old, successor.Id, OldTokenAction.Remove, allowMissing);

        Assert.Equal(allowMissing ? (1, 0) : (0, 1), (result.Summary.Done, result.Errors.Count));
        if (!allowMissing)
        {
            AssertStillDue(result, $"Its successor {successor.Id} does not exist there either");
        }
    }

    [Fact]
    public async Task Run_SuccessorHasAnotherName_IsStillDue()
    {
        (TokenConnection connection, IssuedToken old, IssuedToken successor) = await PrepareAsync();
        string other = FaultySandbox.NewName();
        await connection.Tokens.RenameAsync(successor.Id, other, default);
        await connection.Tokens.RemoveAsync(old.Id, default);

        RunResult result = await RetireAsync(connection, old, successor.Id, OldTokenAction.Remove);

        AssertStillDue(result, $"Its successor {successor.Id} has the other name '{other}'");
    }

    [Fact]
    public async Task Run_SuccessorIsDisabled_KeepsOldToken()
    {
        (TokenConnection connection, IssuedToken old, IssuedToken successor) = await PrepareAsync();
        await connection.Tokens.SetEnabledAsync(successor.Id, enabled: false, default);

        RunResult result = await RetireAsync(connection, old, successor.Id, OldTokenAction.Remove);

        var error = Assert.IsType<ApiTokenException>(result.Error);
        Assert.Equal("SuccessorNotActive", error.ErrorId);
        Assert.Contains($"The new token ({successor.Id}), which replaces the token {old}, is inactive.", error.Message);
        Assert.True(await sandbox.WorksAsync(old));
    }

    [Fact]
    public async Task Run_RemovalIsAnsweredWith404AndTokenExists_IsNotRetired()
    {
        (TokenConnection connection, IssuedToken old, IssuedToken successor) = await PrepareAsync();
        sandbox.Plan(Service, new Fault { Kind = FaultKind.Status, Status = 404, Method = "DELETE" });

        RunResult result = await RetireAsync(connection, old, successor.Id, OldTokenAction.Remove);

        Assert.Equal(ErrorKind.ObjectNotFound, Assert.IsType<ApiTokenException>(result.Error).Kind);
        Assert.Empty(result.Outputs);
        Assert.True(await sandbox.WorksAsync(old));
    }

    [Theory]
    [InlineData(OldTokenAction.Remove, 403, "PredecessorNotRemoved", "The old token still exists.", "remove")]
    [InlineData(OldTokenAction.Remove, 500, "PredecessorNotRemoved", "The old token may still exist.", "remove")]
    [InlineData(OldTokenAction.Disable, 403, "PredecessorNotDisabled", "The old token still works.", "disable")]
    [InlineData(OldTokenAction.Disable, 500, "PredecessorNotDisabled", "The old token may still work.", "disable")]
    public async Task Reset_OldTokenNotRetired_SaysWhatIsKnownOfIt(
        OldTokenAction action, int status, string errorId, string state, string advice)
    {
        (TokenConnection connection, IssuedToken old, _) = await PrepareAsync();
        string method = action == OldTokenAction.Remove ? "DELETE" : "PATCH";
        sandbox.Plan(Service, new Fault { Kind = FaultKind.Status, Status = status, Method = method, Count = 6 });

        RunResult result = await RunResult.RunAsync(
            journal: null, TestOperations.Reset(connection, old, new ResetOptions { Predecessor = action }));

        sandbox.Clear();
        var error = Assert.IsType<ApiTokenException>(result.Error);
        Assert.Equal((errorId, status == 500), (error.ErrorId, error.OutcomeUnknown));
        Assert.Contains(state, error.Message);
        Assert.Equal($"Retire the old token: {advice} the token '{old.Id}' on the connection '{connection.Name}'", error.RecommendedAction);
        Assert.True(await sandbox.WorksAsync(old));
    }

    private static void AssertStillDue(RunResult result, string state)
    {
        var error = Assert.IsType<ApiTokenException>(result.Error);
        Assert.Equal("PredecessorNotFound", error.ErrorId);
        Assert.Contains($"{state}. The connection may reach another server. The token is still due.", error.Message);
        Assert.Contains("specify AllowMissing", error.RecommendedAction);
    }

    private static Task<RunResult> RetireAsync(
        TokenConnection connection, ApiToken old, string successorId, OldTokenAction action, bool allowMissing = false)
    {
        var due = new DueToken(
            connection.Name, connection.GetIdentity(old.Id), old.Name, successorId, DateTimeOffset.UnixEpoch, action);
        return RunResult.RunAsync(
            journal: null,
            new RetireOperation(connection, due, successorId) { ReturnsToken = true, AllowOwnToken = true, AllowMissing = allowMissing });
    }

    private async Task<(TokenConnection Connection, IssuedToken Old, IssuedToken Successor)> PrepareAsync()
    {
        TokenConnection connection = await sandbox.ConnectAsync(Service);
        NewTokenRequest request = FaultySandbox.New(Service, FaultySandbox.NewName());
        return (connection, await connection.Tokens.CreateAsync(request, default), await connection.Tokens.CreateAsync(request, default));
    }
}
