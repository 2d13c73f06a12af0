using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;
using Microsoft.AspNetCore.Http;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>Requests to create a token whose response is lost.</summary>
public sealed class TokenIssueTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    private static readonly Fault ResetAfter = new() { Kind = FaultKind.Reset, When = FaultTiming.After, Method = "POST" };

    public static TheoryData<string, string> LostResponses
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string service in FaultySandbox.ServiceNames)
            {
                foreach (string fault in (string[])["reset", "truncate", "status", "not json"])
                {
                    cases.Add(service, fault);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(LostResponses))]
    public async Task Issue_ResponseLost_ReportsOrphanAndKeepsIt(string service, string fault)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        IssuedToken before = await IssueOldAsync(connection, name);
        long since = await sandbox.CountAsync();
        sandbox.Plan(service, FaultFor(fault));

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, name, removeOrphan: false));

        ApiToken orphan = Assert.Single(await FaultySandbox.ListByNameAsync(connection, name), token => token.Id != before.Id);
        Assert.Equal((orphan.Id, "OrphanedToken", true), (error.Token.Id, error.ErrorId, error.OutcomeUnknown));
        Assert.Equal(fault == "not json" ? ErrorKind.InvalidResult : ErrorKind.ConnectionError, error.Kind);
        Assert.Contains(orphan.ToString(), error.Message);
        Assert.Contains($"remove the token '{orphan.Id}' on the connection", error.RecommendedAction);
        Assert.Single(await sandbox.WritesAsync(since));
        Assert.True(await sandbox.WorksAsync(before));
    }

    [Theory]
    [MemberData(nameof(LostResponses))]
    public async Task Issue_ResponseLostWithRemoveOrphan_RemovesOnlyOrphan(string service, string fault)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();

        await LearnIssuerAsync(connection);

        // Created at the same time: only the snapshot taken before distinguishes it from the orphan.
        IssuedToken before = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        sandbox.Plan(service, FaultFor(fault));

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, name, removeOrphan: true));

        Assert.False(error.OutcomeUnknown);
        Assert.NotEqual(before.Id, error.Token.Id);
        Assert.Contains("The token was removed", error.Message);
        Assert.Equal(before.Id, Assert.Single(await FaultySandbox.ListByNameAsync(connection, name)).Id);
        Assert.True(await sandbox.WorksAsync(before));
        Assert.True(await sandbox.WorksAsync(await IssueAsync(connection, name, removeOrphan: true)));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Issue_RequestDidNotArrive_LeavesOutcomeUnknown(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        IssuedToken before = await IssueOldAsync(connection, name);
        sandbox.Plan(service, new Fault { Kind = FaultKind.Reset, Method = "POST" });
        long since = await sandbox.CountAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => IssueAsync(connection, name, removeOrphan: true));

        Assert.Equal((ErrorKind.ConnectionError, true), (error.Kind, error.OutcomeUnknown));
        Assert.Contains("the service may still create it", error.Message);
        Assert.Single(await sandbox.WritesAsync(since));
        Assert.Equal(before.Id, Assert.Single(await FaultySandbox.ListByNameAsync(connection, name)).Id);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Issue_RequestLostAfterEarlierIssue_DoesNotReportEarlierToken(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        IssuedToken known = await IssueAsync(connection, name, removeOrphan: false);
        sandbox.Plan(service, new Fault { Kind = FaultKind.Reset, Method = "POST" });

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => IssueAsync(connection, name, removeOrphan: false));

        Assert.Contains("the service may still create it", error.Message);
        Assert.True(await sandbox.WorksAsync(known));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Issue_SearchForOrphanFails_ReportsUnknownOutcome(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        sandbox.Plan(service, ResetAfter);
        sandbox.Plan(service, new Fault { Kind = FaultKind.Status, Status = 500, Method = "GET", Path = "*tokens", Count = 1000 });

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => IssueAsync(connection, name, removeOrphan: false));

        sandbox.Clear();
        Assert.Equal((ErrorKind.ConnectionError, true), (error.Kind, error.OutcomeUnknown));
        Assert.Contains("may have succeeded", error.Message);
        Assert.Single(await FaultySandbox.ListByNameAsync(connection, name));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Issue_ResponseLostDuringCreateOfSameName_KeepsOrphan(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        sandbox.Plan(service, ResetAfter);
        using IDisposable other = IssuedTokenRegistry.Of(connection).Begin(name, DateTimeOffset.UtcNow);

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, name, removeOrphan: true));

        Assert.True(error.OutcomeUnknown);
        Assert.Contains("One of them may be this token", error.Message);
        Assert.Equal(error.Token.Id, Assert.Single(await FaultySandbox.ListByNameAsync(connection, name)).Id);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Issue_TwoResponsesOfSameNameLost_ReportsBoth(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        sandbox.Plan(service, ResetAfter with { Count = 2 });

        // Keeps the name shared: whichever create ends first, another one is still in progress.
        using IDisposable other = IssuedTokenRegistry.Of(connection).Begin(name, DateTimeOffset.UtcNow);
        OrphanedTokenException[] errors = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(
                _ => Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, name, removeOrphan: true))));

        Assert.Equal(2, (await FaultySandbox.ListByNameAsync(connection, name)).Count);
        Assert.All(errors, error => Assert.True(error.OutcomeUnknown));
    }

    [Fact]
    public async Task Issue_OtherTokenDeliveredDuringSearch_DoesNotRemoveIt()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");
        string createdAt = connection.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null);
        string token = $$"""
            {"id":4,"name":"ci","user":"jdoe@example.com","audience":"apiv2","active":true,"created":"{{createdAt}}","token":"thesecret"}
            """;
        var bothInProgress = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var listed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Json("[]")
            .Handle(async context =>
            {
                await bothInProgress.Task;
                context.Abort();
            })
            .Handle(async context =>
            {
                bothInProgress.SetResult();
                await listed.Task;
                await ScriptedServer.WriteAsync(context, 201, token);
            })
            .Handle(async context =>
            {
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("[" + token);
                await context.Response.WriteAsync(
                    string.Concat(Enumerable.Range(10, 3000).Select(id => $$""",{"id":{{id}},"name":"other"}""")));
                await context.Response.Body.FlushAsync();

                // Gives the search time to read the token; a shorter delay would make the test weaker.
                await Task.Delay(300);
                listed.SetResult();
                await ended.Task;
                await context.Response.WriteAsync("]");
            })
            .Json($"[{token}]").Json($"[{token}]");
        var run = new OperationScope();
        Task<IssuedToken> lost = TestOperations.IssueAsync(connection, FaultySandbox.New("Devo", "ci"), removeOrphan: true, run);
        Assert.True(await EventuallyAsync(() => server.Requests.Count == 2));
        IssuedToken issued = await TestOperations.IssueAsync(connection, FaultySandbox.New("Devo", "ci"), removeOrphan: true, run);
        ended.SetResult();

        var error = await Assert.ThrowsAnyAsync<ApiTokenException>(() => lost);

        Assert.Equal("4", issued.Id);
        Assert.DoesNotContain(server.Requests, request => request.Method == "DELETE");
        Assert.Contains("the service may still create it", error.Message);
    }

    [Theory]
    [InlineData("Devo", """{"id":42,"name":"ci"}""")]
    [InlineData("Wegnology", """{"id":"575ec7417ae143cd83dc4a95","name":"ci"}""")]
    [InlineData("Gcore", """{"id":42,"name":"ci"}""")]
    [InlineData("ApplicationUsers", """{"id":"at_0123456789abcdefghij","name":"ci","userId":"jdoe"}""")]
    public async Task Issue_ResponseWithoutSecret_ReportsOrphanAndRemovesItOnRequest(string service, string response)
    {
        foreach (bool remove in (bool[])[false, true])
        {
            await using ScriptedServer server = await ScriptedServer.StartAsync();
            server.DefaultHandler = context => context.Request.Method switch
            {
                "GET" when context.Request.Path.Value!.EndsWith("tokens", StringComparison.Ordinal) =>
                    ScriptedServer.WriteAsync(context, 200, service is "Devo" or "Gcore" ? "[]" : """{"items":[],"totalCount":0}"""),
                "GET" => ScriptedServer.WriteAsync(context, 404, ""),
                "DELETE" => ScriptedServer.WriteAsync(context, 204, ""),
                _ => ScriptedServer.WriteAsync(context, 200, response),
            };
            TokenConnection connection = await TestConnections.ConnectAsync(server, service);

            var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, "ci", remove));

            Assert.Equal(!remove, error.OutcomeUnknown);
            ReceivedRequest last = server.Requests[^1];
            bool removed = last.Method == "DELETE" || last.Path.EndsWith("/revoke", StringComparison.Ordinal);
            Assert.Equal(remove, removed && last.Path.Contains($"/{error.Token.Id}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Create_ResponseWithInvalidValue_ReportsUnknownOutcome()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Json("""{"id":"at_0123456789abcdefghij","userId":"jdoe","access":{"location":"supreme"},"secret":"thesecret"}""", 201);
        TokenConnection connection = await TestConnections.ConnectAsync(server, "ApplicationUsers");

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => connection.Tokens.CreateAsync(FaultySandbox.New("ApplicationUsers", "ci"), default));

        Assert.Equal((ErrorKind.InvalidResult, true), (error.Kind, error.OutcomeUnknown));
        Assert.DoesNotContain("thesecret", error.ToString());
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Issue_OrphanCannotBeRemoved_ReportsReason(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        await LearnIssuerAsync(connection);
        sandbox.Plan(service, ResetAfter);
        sandbox.Plan(
            service, new Fault { Kind = FaultKind.Status, Status = 403, Method = service == "ApplicationUsers" ? "POST" : "DELETE" });

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, name, removeOrphan: true));

        sandbox.Clear();
        Assert.True(error.OutcomeUnknown);
        Assert.Contains("could not be removed", error.Message);
        Assert.Equal(error.Token.Id, Assert.Single(await FaultySandbox.ListByNameAsync(connection, name)).Id);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Resume_TokenDelivered_IssuesNoOther(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        IssuedToken issued = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        WriteInterruptedRun(file, connection, name, journal =>
        {
            journal.Start(On(connection, name));
            journal.Issued(On(connection, name), issued.Id);
            journal.Delivered(On(connection, name), issued.Id);
        });

        RunResult result = await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.Equal((1, 0), (result.Summary.Done, result.Outputs.Count));
        Assert.Single(await FaultySandbox.ListByNameAsync(connection, name));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Resume_KilledTwiceAfterDelivery_IssuesNoOther(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        RunResult first = await file.RunAsync("New", sandbox.Clock, On(connection, name));
        Assert.Single(first.Outputs);

        // The end line is lost, and a second run writes only its start line.
        file.Text = string.Concat(file.Text.Split('\n')[..^2].Select(line => line + "\n"));
        sandbox.Clock.Advance(TimeSpan.FromHours(1));
        WriteInterruptedRun(file, connection, name, journal => journal.Start(On(connection, name)));

        RunResult result = await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.Equal((1, 0), (result.Summary.Done, result.Outputs.Count));
        Assert.Single(await FaultySandbox.ListByNameAsync(connection, name));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Resume_TokenNotDelivered_ReportsOrphanUntilItIsRemoved(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        IssuedToken orphan = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        WriteInterruptedRun(file, connection, name, journal =>
        {
            journal.Start(On(connection, name));
            journal.Issued(On(connection, name), orphan.Id);
        });
        sandbox.Clock.Advance(TimeSpan.FromHours(1));

        for (int run = 0; run < 2; run++)
        {
            RunResult rejected = await file.RunAsync("New", sandbox.Clock, On(connection, name));
            var error = Assert.IsType<OrphanedTokenException>(rejected.Error);
            Assert.Equal((orphan.Id, true), (error.Token.Id, error.OutcomeUnknown));
            Assert.Equal(orphan.Id, Assert.Single(await FaultySandbox.ListByNameAsync(connection, name)).Id);
        }

        await connection.Tokens.RemoveAsync(orphan.Id, default);
        RunResult result = await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.True(await sandbox.WorksAsync(Assert.IsType<IssuedToken>(Assert.Single(result.Outputs))));
        Assert.Single(await FaultySandbox.ListByNameAsync(connection, name));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Resume_TokenNotDeliveredWithRemoveOrphan_IsKeptUntilUserRemovesIt(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        IssuedToken orphan = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        WriteInterruptedRun(file, connection, name, journal =>
        {
            journal.Start(On(connection, name));
            journal.Issued(On(connection, name), orphan.Id);
        });

        var sink = new DelegateSink(_ => Task.CompletedTask, contains: _ => false);
        RunResult reported = await RunResult.RunAsync(
            file.Open("New", sandbox.Clock, connection), sink, On(connection, name, removeOrphan: true));
        Assert.True(Assert.IsType<OrphanedTokenException>(reported.Error).OutcomeUnknown);
        Assert.True(await sandbox.WorksAsync(orphan));
        await connection.Tokens.RemoveAsync(orphan.Id, default);
        RunResult result = await file.RunAsync("New", sandbox.Clock, On(connection, name, removeOrphan: true));

        Assert.True(await sandbox.WorksAsync(Assert.IsType<IssuedToken>(Assert.Single(result.Outputs))));
        Assert.Single(await FaultySandbox.ListByNameAsync(connection, name));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Resume_KilledAfterRestart_ReportsOrphanOfLastRun(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        IssuedToken gone = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        await connection.Tokens.RemoveAsync(gone.Id, default);
        WriteInterruptedRun(file, connection, name, journal =>
        {
            journal.Start(On(connection, name));
            journal.Issued(On(connection, name), gone.Id);
            journal.End(On(connection, name), "failed", errorId: null, correlationId: null);
            journal.Start(On(connection, name));
        });
        IssuedToken orphan = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        sandbox.Clock.Advance(TimeSpan.FromHours(1));

        RunResult rejected = await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.Equal(orphan.Id, Assert.IsType<OrphanedTokenException>(rejected.Error).Token.Id);
        Assert.Equal(orphan.Id, Assert.Single(await FaultySandbox.ListByNameAsync(connection, name)).Id);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Resume_TokenCreatedSinceKilledStart_ReportsOrphanAndIssuesNoOther(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        IssuedToken before = await IssueOldAsync(connection, name);
        WriteInterruptedRun(file, connection, name, journal => journal.Start(On(connection, name)));
        IssuedToken orphan = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        sandbox.Clock.Advance(TimeSpan.FromHours(1));

        // Killed again before the search.
        WriteInterruptedRun(file, connection, name, journal => journal.Start(On(connection, name)));

        foreach (bool removeOrphan in (bool[])[false, true])
        {
            RunResult rejected = await file.RunAsync("New", sandbox.Clock, On(connection, name, removeOrphan));
            Assert.Equal(orphan.Id, Assert.IsType<OrphanedTokenException>(rejected.Error).Token.Id);
            Assert.Equal(2, (await FaultySandbox.ListByNameAsync(connection, name)).Count);
        }

        await connection.Tokens.RemoveAsync(orphan.Id, default);
        RunResult result = await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.Single(result.Outputs);
        Assert.True(await sandbox.WorksAsync(before));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Resume_KilledStartWithoutToken_IssuesToken(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        WriteInterruptedRun(file, connection, name, journal => journal.Start(On(connection, name)));

        RunResult result = await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.True(await sandbox.WorksAsync(Assert.IsType<IssuedToken>(Assert.Single(result.Outputs))));
        Assert.Equal(["start", "start", "end failed", "start", "issued", "delivered", "end done"], file.Events);
        Assert.Equal(1, (await file.RunAsync("New", sandbox.Clock, On(connection, name))).Summary.Skipped);
    }

    [Fact]
    public async Task Resume_CreateIsDeniedAfterNoTokenWasFound_HasFailedForCertain()
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync("Wegnology");
        using JournalFile _ = file;
        WriteInterruptedRun(file, connection, name, journal => journal.Start(On(connection, name)));
        sandbox.Plan("Wegnology", new Fault { Kind = FaultKind.Status, Status = 403, Method = "POST" });

        RunResult result = await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.Equal(ErrorKind.PermissionDenied, Assert.IsType<ApiTokenException>(result.Error).Kind);
        Assert.Equal(["start", "start", "end failed", "start", "end failed"], file.Events);
    }

    [Fact]
    public async Task Resume_SearchFails_LeavesOutcomeUnknown()
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync("Wegnology");
        using JournalFile _ = file;
        WriteInterruptedRun(file, connection, name, journal => journal.Start(On(connection, name)));
        sandbox.Plan("Wegnology", new Fault { Kind = FaultKind.Status, Status = 403, Method = "GET" });

        await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.Equal(["start", "start", "end unknown"], file.Events);
    }

    [Fact]
    public async Task Issue_InvalidRequest_FailsWithoutRequest()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        long before = await sandbox.CountAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => TestOperations.IssueAsync(connection, new NewTokenRequest { Name = "ci" }, removeOrphan: true));

        Assert.Equal("InvalidScope", error.ErrorId);
        Assert.Equal(before, await sandbox.CountAsync());
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Resume_DeliveredTokenOfSameName_IsNotReportedAsOrphan(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        WriteInterruptedRun(file, connection, name, journal => journal.Start(On(connection, name)));
        RunResult other = await file.RunAsync("New", sandbox.Clock, On(connection, name, number: 2));
        Assert.Equal(1, other.Summary.Done);

        // Another process has only the journal.
        TokenConnection second = await sandbox.ConnectAsync(service);
        RunResult result = await file.RunAsync("New", sandbox.Clock, On(second, name), On(second, name, number: 2));

        Assert.Equal((1, 0, 1), (result.Summary.Done, result.Summary.Failed, result.Summary.Skipped));
        Assert.Equal(2, (await FaultySandbox.ListByNameAsync(connection, name)).Count);

        TokenConnection third = await sandbox.ConnectAsync(service);
        sandbox.Plan(service, new Fault { Kind = FaultKind.Reset, Method = "POST" });
        RunResult lost = await file.RunAsync("New", sandbox.Clock, On(third, name, number: 3));
        Assert.Contains("the service may still create it", lost.Error.Message);
    }

    [Fact]
    public async Task Issue_StoppedDuringOrphanRemoval_ReportsOrphan()
    {
        using var cancellation = new CancellationTokenSource();
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");
        string created = connection.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null);
        IssuedTokenRegistry.Of(connection).AddIssued(new ApiToken { Id = "3", Issuer = "admin@example.com" }, connection.Time.GetUtcNow());
        server.Json("[]").Reset()
            .Json($$"""[{"id":4,"name":"ci","user":"jdoe@example.com","owner":"admin@example.com","created":"{{created}}"}]""")
            .Handle(async context =>
            {
                await cancellation.CancelAsync();
                await ScriptedServer.WriteAsync(context, 500, "");
            });

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(
            () => TestOperations.IssueAsync(
                connection, FaultySandbox.New("Devo", "ci"), removeOrphan: true, cancellationToken: cancellation.Token));

        Assert.Equal(("4", true), (error.Token.Id, error.OutcomeUnknown));
        Assert.Equal("DELETE", server.Requests[^1].Method);
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task Undelivered_OrphanFoundAfterStop_ContainsIt()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        string name = FaultySandbox.NewName();
        var runner = new TestRunner(1);
        using var running = new ManualResetEventSlim();
        runner.Add(
            new TestOperation(connection, "f-1", name, name, async context =>
            {
                running.Set();
                var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using CancellationTokenRegistration _ = context.CancellationToken.Register(stopped.SetResult);
                await stopped.Task;
                throw new OrphanedTokenException(new ApiToken { Id = "42", Name = name }, "lost", inner: null);
            }),
            _ => { });
        running.Wait();

        runner.Dispose();

        Assert.Equal("42", Assert.Single(runner.Undelivered).Id);
    }

    private static Fault FaultFor(string fault) => fault switch
    {
        "reset" => ResetAfter,
        "truncate" => new Fault { Kind = FaultKind.Truncate, Method = "POST" },
        "status" => new Fault { Kind = FaultKind.Status, Status = 504, When = FaultTiming.After, Method = "POST" },
        _ => new Fault { Kind = FaultKind.NotJson, Method = "POST" },
    };

    private static async Task<bool> EventuallyAsync(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        return condition();
    }

    private static Task<IssuedToken> IssueAsync(TokenConnection connection, string name, bool removeOrphan) =>
        TestOperations.IssueAsync(connection, FaultySandbox.New(connection.Service, name), removeOrphan);

    private static IssueOperation On(TokenConnection connection, string name, bool removeOrphan = false, int number = 1) =>
        new(connection, FaultySandbox.New(connection.Service, name), number) { RemoveOrphan = removeOrphan };

    private void WriteInterruptedRun(JournalFile file, TokenConnection connection, string name, Action<JournalWriter> write) =>
        file.WriteInterruptedRun("New", sandbox.Clock, On(connection, name), write);

    private async Task<(TokenConnection Connection, string Name, JournalFile File)> PrepareAsync(string service) =>
        (await sandbox.ConnectAsync(service), FaultySandbox.NewName(), new JournalFile());

    // Devo does not tell who the caller is, but a token that the connection issued does.
    private static async Task LearnIssuerAsync(TokenConnection connection)
    {
        if (connection.Service == "Devo")
        {
            await IssueAsync(connection, FaultySandbox.NewName(), removeOrphan: false);
        }
    }

    // A token that was created long before.
    private async Task<IssuedToken> IssueOldAsync(TokenConnection connection, string name)
    {
        IssuedToken token = await connection.Tokens.CreateAsync(FaultySandbox.New(connection.Service, name), default);
        sandbox.Clock.Advance(TimeSpan.FromMinutes(10));
        return token;
    }
}
