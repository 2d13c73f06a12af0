using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>Resets in which a step fails or the process is killed: the user always has a secret that works.</summary>
public sealed class ResetRunTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    private static readonly string[] StepNames =
    [
        "read", "create before", "create after", "create denied", "delivery", "remove before", "remove after", "remove denied",
    ];

    public static TheoryData<string, string> Steps
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string service in FaultySandbox.NamesWithSuccessors)
            {
                foreach (string step in StepNames)
                {
                    cases.Add(service, step);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Reset_StepFails_KeepsWorkingSecretAndNextRunCompletes(string service, string step)
    {
        using var file = new JournalFile();
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        IssuedToken predecessor = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        PlannedFault? planned = FaultFor(step) is { } fault ? sandbox.Plan(service, fault) : null;

        RunResult first = step == "delivery"
            ? await RunUndeliveredAsync(file, connection, predecessor)
            : await file.RunAsync("Reset", sandbox.Clock, On(connection, predecessor));

        sandbox.Clear();
        Assert.True(planned is null || planned.Fired > 0);
        bool delivered = step.StartsWith("remove", StringComparison.Ordinal);
        Assert.Equal(delivered ? 1 : 0, first.Outputs.Count);
        IssuedToken inUse = delivered ? (IssuedToken)first.Outputs[0] : predecessor;
        Assert.True(await sandbox.WorksAsync(inUse));
        AssertError(step, predecessor, first);

        // Remove the orphan, as the error recommends.
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
    public async Task Reset_RemovalFailsRepeatedly_IssuesNoSecondToken(string service)
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
            RunResult repeated = await ResumeAsync(file, service, predecessor);
            Assert.Equal("PredecessorNotRemoved", Assert.IsType<ApiTokenException>(repeated.Error).ErrorId);
            Assert.StartsWith("DELETE", Assert.Single(await sandbox.WritesAsync(since)));
        }

        RunResult last = await ResumeAsync(file, service, predecessor);

        Assert.Equal((1, 0), (last.Summary.Done, last.Outputs.Count));
        await AssertOnlyAsync(connection, name, successor, predecessor);
        Assert.Equal(1, (await ResumeAsync(file, service, predecessor)).Summary.Skipped);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.ServicesWithSuccessors), MemberType = typeof(FaultySandbox))]
    public async Task Resume_KilledBeforeRequest_StartsOver(string service)
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
    public async Task Resume_KilledAfterIssue_ReportsOrphanAndIssuesNoOther(string service, string journalUpTo)
    {
        (TokenConnection connection, IssuedToken predecessor, JournalFile file) = await PrepareAsync(service, journalUpTo, issue: true);
        using JournalFile _ = file;

        for (int run = 0; run < 2; run++)
        {
            sandbox.Clock.Advance(TimeSpan.FromHours(1));
            RunResult rejected = await ResumeAsync(file, service, predecessor);
            var error = Assert.IsType<OrphanedTokenException>(rejected.Error);
            Assert.NotEqual(predecessor.Id, error.Token.Id);
            Assert.True(await sandbox.WorksAsync(predecessor));
            Assert.Equal(2, (await FaultySandbox.ListByNameAsync(connection, predecessor.Name)).Count);

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
    public async Task Resume_KilledAfterVerification_OnlyRemovesOldToken(string service, bool alreadyRemoved)
    {
        (TokenConnection connection, IssuedToken predecessor, JournalFile file) = await PrepareAsync(service, "verified", issue: true);
        using JournalFile _ = file;
        if (alreadyRemoved)
        {
            await connection.Tokens.RemoveAsync(predecessor.Id, default);
        }

        RunResult result = await ResumeAsync(file, service, predecessor);

        Assert.Equal((1, 0, 0), (result.Summary.Done, result.Errors.Count, result.Outputs.Count));
        Assert.NotEqual(predecessor.Id, Assert.Single(await FaultySandbox.ListByNameAsync(connection, predecessor.Name)).Id);
        Assert.False(await sandbox.WorksAsync(predecessor));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.ServicesWithSuccessors), MemberType = typeof(FaultySandbox))]
    public async Task Resume_KilledBeforeVerification_KeepsOldToken(string service)
    {
        (TokenConnection connection, IssuedToken predecessor, JournalFile file) = await PrepareAsync(service, "delivered", issue: true);
        using JournalFile _ = file;

        for (int run = 0; run < 2; run++)
        {
            RunResult result = await ResumeAsync(file, service, predecessor);
            var error = Assert.IsType<ApiTokenException>(result.Error);
            Assert.Equal(ErrorIds.SuccessorNotProved, error.ErrorId);
            Assert.StartsWith("An earlier run issued the new token ", error.Message);
            Assert.True(await sandbox.WorksAsync(predecessor));
        }

        await connection.Tokens.RemoveAsync(predecessor.Id, default);
        Assert.Equal(1, (await ResumeAsync(file, service, predecessor)).Summary.Done);
    }

    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    [InlineData("truncate")]
    [InlineData("not json")]
    public async Task Reset_InPlaceResponseLost_RegeneratesAgainInNextRun(string fault)
    {
        const string Service = "ApplicationUsers";
        using var file = new JournalFile();
        TokenConnection connection = await sandbox.ConnectAsync(Service);
        IssuedToken token = await connection.Tokens.CreateAsync(FaultySandbox.New(Service, FaultySandbox.NewName()), default);
        sandbox.Plan(Service, fault switch
        {
            "before" => new Fault { Kind = FaultKind.Reset, Method = "POST" },
            "after" => new Fault { Kind = FaultKind.Reset, Method = "POST", When = FaultTiming.After },
            "truncate" => new Fault { Kind = FaultKind.Truncate, Method = "POST" },
            _ => new Fault { Kind = FaultKind.NotJson, Method = "POST" },
        });

        RunResult first = await file.RunAsync("Reset", sandbox.Clock, On(connection, token));

        Assert.Empty(first.Outputs);
        Assert.True(Assert.IsType<ApiTokenException>(first.Error).OutcomeUnknown);
        Assert.Equal(fault == "before", await sandbox.WorksAsync(token));

        RunResult second = await ResumeAsync(file, Service, token);

        var renewed = (IssuedToken)Assert.Single(second.Outputs);
        Assert.Equal(token.Id, renewed.Id);
        Assert.True(await sandbox.WorksAsync(renewed));
        Assert.False(await sandbox.WorksAsync(token));
        Assert.Single(await FaultySandbox.ListByNameAsync(connection, token.Name));
    }

    [Theory]
    [InlineData("start", true)]
    [InlineData("issued", true)]
    [InlineData("delivered", false)]
    public async Task Resume_KilledInPlace_RegeneratesOnlyIfSecretWasNotDelivered(string journalUpTo, bool regenerates)
    {
        const string Service = "ApplicationUsers";
        using var file = new JournalFile();
        TokenConnection connection = await sandbox.ConnectAsync(Service);
        IssuedToken token = await connection.Tokens.CreateAsync(FaultySandbox.New(Service, FaultySandbox.NewName()), default);
        IssuedToken renewed = await connection.Tokens.RegenerateAsync(token.Id, TokenExpiry.ServiceDefault, default);
        WriteInterruptedRun(file, connection, token, renewed.Id, journalUpTo);

        RunResult result = await ResumeAsync(file, Service, token);

        Assert.Equal((1, regenerates ? 1 : 0), (result.Summary.Done, result.Outputs.Count));
        Assert.Equal(!regenerates, await sandbox.WorksAsync(renewed));
        Assert.True(await sandbox.WorksAsync(regenerates ? (IssuedToken)result.Outputs[0] : renewed));
    }

    private static Fault? FaultFor(string step) => step switch
    {
        "read" => new Fault { Kind = FaultKind.Status, Status = 500, Method = "GET", Count = 6 },
        "create before" => new Fault { Kind = FaultKind.Reset, Method = "POST" },
        "create after" => new Fault { Kind = FaultKind.Reset, Method = "POST", When = FaultTiming.After },
        "create denied" => new Fault { Kind = FaultKind.Status, Status = 403, Method = "POST" },
        "remove before" => new Fault { Kind = FaultKind.Reset, Method = "DELETE", Count = 6 },
        "remove after" => new Fault { Kind = FaultKind.Reset, Method = "DELETE", When = FaultTiming.After, Count = 6 },
        "remove denied" => new Fault { Kind = FaultKind.Status, Status = 403, Method = "DELETE" },
        _ => null,
    };

    private static void AssertError(string step, ApiToken predecessor, RunResult first)
    {
        if (step == "delivery")
        {
            // The caller has ended; the runner reports the token.
            return;
        }

        var error = Assert.IsAssignableFrom<ApiTokenException>(first.Error);
        (string Id, bool Unknown) expected = step switch
        {
            "read" => ("ConnectionError", false),
            "create before" => ("ConnectionError", true),
            "create after" => ("OrphanedToken", true),
            "create denied" => ("PermissionDenied", false),
            "remove denied" => ("PredecessorNotRemoved", false),
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
        TestOperations.Reset(connection, predecessor);

    // The caller throws when it receives the new token, as a pipeline that is ending does.
    private static async Task<RunResult> RunUndeliveredAsync(JournalFile file, TokenConnection connection, ApiToken predecessor)
    {
        var runner = new TestRunner(1, file.Open("Reset", connection));
        Assert.Throws<InvalidTimeZoneException>(() =>
        {
            runner.Add(On(connection, predecessor), Receive);
            runner.Complete(Receive);
        });
        runner.Dispose();

        // The secret of the new token is lost; the journal contains its id, and the user removes it.
        ApiToken lost = Assert.Single(
            await FaultySandbox.ListByNameAsync(connection, predecessor.Name), token => token.Id != predecessor.Id);
        return new RunResult(runner.Summary, [], [new OrphanedTokenException(lost, "lost", inner: null)]);

        static void Receive(Report report) => throw new InvalidTimeZoneException("the pipeline ended");
    }

    // As in another process: through a new connection without state.
    private async Task<RunResult> ResumeAsync(JournalFile file, string service, ApiToken predecessor) =>
        await file.RunAsync("Reset", sandbox.Clock, On(await sandbox.ConnectAsync(service), predecessor));

    private async Task<(TokenConnection Connection, IssuedToken Predecessor, JournalFile File)> PrepareAsync(
        string service, string journalUpTo, bool issue = false)
    {
        var file = new JournalFile();
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        IssuedToken predecessor = await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default);
        IssuedToken? successor = issue
            ? await connection.Tokens.CreateAsync(
                connection.Tokens.CreateSuccessorRequest(predecessor, TokenExpiry.ServiceDefault), default)
            : null;
        WriteInterruptedRun(file, connection, predecessor, successor?.Id, journalUpTo);
        return (connection, predecessor, file);
    }

    private void WriteInterruptedRun(JournalFile file, TokenConnection connection, ApiToken predecessor, string? issuedId, string upTo)
    {
        Operation operation = On(connection, predecessor);
        file.WriteInterruptedRun("Reset", sandbox.Clock, operation, journal =>
        {
            journal.Start(operation);
            if (upTo != "start")
            {
                journal.Issued(operation, issuedId!);
            }

            if (upTo is "delivered" or "verified")
            {
                journal.Delivered(operation, issuedId!);
            }

            if (upTo == "verified")
            {
                journal.Verified(operation, issuedId!);
            }
        });
    }

    private async Task AssertOnlyAsync(TokenConnection connection, string name, IssuedToken successor, IssuedToken predecessor)
    {
        Assert.Equal(successor.Id, Assert.Single(await FaultySandbox.ListByNameAsync(connection, name)).Id);
        Assert.True(await sandbox.WorksAsync(successor));
        Assert.False(await sandbox.WorksAsync(predecessor));
    }
}
