using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>Resets in which a step goes wrong or the process dies: there is always a secret that works and that somebody has.</summary>
public sealed class ResetRunTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    public static TheoryData<string, string> Steps
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string service in FaultySandbox.NamesWithSuccessors)
            {
                foreach (string step in (string[])["read", "create before", "create after", "create refused", "delivery", "remove before", "remove after", "remove refused"])
                {
                    cases.Add(service, step);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_step_that_goes_wrong_leaves_a_secret_that_works_and_the_next_run_ends_it(string service, string step)
    {
        using var file = new JournalFile();
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        IssuedToken predecessor = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        PlannedFault? planned = FaultOf(step) is { } fault ? sandbox.Plan(service, fault) : null;

        RunResult first = step == "delivery"
            ? await RunUndeliveredAsync(file, connection, predecessor)
            : await file.RunAsync("Reset", sandbox.Clock, On(connection, predecessor));

        sandbox.Clear();
        Assert.True(planned is null || planned.Fired > 0);
        bool delivered = step.StartsWith("remove", StringComparison.Ordinal);
        Assert.Equal(delivered ? 1 : 0, first.Outputs.Count);
        IssuedToken inUse = delivered ? (IssuedToken)first.Outputs[0] : predecessor;
        Assert.True(await sandbox.WorksAsync(inUse));
        AssertTold(step, predecessor, first);

        // Whoever got the secret of an orphan to clean up does so, by what the error says.
        if (first.Errors.OfType<OrphanedTokenException>().SingleOrDefault() is { } orphan)
        {
            Assert.NotEqual(predecessor.Id, orphan.Token.Id);
            await connection.Tokens.RemoveAsync(orphan.Token.Id, default);
        }

        RunResult second = await ResumeAsync(file, service, predecessor);

        Assert.Empty(second.Errors);
        Assert.Equal(delivered ? 0 : 1, second.Outputs.Count);
        await AssertOnlyAsync(connection, name, delivered ? inUse : (IssuedToken)second.Outputs[0], predecessor);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.ServicesWithSuccessors), MemberType = typeof(FaultySandbox))]
    public async Task A_predecessor_that_stays_again_and_again_never_gets_a_second_successor(string service)
    {
        using var file = new JournalFile();
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        IssuedToken predecessor = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        sandbox.Plan(service, new Fault { Kind = FaultKind.Status, Status = 403, Method = "DELETE", Count = 3 });
        RunResult first = await file.RunAsync("Reset", sandbox.Clock, On(connection, predecessor));
        var successor = (IssuedToken)Assert.Single(first.Outputs);

        for (int run = 0; run < 2; run++)
        {
            long since = await sandbox.CountAsync();
            RunResult again = await ResumeAsync(file, service, predecessor);
            Assert.Equal("PredecessorNotRemoved", Assert.IsType<ApiTokenException>(again.Error).ErrorId);
            Assert.StartsWith("DELETE", Assert.Single(await sandbox.WritesAsync(since)));
        }

        RunResult last = await ResumeAsync(file, service, predecessor);

        Assert.Equal((1, 0), (last.Summary.Done, last.Outputs.Count));
        await AssertOnlyAsync(connection, name, successor, predecessor);
        Assert.Equal(1, (await ResumeAsync(file, service, predecessor)).Summary.Skipped);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.ServicesWithSuccessors), MemberType = typeof(FaultySandbox))]
    public async Task Killed_before_anything_was_sent_it_begins_again(string service)
    {
        (TokenConnection connection, IssuedToken predecessor, JournalFile file) = await PrepareAsync(service, journalUpTo: "start");
        using JournalFile _ = file;

        RunResult result = await ResumeAsync(file, service, predecessor);

        await AssertOnlyAsync(connection, predecessor.Name, (IssuedToken)Assert.Single(result.Outputs), predecessor);
    }

    [Theory]
    [InlineData("Devo", "start")]
    [InlineData("Devo", "issued")]
    [InlineData("Wegnology", "start")]
    [InlineData("Wegnology", "issued")]
    [InlineData("Gcore", "start")]
    [InlineData("Gcore", "issued")]
    public async Task Killed_once_a_successor_was_there_it_names_it_and_issues_no_other(string service, string journalUpTo)
    {
        (TokenConnection connection, IssuedToken predecessor, JournalFile file) = await PrepareAsync(service, journalUpTo, issue: true);
        using JournalFile _ = file;

        for (int run = 0; run < 2; run++)
        {
            sandbox.Clock.Advance(TimeSpan.FromHours(1));
            RunResult refused = await ResumeAsync(file, service, predecessor);
            var error = Assert.IsType<OrphanedTokenException>(refused.Error);
            Assert.NotEqual(predecessor.Id, error.Token.Id);
            Assert.True(await sandbox.WorksAsync(predecessor));
            Assert.Equal(2, (await FaultySandbox.NamedAsync(connection, predecessor.Name)).Count);

            if (run == 1)
            {
                await connection.Tokens.RemoveAsync(error.Token.Id, default);
            }
        }

        RunResult result = await ResumeAsync(file, service, predecessor);

        await AssertOnlyAsync(connection, predecessor.Name, (IssuedToken)Assert.Single(result.Outputs), predecessor);
    }

    [Theory]
    [InlineData("Devo", false)]
    [InlineData("Devo", true)]
    [InlineData("Wegnology", false)]
    [InlineData("Wegnology", true)]
    [InlineData("Gcore", false)]
    [InlineData("Gcore", true)]
    public async Task Killed_once_the_successor_was_delivered_it_only_removes_the_predecessor(string service, bool alreadyRemoved)
    {
        (TokenConnection connection, IssuedToken predecessor, JournalFile file) = await PrepareAsync(service, journalUpTo: "delivered", issue: true);
        using JournalFile _ = file;
        if (alreadyRemoved)
        {
            await connection.Tokens.RemoveAsync(predecessor.Id, default);
        }

        RunResult result = await ResumeAsync(file, service, predecessor);

        Assert.Equal((1, 0, 0), (result.Summary.Done, result.Errors.Count, result.Outputs.Count));
        Assert.NotEqual(predecessor.Id, Assert.Single(await FaultySandbox.NamedAsync(connection, predecessor.Name)).Id);
        Assert.False(await sandbox.WorksAsync(predecessor));
    }

    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    [InlineData("truncate")]
    [InlineData("not json")]
    public async Task A_secret_changed_in_place_and_lost_is_changed_once_more(string how)
    {
        const string Service = "ApplicationUsers";
        using var file = new JournalFile();
        TokenConnection connection = await sandbox.ConnectAsync(Service);
        IssuedToken token = await connection.Tokens.CreateAsync(FaultySandbox.New(Service, FaultySandbox.NewName()), default);
        sandbox.Plan(Service, how switch
        {
            "before" => new Fault { Kind = FaultKind.Reset, Method = "POST" },
            "after" => new Fault { Kind = FaultKind.Reset, Method = "POST", When = FaultMoment.After },
            "truncate" => new Fault { Kind = FaultKind.Truncate, Method = "POST" },
            _ => new Fault { Kind = FaultKind.NotJson, Method = "POST" },
        });

        RunResult first = await file.RunAsync("Reset", sandbox.Clock, On(connection, token));

        Assert.Empty(first.Outputs);
        Assert.True(Assert.IsType<ApiTokenException>(first.Error).OutcomeUnknown);
        Assert.Equal(how == "before", await sandbox.WorksAsync(token));

        RunResult second = await ResumeAsync(file, Service, token);

        var renewed = (IssuedToken)Assert.Single(second.Outputs);
        Assert.Equal(token.Id, renewed.Id);
        Assert.True(await sandbox.WorksAsync(renewed));
        Assert.False(await sandbox.WorksAsync(token));
        Assert.Single(await FaultySandbox.NamedAsync(connection, token.Name));
    }

    [Theory]
    [InlineData("start", true)]
    [InlineData("issued", true)]
    [InlineData("delivered", false)]
    public async Task Killed_in_place_it_changes_the_secret_again_only_if_nobody_got_it(string journalUpTo, bool again)
    {
        const string Service = "ApplicationUsers";
        using var file = new JournalFile();
        TokenConnection connection = await sandbox.ConnectAsync(Service);
        IssuedToken token = await connection.Tokens.CreateAsync(FaultySandbox.New(Service, FaultySandbox.NewName()), default);
        IssuedToken renewed = await connection.Tokens.RegenerateAsync(token.Id, TokenExpiry.ServiceDefault, default);
        Leave(file, connection, token, renewed.Id, journalUpTo);

        RunResult result = await ResumeAsync(file, Service, token);

        Assert.Equal((1, again ? 1 : 0), (result.Summary.Done, result.Outputs.Count));
        Assert.Equal(!again, await sandbox.WorksAsync(renewed));
        Assert.True(await sandbox.WorksAsync(again ? (IssuedToken)result.Outputs[0] : renewed));
    }

    private static Fault? FaultOf(string step) => step switch
    {
        "read" => new Fault { Kind = FaultKind.Status, Status = 500, Method = "GET", Count = 6 },
        "create before" => new Fault { Kind = FaultKind.Reset, Method = "POST" },
        "create after" => new Fault { Kind = FaultKind.Reset, Method = "POST", When = FaultMoment.After },
        "create refused" => new Fault { Kind = FaultKind.Status, Status = 403, Method = "POST" },
        "remove before" => new Fault { Kind = FaultKind.Reset, Method = "DELETE", Count = 6 },
        "remove after" => new Fault { Kind = FaultKind.Reset, Method = "DELETE", When = FaultMoment.After, Count = 6 },
        "remove refused" => new Fault { Kind = FaultKind.Status, Status = 403, Method = "DELETE" },
        _ => null,
    };

    private static void AssertTold(string step, ApiToken predecessor, RunResult first)
    {
        if (step == "delivery")
        {
            // The caller is gone; the runner names the token.
            return;
        }

        var error = Assert.IsAssignableFrom<ApiTokenException>(first.Error);
        (string Id, bool Unknown) expected = step switch
        {
            "read" => ("ConnectionError", false),
            "create before" => ("ConnectionError", false),
            "create after" => ("OrphanedToken", true),
            "create refused" => ("PermissionDenied", false),
            "remove refused" => ("PredecessorNotRemoved", false),
            _ => ("PredecessorNotRemoved", true),
        };
        Assert.Equal(expected, (error.ErrorId, error.OutcomeUnknown));
        if (expected.Id == "PredecessorNotRemoved")
        {
            Assert.Contains(expected.Unknown ? "The old token may still exist" : "The old token still exists", error.Message);
            Assert.Contains($"remove the token '{predecessor.Id}' on the connection", error.RecommendedAction);
        }
    }

    private static Operation On(TokenConnection connection, ApiToken predecessor) =>
        Running.Reset(connection, predecessor);

    // The caller throws where it should take the successor, as a pipeline does that ends.
    private static async Task<RunResult> RunUndeliveredAsync(JournalFile file, TokenConnection connection, ApiToken predecessor)
    {
        var runner = new TestRunner(1, file.Open("Reset", connection));
        Assert.Throws<InvalidTimeZoneException>(() =>
        {
            runner.Add(On(connection, predecessor), Take);
            runner.Complete(Take);
        });
        runner.Dispose();

        // The successor's secret is lost: who reads the journal removes it.
        ApiToken lost = Assert.Single(await FaultySandbox.NamedAsync(connection, predecessor.Name), token => token.Id != predecessor.Id);
        return new RunResult(runner.Summary, [], [new OrphanedTokenException(lost, "lost", inner: null)]);

        static void Take(Report report) => throw new InvalidTimeZoneException("the pipeline ended");
    }

    // In another process: through a connection that knows nothing.
    private async Task<RunResult> ResumeAsync(JournalFile file, string service, ApiToken predecessor) =>
        await file.RunAsync("Reset", sandbox.Clock, On(await sandbox.ConnectAsync(service), predecessor));

    private async Task<(TokenConnection Connection, IssuedToken Predecessor, JournalFile File)> PrepareAsync(string service, string journalUpTo, bool issue = false)
    {
        var file = new JournalFile();
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        IssuedToken predecessor = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        IssuedToken? successor = issue ? await connection.Tokens.CreateAsync(connection.Tokens.CreateSuccessorRequest(predecessor, TokenExpiry.ServiceDefault), default) : null;
        Leave(file, connection, predecessor, successor?.Id, journalUpTo);
        return (connection, predecessor, file);
    }

    private void Leave(JournalFile file, TokenConnection connection, ApiToken predecessor, string? issuedId, string upTo)
    {
        Operation operation = On(connection, predecessor);
        file.Leave("Reset", sandbox.Clock, operation, journal =>
        {
            journal.Start(operation);
            if (upTo is "issued" or "delivered")
            {
                journal.Issued(operation, issuedId!);
            }

            if (upTo == "delivered")
            {
                journal.Delivered(operation, issuedId!);
            }
        });
    }

    private async Task AssertOnlyAsync(TokenConnection connection, string name, IssuedToken successor, IssuedToken predecessor)
    {
        Assert.Equal(successor.Id, Assert.Single(await FaultySandbox.NamedAsync(connection, name)).Id);
        Assert.True(await sandbox.WorksAsync(successor));
        Assert.False(await sandbox.WorksAsync(predecessor));
    }
}
