using System.Globalization;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>What is said and done about a create whose response is lost, if little is known.</summary>
public sealed class LostCreateTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    [Theory]
    [InlineData("Devo")]
    [InlineData("Wegnology")]
    public async Task RemoveOrphan_TokenOfAnotherIssuer_IsKept(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        var scope = new OperationScope();
        await scope.Snapshot.GetTokensAsync(connection, default);
        IssuedToken credential = await connection.Tokens.CreateAsync(Administrator(service), default);
        TokenConnection other = await sandbox.ConnectAsync(service, secret: credential.GetSecret());
        IssuedToken theirs = await other.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        sandbox.Plan(service, new Fault { Kind = FaultKind.Reset, Method = "POST" });

        var error = await Assert.ThrowsAnyAsync<ApiTokenException>(
            () => TestOperations.IssueAsync(connection, FaultySandbox.New(service, name), removeOrphan: true, scope));

        Assert.True(error.OutcomeUnknown);
        Assert.DoesNotContain("was removed", error.Message);
        Assert.True(await sandbox.WorksAsync(theirs));
    }

    [Theory]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    [InlineData("ApplicationUsers")]
    public async Task IsIssuedByCaller_OwnAndOtherTokens_TellsThemApart(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        var others = new List<ApiToken>();
        await foreach (ApiToken token in connection.Tokens.ListAsync(TokenFilter.Existing, default))
        {
            if (await connection.Tokens.IsIssuedByCallerAsync(token, default) == false)
            {
                others.Add(token);
            }
        }

        IssuedToken issued = await connection.Tokens.CreateAsync(FaultySandbox.New(service, FaultySandbox.NewName()), default);

        Assert.True(await connection.Tokens.IsIssuedByCallerAsync(issued, default));
        Assert.Equal(service != "ApplicationUsers", others.Count > 0);
        Assert.DoesNotContain(others, token => token.Issuer == issued.Issuer);
    }

    [Fact]
    public async Task RemoveOrphan_OutcomeOfEarlierRequestUnknown_ReportsAndKeepsToken()
    {
        TokenConnection connection = await sandbox.ConnectAsync("ApplicationUsers");
        string name = FaultySandbox.NewName();
        var scope = new OperationScope();
        await scope.Snapshot.GetTokensAsync(connection, default);
        sandbox.Plan("ApplicationUsers", new Fault { Kind = FaultKind.Reset, Method = "POST" });
        await Assert.ThrowsAnyAsync<ApiTokenException>(() => TestOperations.IssueAsync(
            connection, FaultySandbox.New("ApplicationUsers", name), removeOrphan: true, scope));
        sandbox.Plan("ApplicationUsers", new Fault { Kind = FaultKind.Reset, When = FaultTiming.After, Method = "POST" });

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => TestOperations.IssueAsync(
            connection, FaultySandbox.New("ApplicationUsers", name), removeOrphan: true, scope));

        // The service may have created the token of the first request late, and may still create the other one.
        Assert.True(error.OutcomeUnknown);
        Assert.Contains("One of them may be this token", error.Message);
        Assert.Single(await FaultySandbox.ListByNameAsync(connection, name));
    }

    [Fact]
    public async Task RemoveOrphan_TokenOfOtherRequestWasReported_IsNotTakenForTheLostOne()
    {
        const string Token = """{"id":"at_0123456789abcdefghij","userId":"jdoe","name":"ci","createdBy":"admin","status":"active"}""";
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        int created = 0;
        server.DefaultHandler = context =>
        {
            if (context.Request.Method == "POST" && Interlocked.Increment(ref created) == 2)
            {
                context.Abort();
                return Task.CompletedTask;
            }

            string list = $$"""{"items":[{{(created > 0 ? Token : "")}}],"pageNumber":1,"pageSize":1000,"totalCount":{{created}}}""";
            string body = context.Request.Method == "POST" ? Token
                : context.Request.Path.Value!.EndsWith("/me", StringComparison.Ordinal) ? """{"userId":"admin","tokenId":"at_own"}"""
                : list.Replace("\"totalCount\":2", "\"totalCount\":1", StringComparison.Ordinal);
            return ScriptedServer.WriteAsync(context, 200, body);
        };
        TokenConnection connection = await TestConnections.ConnectAsync(server, "ApplicationUsers");
        var scope = new OperationScope();
        await scope.Snapshot.GetTokensAsync(connection, default);
        NewTokenRequest request = FaultySandbox.New("ApplicationUsers", "ci");
        await Assert.ThrowsAsync<OrphanedTokenException>(
            () => TestOperations.IssueAsync(connection, request, removeOrphan: false, scope));

        await Assert.ThrowsAsync<ApiTokenException>(() => TestOperations.IssueAsync(connection, request, removeOrphan: true, scope));

        Assert.DoesNotContain(server.Requests, sent => sent.Path.EndsWith("/revoke", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RemoveOrphan_IssuerUnknown_ReportsAndKeepsToken()
    {
        // Devo does not tell who the caller is.
        TokenConnection connection = await sandbox.ConnectAsync("Devo");
        string name = FaultySandbox.NewName();
        sandbox.Plan("Devo", new Fault { Kind = FaultKind.Reset, When = FaultTiming.After, Method = "POST" });

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, name, removeOrphan: true));

        Assert.True(error.OutcomeUnknown);
        Assert.Contains("is probably this token", error.Message);
        Assert.Single(await FaultySandbox.ListByNameAsync(connection, name));
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task Issue_ClockOfServiceDiffers_FindsToken(int minutes)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");
        DateTimeOffset now = connection.Time.GetUtcNow().AddMinutes(minutes);
        server.DefaultHandler = context =>
        {
            context.Response.Headers.Date = now.ToString("r", CultureInfo.InvariantCulture);
            if (context.Request.Method == "POST")
            {
                context.Abort();
                return Task.CompletedTask;
            }

            return ScriptedServer.WriteAsync(context, 200, $$"""
                [{"id":3,"name":"ci","user":"jdoe@example.com","created":"{{Date(now.AddMinutes(-2))}}"},
                {"id":4,"name":"ci","user":"jdoe@example.com","created":"{{Date(now)}}"}]
                """);
        };
        await foreach (ApiToken _ in connection.Tokens.ListAsync(TokenFilter.Existing, default))
        {
        }

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, "ci", removeOrphan: false));

        Assert.Equal("4", error.Token.Id);
        Assert.DoesNotContain("One of them", error.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Issue_TokensHaveNoCreationDate_ReportsCandidate(bool removeOrphan)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        bool created = false;
        server.DefaultHandler = context =>
        {
            if (context.Request.Method == "POST")
            {
                created = true;
                context.Abort();
                return Task.CompletedTask;
            }

            return ScriptedServer.WriteAsync(context, 200, created ? """[{"id":4,"name":"ci","user":"jdoe@example.com"}]""" : "[]");
        };
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, "ci", removeOrphan));

        Assert.Equal(("4", true), (error.Token.Id, error.OutcomeUnknown));
    }

    [Fact]
    public async Task Issue_NoTokenFound_LeavesOutcomeUnknownAndSearchesAgainInNextRun()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        string name = FaultySandbox.NewName();
        using var file = new JournalFile();
        sandbox.Plan("Wegnology", new Fault { Kind = FaultKind.Reset, Method = "POST" });
        var operation = new IssueOperation(connection, FaultySandbox.New("Wegnology", name));

        RunResult first = await file.RunAsync("New", sandbox.Clock, operation);

        var error = Assert.IsType<ApiTokenException>(first.Error);
        Assert.True(error.OutcomeUnknown);
        Assert.Contains("was found within 3 seconds, but the service may still create it", error.Message);
        Assert.Equal(["start", "end unknown"], file.Events);

        // The service creates the token late.
        IssuedToken late = await connection.Tokens.CreateAsync(FaultySandbox.New("Wegnology", name), default);
        RunResult second = await file.RunAsync("New", sandbox.Clock, operation);
        Assert.Equal(late.Id, Assert.IsType<OrphanedTokenException>(second.Error).Token.Id);
        Assert.Single(await FaultySandbox.ListByNameAsync(connection, name));
    }

    [Fact]
    public async Task Complete_CallerThrowsWhileItReceivesToken_IsUndelivered()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        string name = FaultySandbox.NewName();
        using var runner = new TestRunner(1);

        // A fast answer reaches the caller as soon as the operation is added.
        Assert.Throws<InvalidOperationException>(() =>
        {
            runner.Add(new IssueOperation(connection, FaultySandbox.New("Wegnology", name)), Throw);
            runner.Complete(Throw);
        });
        runner.Dispose();

        Assert.Equal(name, Assert.Single(runner.Undelivered).Name);

        static void Throw(Report report) => throw new InvalidOperationException("downstream");
    }

    [Fact]
    public async Task Stop_CreateWithoutResponse_IsUndelivered()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.DefaultHandler = async context =>
        {
            sent.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");
        var runner = new TestRunner(1);
        runner.Add(new IssueOperation(connection, FaultySandbox.New("Devo", "ci")), _ => { });
        await sent.Task;

        runner.Dispose();

        ApiToken token = Assert.Single(runner.Undelivered);
        Assert.Equal(("ci", string.Empty), (token.Name, token.Id));
    }

    [Fact]
    public async Task Stop_RemovalWithoutResponse_IsNotUndelivered()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        HeldRequest held = server.Hold();
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");
        var runner = new TestRunner(1);
        runner.Add(
            new RemoveOperation(connection, connection.CreateReference("3", "ci")) { AllowOwnToken = true }, _ => { });
        await held.Arrived.Task;

        runner.Dispose();

        Assert.Empty(runner.Undelivered);
    }

    [Fact]
    public async Task Stop_RegenerateWithoutResponse_IsUndeliveredWithItsId()
    {
        const string Id = "at_0123456789abcdefghij";
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.DefaultHandler = async context =>
        {
            if (context.Request.Method == "POST")
            {
                sent.TrySetResult();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            await ScriptedServer.WriteAsync(
                context, 200, $$"""{"id":"{{Id}}","userId":"jdoe","status":"active","expirationMonths":3}""");
        };
        TokenConnection connection = await TestConnections.ConnectAsync(server, "ApplicationUsers");
        var runner = new TestRunner(1);
        runner.Add(new ResetOperation(connection, connection.CreateReference(Id, name: string.Empty)) { AllowOwnToken = true }, _ => { });
        await sent.Task;

        runner.Dispose();

        Assert.Equal(Id, Assert.Single(runner.Undelivered).Id);
    }

    [Fact]
    public async Task Stop_DuringSearchForLostToken_IsUndelivered()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        var listed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.DefaultHandler = async context =>
        {
            if (context.Request.Method == "POST")
            {
                context.Abort();
                return;
            }

            listed.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");
        var runner = new TestRunner(1);
        runner.Add(new IssueOperation(connection, FaultySandbox.New("Devo", "ci")), _ => { });
        await listed.Task;

        runner.Dispose();

        Assert.Equal("ci", Assert.Single(runner.Undelivered).Name);
    }

    [Fact]
    public async Task Search_ManyCreatesLost_SharesLists()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Devo");
        sandbox.Plan("Devo", new Fault { Kind = FaultKind.Reset, When = FaultTiming.After, Method = "POST", Count = 32 });
        long since = await sandbox.CountAsync();

        RunResult result = await RunResult.RunAsync(
            journal: null,
            throttleLimit: 16,
            [.. Enumerable.Range(0, 32).Select(_ => new IssueOperation(connection, FaultySandbox.New("Devo", FaultySandbox.NewName())))]);

        Assert.Equal(32, result.Errors.OfType<OrphanedTokenException>().Count());
        long lists = await sandbox.CountAsync() - since - (await sandbox.WritesAsync(since)).Length;
        Assert.InRange(lists, 2, 16);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [InlineData(null)]
    public async Task Resume_KilledDuringDelivery_AsksTheSink(bool? isSaved)
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        string name = FaultySandbox.NewName();
        using var file = new JournalFile();
        var operation = new IssueOperation(connection, FaultySandbox.New("Wegnology", name)) { RemoveOrphan = true };
        IssuedToken issued = await connection.Tokens.CreateAsync(FaultySandbox.New("Wegnology", name), default);
        file.WriteInterruptedRun("New", sandbox.Clock, operation, journal =>
        {
            journal.Start(operation);
            journal.Issued(operation, issued.Id);
        });
        var sink = new DelegateSink(
            _ => throw new InvalidOperationException("saved"), contains: token => token.Id == issued.Id ? isSaved : null);

        RunResult result = await RunResult.RunAsync(file.Open("New", sandbox.Clock, connection), sink, operation);

        if (isSaved == true)
        {
            Assert.Empty(result.Errors);
            Assert.Equal(["start", "issued", "start", "delivered", "end done"], file.Events);
        }
        else
        {
            var error = Assert.IsType<OrphanedTokenException>(result.Error);
            Assert.True(error.OutcomeUnknown);
            Assert.Contains("may have been delivered", error.Message);
        }

        Assert.True(await sandbox.WorksAsync(issued));
    }

    [Fact]
    public async Task Issue_ServiceListsTokenLate_FindsIt()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Reset().Json("[]").Json("""[{"id":7,"name":"ci","user":"jdoe@example.com","audience":"apiv2","active":true}]""");
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(
            () => TestOperations.IssueAsync(connection, FaultySandbox.New("Devo", "ci")));

        Assert.Equal("7", error.Token.Id);
        Assert.EndsWith("The token 'ci' (7) is probably this token.", error.Message);
    }

    [Fact]
    public async Task Issue_SeveralCandidates_NamesThemAndNoneAsTheLostOne()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Reset().Json("""
            [{"id":7,"name":"ci","user":"jdoe@example.com","audience":"apiv2","active":true},
            {"id":8,"name":"ci","user":"jdoe@example.com","audience":"apiv2","active":true}]
            """);
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(
            () => TestOperations.IssueAsync(connection, FaultySandbox.New("Devo", "ci")));

        Assert.Empty(error.Token.Id);
        Assert.EndsWith("exist: 'ci' (7), 'ci' (8). One of them may be this token.", error.Message);
        Assert.StartsWith("Check which of these tokens is not in use, and remove it.", error.RecommendedAction);
    }

    // The line about the issued token is missing too: the journal could not be written.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Resume_JournalOnlyHasStart_AsksTheSinkAboutTheTokenThatIsFound(bool isSaved)
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        string name = FaultySandbox.NewName();
        using var file = new JournalFile();
        var operation = new IssueOperation(connection, FaultySandbox.New("Wegnology", name));
        file.WriteInterruptedRun("New", sandbox.Clock, operation, journal => journal.Start(operation));
        IssuedToken issued = await connection.Tokens.CreateAsync(FaultySandbox.New("Wegnology", name), default);
        var sink = new DelegateSink(
            _ => throw new InvalidOperationException("saved"), contains: token => token.Id == issued.Id ? isSaved : null);

        RunResult result = await RunResult.RunAsync(file.Open("New", sandbox.Clock, connection), sink, operation);

        Assert.Equal(isSaved ? ["start", "start", "delivered", "end done"] : ["start", "start", "end unknown"], file.Events);
        Assert.Equal(isSaved ? 0 : 1, result.Errors.OfType<OrphanedTokenException>().Count());
    }

    private static NewTokenRequest Administrator(string service) => service switch
    {
        "Devo" => new NewTokenRequest
        {
            Name = "other",
            User = "jdoe@example.com",
            Audience = ["credentials"],
            Scope = ["table://my.app.**", "level://admin"],
        },
        _ => new NewTokenRequest { Name = "other", Scope = ["All"] },
    };

    private static string Date(DateTimeOffset date) => date.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static Task<IssuedToken> IssueAsync(TokenConnection connection, string name, bool removeOrphan) =>
        TestOperations.IssueAsync(connection, FaultySandbox.New(connection.Service, name), removeOrphan);
}
