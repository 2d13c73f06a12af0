using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>
/// A purpose lives on what its vault holds. Whatever goes wrong at whichever step of a rotation, that secret works, the error
/// names what is there, and with the same journal the rotation comes to its end.
/// </summary>
public sealed class RotationFaultTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    private static readonly Dictionary<string, Fault> Faults = new()
    {
        ["500"] = new() { Kind = FaultKind.Status, Status = 500 },
        ["503"] = new() { Kind = FaultKind.Status, Status = 503, RetryAfter = "1" },
        ["429"] = new() { Kind = FaultKind.Status, Status = 429 },
        ["401"] = new() { Kind = FaultKind.Status, Status = 401 },
        ["403"] = new() { Kind = FaultKind.Status, Status = 403 },
        ["500 when done"] = new() { Kind = FaultKind.Status, Status = 500, When = FaultMoment.After },
        ["delay"] = new() { Kind = FaultKind.Delay, Delay = TimeSpan.FromMilliseconds(20) },
        ["reset"] = new() { Kind = FaultKind.Reset },
        ["reset when done"] = new() { Kind = FaultKind.Reset, When = FaultMoment.After },
        ["truncate"] = new() { Kind = FaultKind.Truncate },
        ["not json"] = new() { Kind = FaultKind.NotJson },
    };

    public static TheoryData<string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (string service in FaultySandbox.ServiceNames)
            {
                foreach (string step in (string[])["read", "issue", "prove", "retire"])
                {
                    foreach (string fault in Faults.Keys)
                    {
                        // Devo has no call that would prove a data token's secret.
                        if (service != "Devo" || step != "prove")
                        {
                            cases.Add(service, step, fault);
                        }
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_vault_holds_a_secret_that_works_and_the_next_runs_end_it(string service, string step, string fault)
    {
        using var file = new JournalFile();
        Purpose purpose = await PurposeAsync(service);
        PlannedFault planned = sandbox.Plan(service, At(step, service, purpose.Predecessor.Id, Faults[fault]));

        Exception? error = await ResetAsync(file, purpose, new ResetOptions { WithSuccessor = true });

        sandbox.Clear();
        Assert.True(planned.Fired > 0);
        Assert.True(await sandbox.WorksAsync(purpose.Vault), "The vault's secret is refused.");
        await AssertToldAsync(purpose, error);

        for (int run = 0; run < 3 && error is not null; run++)
        {
            // Whoever reads the error does as it says.
            if (error is ApiTokenException { ErrorId: "OrphanedToken" or "SuccessorRefused" })
            {
                ApiToken left = Assert.Single(await purpose.TokensAsync(), token => token.Id != purpose.Predecessor.Id);
                await purpose.Connection.Tokens.RemoveAsync(left.Id, default);
            }

            error = await ResetAsync(file, purpose with { Connection = await sandbox.ConnectAsync(service) }, new ResetOptions { WithSuccessor = true });
            Assert.True(await sandbox.WorksAsync(purpose.Vault), "The vault's secret is refused after another run.");
        }

        Assert.Null(error);
        Assert.Equal(purpose.Vault.Id, Assert.Single(await purpose.TokensAsync()).Id);
        Assert.NotEqual(purpose.Predecessor.Id, purpose.Vault.Id);
        Assert.False(await sandbox.WorksAsync(purpose.Predecessor));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task With_a_grace_period_both_work_until_the_old_one_is_due_and_a_fault_only_delays_it(string service)
    {
        using var file = new JournalFile();
        Purpose purpose = await PurposeAsync(service);
        Assert.Null(await ResetAsync(file, purpose, new ResetOptions { GracePeriod = TimeSpan.FromDays(1) }));

        Assert.Equal((true, true), (await sandbox.WorksAsync(purpose.Vault), await sandbox.WorksAsync(purpose.Predecessor)));
        Assert.Empty(Due(file, purpose));
        sandbox.Clock.Advance(TimeSpan.FromDays(1));
        DueToken due = Assert.Single(Due(file, purpose));
        Assert.Equal((purpose.Predecessor.Id, purpose.Vault.Id, OldTokenAction.Remove), (due.Id, due.SuccessorId, due.Predecessor));

        foreach (string fault in Faults.Keys.Where(each => each is not "delay"))
        {
            sandbox.Plan(service, At("retire", service, due.Id, Faults[fault]));
            await RetireAsync(file, purpose);
            sandbox.Clear();
            Assert.True(await sandbox.WorksAsync(purpose.Vault));
        }

        Assert.Null(await RetireAsync(file, purpose));
        Assert.False(await sandbox.WorksAsync(purpose.Predecessor));
        Assert.Empty(Due(file, purpose));
        long writes = await sandbox.CountAsync("writes");
        Assert.Null(await RetireAsync(file, purpose));
        Assert.Equal(writes, await sandbox.CountAsync("writes"));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task What_is_due_stays_while_nothing_works_in_its_place(string service)
    {
        using var file = new JournalFile();
        Purpose purpose = await PurposeAsync(service);
        Assert.Null(await ResetAsync(file, purpose, new ResetOptions { GracePeriod = TimeSpan.FromDays(1) }));
        await purpose.Connection.Tokens.RemoveAsync(purpose.Vault.Id, default);
        sandbox.Clock.Advance(TimeSpan.FromDays(2));

        var error = Assert.IsType<ApiTokenException>(await RetireAsync(file, purpose));

        Assert.Equal("SuccessorNotActive", error.ErrorId);
        Assert.Contains(purpose.Vault.Id, error.Message);
        Assert.True(await sandbox.WorksAsync(purpose.Predecessor));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task One_journal_serves_rotation_after_rotation(string service)
    {
        using var file = new JournalFile();
        Purpose purpose = await PurposeAsync(service);
        var options = new ResetOptions { GracePeriod = TimeSpan.FromDays(1) };
        Assert.Null(await ResetAsync(file, purpose, options));
        Purpose next = purpose with { Predecessor = purpose.Vault };

        Assert.Null(await ResetAsync(file, next, options));
        await next.Connection.Tokens.RemoveAsync(next.Predecessor.Id, default);
        sandbox.Clock.Advance(TimeSpan.FromDays(1));

        // The successor of the first is gone, as its own has taken over.
        Assert.Equal(2, Due(file, purpose).Count);
        Assert.Null(await RetireAsync(file, purpose));
        Assert.Equal(next.Vault.Id, Assert.Single(await purpose.TokensAsync()).Id);
        Assert.True(await sandbox.WorksAsync(next.Vault));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_after_the_delivery_the_next_run_notes_when_the_old_one_falls_due_and_what_was_noted_first_holds(bool noted)
    {
        using var file = new JournalFile();
        Purpose purpose = await PurposeAsync("Gcore");
        IssuedToken successor = await purpose.Connection.Tokens.CreateAsync(purpose.Connection.Tokens.CreateSuccessorRequest(purpose.Predecessor, TokenExpiry.ServiceDefault), default);
        var options = new ResetOptions { GracePeriod = TimeSpan.FromDays(1) };
        Operation operation = Reset(purpose, options);
        DateTimeOffset first = sandbox.Clock.GetUtcNow() + TimeSpan.FromDays(1);
        file.Leave(JournalOperations.Reset, sandbox.Clock, operation, journal =>
        {
            journal.Start(operation);
            journal.Issued(operation, successor.Id);
            journal.Delivered(operation, successor.Id);
            if (noted)
            {
                journal.Due(operation, successor.Id, first, OldTokenAction.Remove);
            }
        });
        sandbox.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Null(await ResetAsync(file, purpose, options));

        Assert.Equal(2, (await purpose.TokensAsync()).Count);
        sandbox.Clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(noted ? first : first + TimeSpan.FromHours(1), Assert.Single(Due(file, purpose)).At);
        Assert.Null(await RetireAsync(file, purpose));
        Assert.Equal(successor.Id, Assert.Single(await purpose.TokensAsync()).Id);
    }

    [Theory]
    [InlineData("Devo")]
    [InlineData("Wegnology")]
    public async Task A_predecessor_can_be_disabled_at_once_or_when_it_is_due(string service)
    {
        foreach (TimeSpan? grace in (TimeSpan?[])[null, TimeSpan.FromDays(1)])
        {
            using var file = new JournalFile();
            Purpose purpose = await PurposeAsync(service);
            Assert.Null(await ResetAsync(file, purpose, new ResetOptions { Predecessor = OldTokenAction.Disable, GracePeriod = grace }));
            sandbox.Clock.Advance(TimeSpan.FromDays(1));
            Assert.Null(await RetireAsync(file, purpose));

            Assert.False(await sandbox.WorksAsync(purpose.Predecessor));
            Assert.True(await sandbox.WorksAsync(purpose.Vault));
            Assert.Equal(TokenStatus.Inactive, (await purpose.Connection.Tokens.GetAsync(purpose.Predecessor.Id, default)).Status);
        }
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task A_predecessor_can_be_kept(string service)
    {
        using var file = new JournalFile();
        Purpose purpose = await PurposeAsync(service);

        Assert.Null(await ResetAsync(file, purpose, new ResetOptions { Predecessor = OldTokenAction.Keep }));

        Assert.Equal((true, true), (await sandbox.WorksAsync(purpose.Vault), await sandbox.WorksAsync(purpose.Predecessor)));
        Assert.NotEqual(purpose.Vault.Id, purpose.Predecessor.Id);
    }

    [Fact]
    public async Task A_successor_lives_as_many_months_as_its_predecessor()
    {
        using var file = new JournalFile();
        Purpose purpose = await PurposeAsync("ApplicationUsers", TokenExpiry.AfterMonths(12));
        sandbox.Clock.Advance(TimeSpan.FromDays(40));

        Assert.Null(await ResetAsync(file, purpose, new ResetOptions { WithSuccessor = true }));

        Assert.Equal(sandbox.Clock.GetUtcNow().AddMonths(12), purpose.Vault.ExpiresAt!.Value, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("Gcore", OldTokenAction.Disable, false)]
    [InlineData("ApplicationUsers", OldTokenAction.Disable, false)]
    [InlineData("Gcore", OldTokenAction.Remove, true)]
    [InlineData("Devo", OldTokenAction.Remove, true)]
    public async Task What_a_service_cannot_do_is_refused_before_any_request(string service, OldTokenAction fate, bool inPlace)
    {
        using var file = new JournalFile();
        Purpose purpose = await PurposeAsync(service);
        long before = await sandbox.CountAsync();

        var error = Assert.IsType<ApiTokenException>(await ResetAsync(file, purpose, new ResetOptions { Predecessor = fate, InPlace = inPlace }));

        Assert.Equal("OperationNotSupported", error.ErrorId);
        Assert.Equal(before, await sandbox.CountAsync());
    }

    [Fact]
    public async Task What_a_stop_leaves_between_delivery_and_removal_is_told()
    {
        Purpose purpose = await PurposeAsync("Wegnology");
        sandbox.Plan("Wegnology", new Fault { Kind = FaultKind.Delay, Delay = TimeSpan.FromSeconds(30), Path = "*/me" });
        var runner = new TestRunner(1);
        await Task.Run(() => runner.Add(Reset(purpose, new ResetOptions()), _ => { }));
        await Task.Run(() => Assert.Throws<OperationCanceledException>(() => runner.Complete(_ => runner.Stop())));
        runner.Dispose();
        sandbox.Clear();

        PendingRetirement both = Assert.Single(runner.PendingRetirements);
        Assert.Equal(purpose.Predecessor.Id, both.Predecessor.Id);
        Assert.Equal(2, (await purpose.TokensAsync()).Count);
        Assert.Contains(await purpose.TokensAsync(), token => token.Id == both.Successor.Id);
        Assert.IsNotType<IssuedToken>(both.Successor);
    }

    [Fact]
    public async Task What_was_handed_to_a_caller_that_ended_is_told()
    {
        Purpose purpose = await PurposeAsync("Gcore");
        var runner = new TestRunner(1);
        await Task.Run(() => Assert.Throws<InvalidTimeZoneException>(() =>
        {
            runner.Add(Reset(purpose, new ResetOptions()), Take);
            runner.Complete(Take);
        }));
        runner.Dispose();

        PendingRetirement both = Assert.Single(runner.PendingRetirements);
        Assert.Equal(purpose.Predecessor.Id, both.Predecessor.Id);
        Assert.Empty(runner.Undelivered);
        Assert.True(await sandbox.WorksAsync(purpose.Predecessor));

        static void Take(Report report) => throw new InvalidTimeZoneException("the pipeline ended");
    }

    private static Fault At(string step, string service, string id, Fault fault) => (step switch
    {
        "read" => fault with { Method = "GET", Path = $"*/{id}" },
        "issue" => fault with { Method = "POST", Path = "*/tokens" },
        "prove" => fault with { Method = "GET", Path = "*/me" },
        _ when service == "ApplicationUsers" => fault with { Method = "POST", Path = "*/revoke" },
        _ => fault with { Method = "DELETE" },
    }) with
    { Count = 8 };

    // Of all that is there besides what was there before, the error has the id.
    private static async Task AssertToldAsync(Purpose purpose, Exception? error)
    {
        foreach (ApiToken token in await purpose.TokensAsync())
        {
            bool expected = token.Id == purpose.Predecessor.Id || (error is null && token.Id == purpose.Vault.Id);
            Assert.True(expected || (error is ApiTokenException told && $"{told.Message} {told.RecommendedAction}".Contains(token.Id, StringComparison.Ordinal)), $"{token} is not told of: {error?.Message}");
        }
    }

    private static Operation Reset(Purpose purpose, ResetOptions options) => Running.Reset(purpose.Connection, purpose.Predecessor, options);

    private Task<Exception?> ResetAsync(JournalFile file, Purpose purpose, ResetOptions options) =>
        RunAsync(file.Open(JournalOperations.Reset, sandbox.Clock, purpose.Connection), purpose, _ => [Reset(purpose, options)]);

    private Task<Exception?> RetireAsync(JournalFile file, Purpose purpose) => RunAsync(
        file.Open(JournalOperations.Retire, sandbox.Clock, purpose.Connection),
        purpose,
        journal => journal.Retirements.DueAt(sandbox.Clock.GetUtcNow()).Select(
            due => new RetireOperation(purpose.Connection, due, journal.Retirements.SuccessorOf(due)) { AllowOwnToken = true }));

    private IReadOnlyList<DueToken> Due(JournalFile file, Purpose purpose)
    {
        using JournalWriter journal = file.Open(JournalOperations.Retire, sandbox.Clock, purpose.Connection);
        return journal.Retirements.DueAt(sandbox.Clock.GetUtcNow());
    }

    // Takes what comes as a vault does: a new secret in the place of the old one, and the old one back where it is reverted.
    private static Task<Exception?> RunAsync(JournalWriter journal, Purpose purpose, Func<JournalWriter, IEnumerable<Operation>> operations) => Task.Run(() =>
    {
        var sink = new DelegateSink(
            issued =>
            {
                purpose.Entry.Current = issued;
                return Task.CompletedTask;
            },
            () => purpose.Entry.Current = purpose.Predecessor);
        using var runner = new TestRunner(4, journal, sink);
        Exception? error = null;
        foreach (Operation operation in operations(journal))
        {
            runner.Add(operation, Take);
        }

        runner.Complete(Take);
        return error;

        void Take(Report report) => error ??= report.Error;
    });

    private async Task<Purpose> PurposeAsync(string service, TokenExpiry? expiry = null)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        NewTokenRequest like = FaultySandbox.New(service, FaultySandbox.NewName());
        IssuedToken token = await connection.Tokens.CreateAsync(
            expiry is null ? like : new NewTokenRequest { Name = like.Name, User = like.User, ApplyToAll = like.ApplyToAll, Expiry = expiry }, default);
        return new Purpose(connection, token, new Entry { Current = token });
    }

    private sealed record Purpose(TokenConnection Connection, IssuedToken Predecessor, Entry Entry)
    {
        public IssuedToken Vault => Entry.Current;

        public Task<List<ApiToken>> TokensAsync() => FaultySandbox.NamedAsync(Connection, Predecessor.Name);
    }

    private sealed class Entry
    {
        public required IssuedToken Current { get; set; }
    }
}
