using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>What the next run finds after a run that could not record everything.</summary>
public sealed class InterruptedRunTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Resume_OldTokenRenamedSinceKill_FindsNewTokenByEarlierName(bool nameIsStale)
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        IssuedToken old = await connection.Tokens.CreateAsync(FaultySandbox.New("Wegnology", FaultySandbox.NewName()), default);
        var input = new ApiToken { Id = old.Id, Name = nameIsStale ? FaultySandbox.NewName() : string.Empty };
        using var file = new JournalFile();
        sandbox.Plan("Wegnology", new Fault { Kind = FaultKind.Reset, Method = "POST", When = FaultTiming.After });
        RunResult killed = await file.RunAsync("Reset", sandbox.Clock, TestOperations.Reset(connection, input));
        ApiToken lost = Assert.IsType<OrphanedTokenException>(killed.Error).Token;

        // As if the process had been killed before the response.
        string[] lines = file.Text.Split('\n');
        file.Text = string.Join('\n', lines.Where(line => !line.Contains("\"event\":\"end\"")));
        await connection.Tokens.RenameAsync(old.Id, FaultySandbox.NewName(), default);

        RunResult second = await file.RunAsync(
            "Reset", sandbox.Clock, TestOperations.Reset(await sandbox.ConnectAsync("Wegnology"), new ApiToken { Id = old.Id }));

        Assert.Equal(lost.Id, Assert.IsType<OrphanedTokenException>(second.Error).Token.Id);
        Assert.Empty(second.Outputs);
        Assert.True(await sandbox.WorksAsync(old));
    }

    [Fact]
    public async Task Resume_CheckOfOwnTokenFails_NextRunStillSearchesForNewToken()
    {
        const string Service = "ApplicationUsers";
        TokenConnection connection = await sandbox.ConnectAsync(Service);
        IssuedToken old = await connection.Tokens.CreateAsync(FaultySandbox.New(Service, FaultySandbox.NewName()), default);
        using var file = new JournalFile();
        Operation killed = Reset(connection);
        file.WriteInterruptedRun("Reset", sandbox.Clock, killed, journal => journal.Start(killed));
        IssuedToken lost = await connection.Tokens.CreateAsync(FaultySandbox.New(Service, old.Name), default);
        sandbox.Plan(Service, new Fault { Kind = FaultKind.Status, Status = 403, Method = "GET" });
        RunResult second = await file.RunAsync("Reset", sandbox.Clock, Reset(await sandbox.ConnectAsync(Service)));
        Assert.Equal(ErrorKind.PermissionDenied, Assert.IsType<ApiTokenException>(second.Error).Kind);

        RunResult third = await file.RunAsync("Reset", sandbox.Clock, Reset(await sandbox.ConnectAsync(Service)));

        Assert.Equal(lost.Id, Assert.IsType<OrphanedTokenException>(third.Error).Token.Id);
        Assert.Empty(third.Outputs);

        ResetOperation Reset(TokenConnection to) => new(to, old.WithoutSecret(), new ResetOptions { WithSuccessor = true });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Resume_JournalDoesNotShowDeliveredToken_IssuesNoOther(bool sameProcess)
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        NewTokenRequest request = FaultySandbox.New("Wegnology", FaultySandbox.NewName());
        var file = new FileWithout("\"issuedId\"");
        RunResult first = await RunResult.RunAsync(Open(file, connection), new IssueOperation(connection, request));
        Assert.Equal(ErrorIds.JournalNotWritten, Assert.IsType<ApiTokenException>(first.Error).ErrorId);
        var issued = Assert.IsType<IssuedToken>(Assert.Single(first.Outputs));
        TokenConnection next = sameProcess ? connection : await sandbox.ConnectAsync("Wegnology");
        using var copy = new MemoryStream();
        copy.Write(file.ToArray());
        copy.Position = 0;

        RunResult second = await RunResult.RunAsync(Open(copy, next), new IssueOperation(next, request));

        var error = Assert.IsType<OrphanedTokenException>(second.Error);
        Assert.Equal((issued.Id, true), (error.Token.Id, error.OutcomeUnknown));
        Assert.Empty(second.Outputs);
        Assert.Single(await FaultySandbox.ListByNameAsync(connection, request.Name));
    }

    [Fact]
    public async Task Resume_NeitherVaultNorJournalWritten_KeepsTokenThatCallerReceived()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        NewTokenRequest request = FaultySandbox.New("Wegnology", FaultySandbox.NewName());
        var file = new FileWithout("\"outcome\"");
        var locked = new DelegateSink(
            token => throw new SecretNotSavedException(token, "The vault is locked.", "Unlock the vault."), contains: _ => false);
        RunResult first = await RunResult.RunAsync(Open(file, connection), locked, Issue());
        var issued = Assert.IsType<IssuedToken>(Assert.Single(first.Outputs));
        using var copy = new MemoryStream();
        copy.Write(file.ToArray());
        copy.Position = 0;

        RunResult second = await RunResult.RunAsync(Open(copy, connection), locked, Issue());

        Assert.Contains("may have been delivered", Assert.IsType<OrphanedTokenException>(second.Error).Message);
        Assert.True(await sandbox.WorksAsync(issued));

        IssueOperation Issue() => new(connection, request) { RemoveOrphan = true };
    }

    [Fact]
    public async Task Issue_ResponseLostBesideUnrecordedToken_IsNotTakenForIt()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        NewTokenRequest request = FaultySandbox.New("Wegnology", FaultySandbox.NewName());
        RunResult first = await RunResult.RunAsync(
            Open(new FileWithout("\"issuedId\""), connection), new IssueOperation(connection, request));
        var issued = Assert.IsType<IssuedToken>(Assert.Single(first.Outputs));
        sandbox.Plan("Wegnology", new Fault { Kind = FaultKind.Reset, Method = "POST" });

        var error = await Assert.ThrowsAnyAsync<ApiTokenException>(
            () => TestOperations.IssueAsync(connection, request, removeOrphan: true));

        Assert.IsNotType<OrphanedTokenException>(error);
        Assert.True(await sandbox.WorksAsync(issued));
    }

    [Fact]
    public async Task Resume_OldTokenGoneAndSuccessorRefused_SaysThatItsSecretWasRejected()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Gcore");
        IssuedToken old = await connection.Tokens.CreateAsync(FaultySandbox.New("Gcore", FaultySandbox.NewName()), default);
        IssuedToken successor = await connection.Tokens.CreateAsync(FaultySandbox.New("Gcore", old.Name), default);
        using var file = new JournalFile();
        Operation operation = TestOperations.Reset(connection, old);
        file.WriteInterruptedRun("Reset", sandbox.Clock, operation, journal =>
        {
            journal.Start(operation);
            journal.Issued(operation, successor.Id);
            journal.Delivered(operation, successor.Id);
            journal.Refused(new JournalSubject(operation.KeyIn(journal), operation.Name, connection.Name), successor.Id);
        });
        await connection.Tokens.RemoveAsync(old.Id, default);

        RunResult result = await RunResult.RunAsync(
            file.Open("Reset", sandbox.Clock, connection), new DelegateSink(_ => Task.CompletedTask, contains: _ => false), operation);

        var error = Assert.IsType<OrphanedTokenException>(result.Error);
        Assert.Equal(successor.Id, error.Token.Id);
        Assert.Contains("its secret was rejected", error.Message);
        Assert.DoesNotContain("before its secret was delivered", error.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Resume_OldTokenIsGone_FindsNewTokenOnlyIfItsNameIsKnown(bool hasName)
    {
        TokenConnection connection = await sandbox.ConnectAsync("Gcore");
        IssuedToken old = await connection.Tokens.CreateAsync(FaultySandbox.New("Gcore", FaultySandbox.NewName()), default);
        using var file = new JournalFile();
        Operation operation = TestOperations.Reset(connection, hasName ? old : new ApiToken { Id = old.Id });
        file.WriteInterruptedRun("Reset", sandbox.Clock, operation, journal => journal.Start(operation));
        IssuedToken successor = await connection.Tokens.CreateAsync(FaultySandbox.New("Gcore", old.Name), default);
        await connection.Tokens.RemoveAsync(old.Id, default);

        var error = Assert.IsAssignableFrom<ApiTokenException>((await file.RunAsync("Reset", sandbox.Clock, operation)).Error);

        Assert.Equal(hasName ? successor.Id : null, (error as OrphanedTokenException)?.Token.Id);
    }

    [Fact]
    public async Task Resume_OldTokenCannotBeRead_ReportsThat()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Gcore");
        IssuedToken old = await connection.Tokens.CreateAsync(FaultySandbox.New("Gcore", FaultySandbox.NewName()), default);
        using var file = new JournalFile();
        Operation operation = TestOperations.Reset(connection, old);
        file.WriteInterruptedRun("Reset", sandbox.Clock, operation, journal => journal.Start(operation));
        await connection.Tokens.CreateAsync(FaultySandbox.New("Gcore", old.Name), default);
        sandbox.Plan("Gcore", new Fault { Kind = FaultKind.Status, Status = 403, Method = "GET" });

        var error = Assert.IsType<ApiTokenException>((await file.RunAsync("Reset", sandbox.Clock, operation)).Error);

        Assert.Equal(ErrorKind.PermissionDenied, error.Kind);
    }

    [Theory]
    [InlineData("read", "end unknown")]
    [InlineData("successor", "end failed")]
    [InlineData("none", "end done")]
    public async Task Resume_DeliveredSuccessor_IsVerifiedBeforeOldTokenIsRetired(string failure, string end)
    {
        TokenConnection connection = await sandbox.ConnectAsync("Gcore");
        IssuedToken old = await connection.Tokens.CreateAsync(FaultySandbox.New("Gcore", FaultySandbox.NewName()), default);
        IssuedToken successor = await connection.Tokens.CreateAsync(FaultySandbox.New("Gcore", old.Name), default);
        using var file = new JournalFile();
        Operation operation = TestOperations.Reset(connection, old);
        file.WriteInterruptedRun("Reset", sandbox.Clock, operation, journal =>
        {
            journal.Start(operation);
            journal.Delivered(operation, successor.Id);
        });
        if (failure == "read")
        {
            sandbox.Plan("Gcore", new Fault { Kind = FaultKind.Status, Status = 403, Method = "GET", Path = $"*/{old.Id}" });
        }
        else if (failure == "successor")
        {
            await connection.Tokens.RemoveAsync(successor.Id, default);
        }

        await RunResult.RunAsync(
            file.Open("Reset", sandbox.Clock, connection),
            new DelegateSink(_ => Task.CompletedTask, read: _ => successor.GetSecret()),
            operation);

        string[] expected = failure == "none" ? ["start", "verified", end] : ["start", end];
        Assert.Equal(["start", "delivered", .. expected], file.Events);
        Assert.Equal(failure != "none", await sandbox.WorksAsync(old));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Remove_StateUnreadableAfterLostResponse_LeavesOutcomeUnknown(string service)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        bool isRemoved = false;
        server.DefaultHandler = context =>
        {
            bool isRead = context.Request.Method == "GET";
            if (!isRead && !isRemoved)
            {
                isRemoved = true;
                context.Abort();
                return Task.CompletedTask;
            }

            return isRead
                ? ScriptedServer.WriteAsync(context, 200, "Welcome to the network", "text/plain")
                : ScriptedServer.WriteAsync(context, 404, "{}");
        };
        TokenConnection connection = await TestConnections.ConnectAsync(server, service);

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => connection.Tokens.RemoveAsync(Conformance.ServiceRecipe.Of(service).UnusedId, default));

        Assert.True(error.OutcomeUnknown);
        Assert.Contains("may have succeeded", error.Message);
    }

    private JournalWriter Open(Stream file, TokenConnection connection) =>
        JournalWriter.Open(file, "journal.jsonl", "New", [connection.AccountIdentity], sandbox.Clock);
}
