using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;
using Microsoft.AspNetCore.Http;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>Creates whose answer is lost.</summary>
public sealed class TokenIssueTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    private static readonly Fault ResetAfter = new() { Kind = FaultKind.Reset, When = FaultMoment.After, Method = "POST" };

    public static TheoryData<string, string> LostAnswers
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string service in FaultySandbox.ServiceNames)
            {
                foreach (string how in (string[])["reset", "truncate", "status", "not json"])
                {
                    cases.Add(service, how);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task A_token_whose_answer_was_lost_is_found_and_left_to_the_user(string service, string how)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        IssuedToken before = await IssueOldAsync(connection, name);
        long since = await sandbox.CountAsync();
        sandbox.Plan(service, Lost(how));

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, name, removeOrphan: false));

        ApiToken orphan = Assert.Single(await FaultySandbox.NamedAsync(connection, name), token => token.Id != before.Id);
        Assert.Equal((orphan.Id, "OrphanedToken", true), (error.Token.Id, error.ErrorId, error.OutcomeUnknown));
        Assert.Equal(how == "not json" ? ErrorKind.InvalidResult : ErrorKind.ConnectionError, error.Kind);
        Assert.Contains(orphan.ToString(), error.Message);
        Assert.Contains($"remove the token '{orphan.Id}' on the connection", error.RecommendedAction);
        Assert.Single(await sandbox.WritesAsync(since));
        Assert.True(await sandbox.WorksAsync(before));
    }

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public async Task A_token_whose_answer_was_lost_is_removed_where_that_is_wanted_and_no_other(string service, string how)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();

        // Of this very moment: only the look before tells it from the orphan.
        IssuedToken before = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        sandbox.Plan(service, Lost(how));

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, name, removeOrphan: true));

        Assert.False(error.OutcomeUnknown);
        Assert.NotEqual(before.Id, error.Token.Id);
        Assert.Contains("It was removed", error.Message);
        Assert.Equal(before.Id, Assert.Single(await FaultySandbox.NamedAsync(connection, name)).Id);
        Assert.True(await sandbox.WorksAsync(before));
        Assert.True(await sandbox.WorksAsync(await IssueAsync(connection, name, removeOrphan: true)));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task A_request_that_did_not_arrive_is_told_as_not_done(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        IssuedToken before = await IssueOldAsync(connection, name);
        sandbox.Plan(service, new Fault { Kind = FaultKind.Reset, Method = "POST" });
        long since = await sandbox.CountAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => IssueAsync(connection, name, removeOrphan: true));

        Assert.Equal((ErrorKind.ConnectionError, false), (error.Kind, error.OutcomeUnknown));
        Assert.Contains("it was not created", error.Message);
        Assert.Single(await sandbox.WritesAsync(since));
        Assert.Equal(before.Id, Assert.Single(await FaultySandbox.NamedAsync(connection, name)).Id);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task A_token_issued_just_now_through_the_connection_is_not_taken_for_the_lost_one(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        IssuedToken known = await IssueAsync(connection, name, removeOrphan: false);
        sandbox.Plan(service, new Fault { Kind = FaultKind.Reset, Method = "POST" });

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => IssueAsync(connection, name, removeOrphan: false));

        Assert.Contains("it was not created", error.Message);
        Assert.True(await sandbox.WorksAsync(known));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task A_search_that_fails_too_leaves_it_open(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        sandbox.Plan(service, ResetAfter);
        sandbox.Plan(service, new Fault { Kind = FaultKind.Status, Status = 500, Method = "GET", Path = "*tokens", Count = 1000 });

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => IssueAsync(connection, name, removeOrphan: false));

        sandbox.Clear();
        Assert.Equal((ErrorKind.ConnectionError, true), (error.Kind, error.OutcomeUnknown));
        Assert.Contains("may have taken effect", error.Message);
        Assert.Single(await FaultySandbox.NamedAsync(connection, name));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task A_token_is_not_removed_while_another_of_its_name_is_under_way(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        sandbox.Plan(service, ResetAfter);
        using IDisposable other = IssuedTokenRegistry.Of(connection).Begin(name, DateTimeOffset.UtcNow);

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, name, removeOrphan: true));

        Assert.True(error.OutcomeUnknown);
        Assert.Contains("which of them it is cannot be told", error.Message);
        Assert.Equal(error.Token.Id, Assert.Single(await FaultySandbox.NamedAsync(connection, name)).Id);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Two_of_one_name_that_are_lost_at_once_are_both_told(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        sandbox.Plan(service, ResetAfter with { Count = 2 });

        // A hand held over both: whichever ends first, the other is still under way.
        using IDisposable other = IssuedTokenRegistry.Of(connection).Begin(name, DateTimeOffset.UtcNow);
        OrphanedTokenException[] errors = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, name, removeOrphan: true))));

        Assert.Equal(2, (await FaultySandbox.NamedAsync(connection, name)).Count);
        Assert.All(errors, error => Assert.True(error.OutcomeUnknown));
    }

    [Fact]
    public async Task A_token_whose_secret_came_while_the_search_went_on_is_not_removed()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        TokenConnection connection = await Connecting.ToAsync(server, "Devo");
        string created = connection.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null);
        string good = $$"""{"id":4,"name":"ci","user":"jdoe@example.com","audience":"apiv2","active":true,"created":"{{created}}","token":"thesecret"}""";
        var bothUnderWay = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var listed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Json("[]")
            .Do(async context =>
            {
                await bothUnderWay.Task;
                context.Abort();
            })
            .Do(async context =>
            {
                bothUnderWay.SetResult();
                await listed.Task;
                await ScriptedServer.WriteAsync(context, 201, good);
            })
            .Do(async context =>
            {
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("[" + good);
                await context.Response.WriteAsync(string.Concat(Enumerable.Range(10, 3000).Select(id => $$""",{"id":{{id}},"name":"other"}""")));
                await context.Response.Body.FlushAsync();

                // Time for the search to have seen the token: with less, this test sees less.
                await Task.Delay(300);
                listed.SetResult();
                await ended.Task;
                await context.Response.WriteAsync("]");
            })
            .Json($"[{good}]").Json($"[{good}]");
        var run = new OperationScope();
        Task<IssuedToken> lost = Running.IssueAsync(connection, FaultySandbox.New("Devo", "ci"), removeOrphan: true, run);
        Assert.True(await EventuallyAsync(() => server.Requests.Count == 2));
        IssuedToken issued = await Running.IssueAsync(connection, FaultySandbox.New("Devo", "ci"), removeOrphan: true, run);
        ended.SetResult();

        var error = await Assert.ThrowsAnyAsync<ApiTokenException>(() => lost);

        Assert.Equal("4", issued.Id);
        Assert.DoesNotContain(server.Requests, request => request.Method == "DELETE");
        Assert.Contains("it was not created", error.Message);
    }

    [Theory]
    [InlineData("Devo", """{"id":42,"name":"ci"}""")]
    [InlineData("Wegnology", """{"id":"575ec7417ae143cd83dc4a95","name":"ci"}""")]
    [InlineData("Gcore", """{"id":42,"name":"ci"}""")]
    [InlineData("ApplicationUsers", """{"id":"at_0123456789abcdefghij","name":"ci","userId":"jdoe"}""")]
    public async Task An_answer_without_a_secret_is_an_orphan_removed_where_that_is_wanted(string service, string answer)
    {
        foreach (bool remove in (bool[])[false, true])
        {
            await using ScriptedServer server = await ScriptedServer.StartAsync();
            server.Otherwise = context => context.Request.Method switch
            {
                "GET" when context.Request.Path.Value!.EndsWith("tokens", StringComparison.Ordinal) =>
                    ScriptedServer.WriteAsync(context, 200, service is "Devo" or "Gcore" ? "[]" : """{"items":[],"totalCount":0}"""),
                "GET" => ScriptedServer.WriteAsync(context, 404, ""),
                "DELETE" => ScriptedServer.WriteAsync(context, 204, ""),
                _ => ScriptedServer.WriteAsync(context, 200, answer),
            };
            TokenConnection connection = await Connecting.ToAsync(server, service);

            var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, "ci", remove));

            Assert.Equal(!remove, error.OutcomeUnknown);
            ReceivedRequest last = server.Requests[^1];
            bool removed = last.Method == "DELETE" || last.Path.EndsWith("/revoke", StringComparison.Ordinal);
            Assert.Equal(remove, removed && last.Path.Contains($"/{error.Token.Id}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task An_answer_that_is_understood_in_part_may_have_left_a_token()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Json("""{"id":"at_0123456789abcdefghij","userId":"jdoe","access":{"location":"supreme"},"secret":"thesecret"}""", 201);
        TokenConnection connection = await Connecting.ToAsync(server, "ApplicationUsers");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.CreateAsync(FaultySandbox.New("ApplicationUsers", "ci"), default));

        Assert.Equal((ErrorKind.InvalidResult, true), (error.Kind, error.OutcomeUnknown));
        Assert.DoesNotContain("thesecret", error.ToString());
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Orphans_that_cannot_be_removed_are_told_with_the_reason(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        sandbox.Plan(service, ResetAfter);
        sandbox.Plan(service, new Fault { Kind = FaultKind.Status, Status = 403, Method = service == "ApplicationUsers" ? "POST" : "DELETE" });

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(() => IssueAsync(connection, name, removeOrphan: true));

        sandbox.Clear();
        Assert.True(error.OutcomeUnknown);
        Assert.Contains("could not be removed", error.Message);
        Assert.Equal(error.Token.Id, Assert.Single(await FaultySandbox.NamedAsync(connection, name)).Id);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task A_run_that_takes_up_a_delivered_token_issues_no_other(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        IssuedToken issued = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        Leave(file, connection, name, journal =>
        {
            journal.Start(On(connection, name));
            journal.Issued(On(connection, name), issued.Id);
            journal.Delivered(On(connection, name), issued.Id);
        });

        RunResult result = await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.Equal((1, 0), (result.Summary.Done, result.Outputs.Count));
        Assert.Single(await FaultySandbox.NamedAsync(connection, name));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task A_run_that_was_killed_twice_after_the_delivery_issues_no_other(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        RunResult first = await file.RunAsync("New", sandbox.Clock, On(connection, name));
        Assert.Single(first.Outputs);

        // The end is lost, and a second run comes no further than its start.
        file.Text = string.Concat(file.Text.Split('\n')[..^2].Select(line => line + "\n"));
        sandbox.Clock.Advance(TimeSpan.FromHours(1));
        Leave(file, connection, name, journal => journal.Start(On(connection, name)));

        RunResult result = await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.Equal((1, 0), (result.Summary.Done, result.Outputs.Count));
        Assert.Single(await FaultySandbox.NamedAsync(connection, name));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task A_token_issued_and_not_delivered_is_an_orphan_until_it_is_gone(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        IssuedToken left = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        Leave(file, connection, name, journal =>
        {
            journal.Start(On(connection, name));
            journal.Issued(On(connection, name), left.Id);
        });
        sandbox.Clock.Advance(TimeSpan.FromHours(1));

        for (int run = 0; run < 2; run++)
        {
            RunResult refused = await file.RunAsync("New", sandbox.Clock, On(connection, name));
            var error = Assert.IsType<OrphanedTokenException>(refused.Error);
            Assert.Equal((left.Id, true), (error.Token.Id, error.OutcomeUnknown));
            Assert.Equal(left.Id, Assert.Single(await FaultySandbox.NamedAsync(connection, name)).Id);
        }

        await connection.Tokens.RemoveAsync(left.Id, default);
        RunResult result = await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.True(await sandbox.WorksAsync(Assert.IsType<IssuedToken>(Assert.Single(result.Outputs))));
        Assert.Single(await FaultySandbox.NamedAsync(connection, name));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task A_token_issued_and_not_delivered_is_removed_where_that_is_wanted_and_the_next_run_issues_another(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        IssuedToken left = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        Leave(file, connection, name, journal =>
        {
            journal.Start(On(connection, name));
            journal.Issued(On(connection, name), left.Id);
        });

        RunResult removed = await file.RunAsync("New", sandbox.Clock, On(connection, name, removeOrphan: true));
        Assert.False(Assert.IsType<OrphanedTokenException>(removed.Error).OutcomeUnknown);
        Assert.False(await sandbox.WorksAsync(left));
        RunResult result = await file.RunAsync("New", sandbox.Clock, On(connection, name, removeOrphan: true));

        Assert.True(await sandbox.WorksAsync(Assert.IsType<IssuedToken>(Assert.Single(result.Outputs))));
        Assert.Single(await FaultySandbox.NamedAsync(connection, name));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task A_run_that_began_anew_and_was_killed_leaves_its_own_token_to_be_found(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        IssuedToken gone = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        await connection.Tokens.RemoveAsync(gone.Id, default);
        Leave(file, connection, name, journal =>
        {
            journal.Start(On(connection, name));
            journal.Issued(On(connection, name), gone.Id);
            journal.End(On(connection, name), "failed", errorId: null, correlationId: null);
            journal.Start(On(connection, name));
        });
        IssuedToken left = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        sandbox.Clock.Advance(TimeSpan.FromHours(1));

        RunResult refused = await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.Equal(left.Id, Assert.IsType<OrphanedTokenException>(refused.Error).Token.Id);
        Assert.Equal(left.Id, Assert.Single(await FaultySandbox.NamedAsync(connection, name)).Id);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task A_token_that_appeared_since_a_killed_start_is_told_and_no_second_one_issued(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        IssuedToken before = await IssueOldAsync(connection, name);
        Leave(file, connection, name, journal => journal.Start(On(connection, name)));
        IssuedToken left = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        sandbox.Clock.Advance(TimeSpan.FromHours(1));

        // Killed again before it looked.
        Leave(file, connection, name, journal => journal.Start(On(connection, name)));

        foreach (bool removeOrphan in (bool[])[false, true])
        {
            RunResult refused = await file.RunAsync("New", sandbox.Clock, On(connection, name, removeOrphan));
            Assert.Equal(left.Id, Assert.IsType<OrphanedTokenException>(refused.Error).Token.Id);
            Assert.Equal(2, (await FaultySandbox.NamedAsync(connection, name)).Count);
        }

        await connection.Tokens.RemoveAsync(left.Id, default);
        RunResult result = await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.Single(result.Outputs);
        Assert.True(await sandbox.WorksAsync(before));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task A_killed_start_that_left_nothing_is_begun_again(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        Leave(file, connection, name, journal => journal.Start(On(connection, name)));

        RunResult result = await file.RunAsync("New", sandbox.Clock, On(connection, name));

        Assert.True(await sandbox.WorksAsync(Assert.IsType<IssuedToken>(Assert.Single(result.Outputs))));
        Assert.Equal(1, (await file.RunAsync("New", sandbox.Clock, On(connection, name))).Summary.Skipped);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task A_token_of_the_same_name_that_the_journal_shows_as_delivered_is_nobodys_orphan(string service)
    {
        (TokenConnection connection, string name, JournalFile file) = await PrepareAsync(service);
        using JournalFile _ = file;
        Leave(file, connection, name, journal => journal.Start(On(connection, name)));
        RunResult other = await file.RunAsync("New", sandbox.Clock, On(connection, name, number: 2));
        Assert.Equal(1, other.Summary.Done);

        // Another process knows only what the journal says.
        TokenConnection again = await sandbox.ConnectAsync(service);
        RunResult result = await file.RunAsync("New", sandbox.Clock, On(again, name), On(again, name, number: 2));

        Assert.Equal((1, 0, 1), (result.Summary.Done, result.Summary.Failed, result.Summary.Skipped));
        Assert.Equal(2, (await FaultySandbox.NamedAsync(connection, name)).Count);

        TokenConnection third = await sandbox.ConnectAsync(service);
        sandbox.Plan(service, new Fault { Kind = FaultKind.Reset, Method = "POST" });
        RunResult lost = await file.RunAsync("New", sandbox.Clock, On(third, name, number: 3));
        Assert.Contains("it was not created", lost.Error.Message);
    }

    [Fact]
    public async Task A_removal_that_a_stop_ends_does_not_hide_the_orphan()
    {
        using var cancellation = new CancellationTokenSource();
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        TokenConnection connection = await Connecting.ToAsync(server, "Devo");
        string created = connection.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null);
        server.Json("[]").Reset()
            .Json($$"""[{"id":4,"name":"ci","user":"jdoe@example.com","created":"{{created}}"}]""")
            .Do(async context =>
            {
                await cancellation.CancelAsync();
                await ScriptedServer.WriteAsync(context, 500, "");
            });

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(
            () => Running.IssueAsync(connection, FaultySandbox.New("Devo", "ci"), removeOrphan: true, cancellationToken: cancellation.Token));

        Assert.Equal(("4", true), (error.Token.Id, error.OutcomeUnknown));
        Assert.Equal("DELETE", server.Requests[^1].Method);
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task An_orphan_left_when_the_run_was_stopped_is_told_as_undelivered()
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

    private static Fault Lost(string how) => how switch
    {
        "reset" => ResetAfter,
        "truncate" => new Fault { Kind = FaultKind.Truncate, Method = "POST" },
        "status" => new Fault { Kind = FaultKind.Status, Status = 504, When = FaultMoment.After, Method = "POST" },
        _ => new Fault { Kind = FaultKind.NotJson, Method = "POST" },
    };

    private static async Task<bool> EventuallyAsync(Func<bool> holds)
    {
        for (int i = 0; i < 3000 && !holds(); i++)
        {
            await Task.Delay(10);
        }

        return holds();
    }

    private static Task<IssuedToken> IssueAsync(TokenConnection connection, string name, bool removeOrphan) =>
        Running.IssueAsync(connection, FaultySandbox.New(connection.Service, name), removeOrphan);

    private static IssueOperation On(TokenConnection connection, string name, bool removeOrphan = false, int number = 1) =>
        new(connection, FaultySandbox.New(connection.Service, name), number) { RemoveOrphan = removeOrphan };

    private void Leave(JournalFile file, TokenConnection connection, string name, Action<JournalWriter> events) =>
        file.Leave("New", sandbox.Clock, On(connection, name), events);

    private async Task<(TokenConnection Connection, string Name, JournalFile File)> PrepareAsync(string service) =>
        (await sandbox.ConnectAsync(service), FaultySandbox.NewName(), new JournalFile());

    // A token that was there long before.
    private async Task<IssuedToken> IssueOldAsync(TokenConnection connection, string name)
    {
        IssuedToken token = await connection.Tokens.CreateAsync(FaultySandbox.New(connection.Service, name), default);
        sandbox.Clock.Advance(TimeSpan.FromMinutes(10));
        return token;
    }
}
