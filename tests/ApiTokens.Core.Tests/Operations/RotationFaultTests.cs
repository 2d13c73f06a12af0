using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>
/// A workload uses the secret in its vault. Whichever step of a rotation fails, that secret works, the error identifies the
/// tokens that exist, and further runs with the same journal complete the rotation.
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
        ["500 after"] = new() { Kind = FaultKind.Status, Status = 500, When = FaultTiming.After },
        ["delay"] = new() { Kind = FaultKind.Delay, Delay = TimeSpan.FromMilliseconds(20) },
        ["reset"] = new() { Kind = FaultKind.Reset },
        ["reset after"] = new() { Kind = FaultKind.Reset, When = FaultTiming.After },
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
                foreach (string step in (string[])["read", "issue", "check", "retire"])
                {
                    foreach (string fault in Faults.Keys)
                    {
                        // Devo has no request that checks the secret of a data token.
                        if (service != "Devo" || step != "check")
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
    public async Task Reset_StepFails_VaultHoldsWorkingSecretAndNextRunsComplete(string service, string step, string fault)
    {
        using var file = new JournalFile();
        Rotation rotation = await PrepareAsync(service);
        PlannedFault planned = sandbox.Plan(service, FaultAt(step, service, rotation.Predecessor.Id, Faults[fault]));

        Exception? error = await ResetAsync(file, rotation, new ResetOptions { WithSuccessor = true });

        sandbox.Clear();
        Assert.True(planned.Fired > 0);
        Assert.True(await sandbox.WorksAsync(rotation.Current), "The secret in the vault is rejected.");
        await AssertErrorIdentifiesTokensAsync(rotation, error);

        for (int run = 0; run < 3 && error is not null; run++)
        {
            // Do what the error recommends.
            if (error is ApiTokenException { ErrorId: "OrphanedToken" or "SuccessorRefused" })
            {
                ApiToken orphan = Assert.Single(await rotation.TokensAsync(), token => token.Id != rotation.Predecessor.Id);
                await rotation.Connection.Tokens.RemoveAsync(orphan.Id, default);
            }

            error = await ResetAsync(
                file, rotation with { Connection = await sandbox.ConnectAsync(service) }, new ResetOptions { WithSuccessor = true });
            Assert.True(await sandbox.WorksAsync(rotation.Current), "The secret in the vault is rejected after another run.");
        }

        Assert.Null(error);
        Assert.Equal(rotation.Current.Id, Assert.Single(await rotation.TokensAsync()).Id);
        Assert.NotEqual(rotation.Predecessor.Id, rotation.Current.Id);
        Assert.False(await sandbox.WorksAsync(rotation.Predecessor));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Retire_FaultsAfterGracePeriod_OnlyDelayRemoval(string service)
    {
        using var file = new JournalFile();
        Rotation rotation = await PrepareAsync(service);
        Assert.Null(await ResetAsync(file, rotation, new ResetOptions { GracePeriod = TimeSpan.FromDays(1) }));

        Assert.Equal((true, true), (await sandbox.WorksAsync(rotation.Current), await sandbox.WorksAsync(rotation.Predecessor)));
        Assert.Empty(Due(file, rotation));
        sandbox.Clock.Advance(TimeSpan.FromDays(1));
        DueToken due = Assert.Single(Due(file, rotation));
        Assert.Equal((rotation.Predecessor.Id, rotation.Current.Id, OldTokenAction.Remove), (due.Id, due.SuccessorId, due.Predecessor));

        foreach (string fault in Faults.Keys.Where(each => each is not "delay"))
        {
            sandbox.Plan(service, FaultAt("retire", service, due.Id, Faults[fault]));
            await RetireAsync(file, rotation);
            sandbox.Clear();
            Assert.True(await sandbox.WorksAsync(rotation.Current));
        }

        Assert.Null(await RetireAsync(file, rotation));
        Assert.False(await sandbox.WorksAsync(rotation.Predecessor));
        Assert.Empty(Due(file, rotation));
        long writes = await sandbox.CountAsync("writes");
        Assert.Null(await RetireAsync(file, rotation));
        Assert.Equal(writes, await sandbox.CountAsync("writes"));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Retire_NewTokenIsGone_KeepsOldToken(string service)
    {
        using var file = new JournalFile();
        Rotation rotation = await PrepareAsync(service);
        Assert.Null(await ResetAsync(file, rotation, new ResetOptions { GracePeriod = TimeSpan.FromDays(1) }));
        await rotation.Connection.Tokens.RemoveAsync(rotation.Current.Id, default);
        sandbox.Clock.Advance(TimeSpan.FromDays(2));

        var error = Assert.IsType<ApiTokenException>(await RetireAsync(file, rotation));

        Assert.Equal("SuccessorNotActive", error.ErrorId);
        Assert.Contains(rotation.Current.Id, error.Message);
        Assert.True(await sandbox.WorksAsync(rotation.Predecessor));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Retire_TwoRotationsInOneJournal_RetiresBothOldTokens(string service)
    {
        using var file = new JournalFile();
        Rotation rotation = await PrepareAsync(service);
        var options = new ResetOptions { GracePeriod = TimeSpan.FromDays(1) };
        Assert.Null(await ResetAsync(file, rotation, options));
        Rotation next = rotation with { Predecessor = rotation.Current };

        Assert.Null(await ResetAsync(file, next, options));
        await next.Connection.Tokens.RemoveAsync(next.Predecessor.Id, default);
        sandbox.Clock.Advance(TimeSpan.FromDays(1));

        // The new token of the first rotation is gone, because the second rotation has replaced it.
        Assert.Equal(2, Due(file, rotation).Count);
        Assert.Null(await RetireAsync(file, rotation));
        Assert.Equal(next.Current.Id, Assert.Single(await rotation.TokensAsync()).Id);
        Assert.True(await sandbox.WorksAsync(next.Current));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Resume_KilledAfterVerification_KeepsFirstRecordedDueTime(bool hasDueLine)
    {
        using var file = new JournalFile();
        Rotation rotation = await PrepareAsync("Gcore");
        IssuedToken successor = await rotation.Connection.Tokens.CreateAsync(
            rotation.Connection.Tokens.CreateSuccessorRequest(rotation.Predecessor, TokenExpiry.ServiceDefault), default);
        var options = new ResetOptions { GracePeriod = TimeSpan.FromDays(1) };
        Operation operation = Reset(rotation, options);
        DateTimeOffset first = sandbox.Clock.GetUtcNow() + TimeSpan.FromDays(1);
        file.WriteInterruptedRun(JournalOperations.Reset, sandbox.Clock, operation, journal =>
        {
            journal.Start(operation);
            journal.Issued(operation, successor.Id);
            journal.Delivered(operation, successor.Id);
            journal.Verified(operation, successor.Id);
            if (hasDueLine)
            {
                journal.Due(operation, successor.Id, first, OldTokenAction.Remove);
            }
        });
        sandbox.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Null(await ResetAsync(file, rotation, options));

        Assert.Equal(2, (await rotation.TokensAsync()).Count);
        sandbox.Clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(hasDueLine ? first : first + TimeSpan.FromHours(1), Assert.Single(Due(file, rotation)).At);
        Assert.Null(await RetireAsync(file, rotation));
        Assert.Equal(successor.Id, Assert.Single(await rotation.TokensAsync()).Id);
    }

    [Theory]
    [InlineData("Devo")]
    [InlineData("Wegnology")]
    public async Task Reset_DisableOldToken_DisablesAtOnceOrWhenDue(string service)
    {
        foreach (TimeSpan? grace in (TimeSpan?[])[null, TimeSpan.FromDays(1)])
        {
            using var file = new JournalFile();
            Rotation rotation = await PrepareAsync(service);
            Assert.Null(await ResetAsync(file, rotation, new ResetOptions { Predecessor = OldTokenAction.Disable, GracePeriod = grace }));
            sandbox.Clock.Advance(TimeSpan.FromDays(1));
            Assert.Null(await RetireAsync(file, rotation));

            Assert.False(await sandbox.WorksAsync(rotation.Predecessor));
            Assert.True(await sandbox.WorksAsync(rotation.Current));
            Assert.Equal(TokenStatus.Inactive, (await rotation.Connection.Tokens.GetAsync(rotation.Predecessor.Id, default)).Status);
        }
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Reset_KeepOldToken_BothWork(string service)
    {
        using var file = new JournalFile();
        Rotation rotation = await PrepareAsync(service);

        Assert.Null(await ResetAsync(file, rotation, new ResetOptions { Predecessor = OldTokenAction.Keep }));

        Assert.Equal((true, true), (await sandbox.WorksAsync(rotation.Current), await sandbox.WorksAsync(rotation.Predecessor)));
        Assert.NotEqual(rotation.Current.Id, rotation.Predecessor.Id);
    }

    [Fact]
    public async Task Reset_NewToken_HasSameNumberOfMonths()
    {
        using var file = new JournalFile();
        Rotation rotation = await PrepareAsync("ApplicationUsers", TokenExpiry.AfterMonths(12));
        sandbox.Clock.Advance(TimeSpan.FromDays(40));

        Assert.Null(await ResetAsync(file, rotation, new ResetOptions { WithSuccessor = true }));

        Assert.Equal(sandbox.Clock.GetUtcNow().AddMonths(12), rotation.Current.ExpiresAt!.Value, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("Gcore", OldTokenAction.Disable, false)]
    [InlineData("ApplicationUsers", OldTokenAction.Disable, false)]
    [InlineData("Gcore", OldTokenAction.Remove, true)]
    [InlineData("Devo", OldTokenAction.Remove, true)]
    public async Task Reset_OptionNotSupported_FailsWithoutRequest(string service, OldTokenAction action, bool inPlace)
    {
        using var file = new JournalFile();
        Rotation rotation = await PrepareAsync(service);
        long before = await sandbox.CountAsync();

        var error = Assert.IsType<ApiTokenException>(
            await ResetAsync(file, rotation, new ResetOptions { Predecessor = action, InPlace = inPlace }));

        Assert.Equal("OperationNotSupported", error.ErrorId);
        Assert.Equal(before, await sandbox.CountAsync());
    }

    [Fact]
    public async Task PendingRetirements_StoppedBetweenDeliveryAndRemoval_ContainsBothTokens()
    {
        Rotation rotation = await PrepareAsync("Wegnology");
        sandbox.Plan("Wegnology", new Fault { Kind = FaultKind.Delay, Delay = TimeSpan.FromSeconds(30), Path = "*/me" });
        var runner = new TestRunner(1);
        await Task.Run(() => runner.Add(Reset(rotation, new ResetOptions()), _ => { }));
        await Task.Run(() => Assert.Throws<OperationCanceledException>(() => runner.Complete(_ => runner.Stop())));
        runner.Dispose();
        sandbox.Clear();

        PendingRetirement pending = Assert.Single(runner.PendingRetirements);
        Assert.Equal(rotation.Predecessor.Id, pending.Predecessor.Id);
        Assert.Equal(2, (await rotation.TokensAsync()).Count);
        Assert.Contains(await rotation.TokensAsync(), token => token.Id == pending.Successor.Id);
        Assert.IsNotType<IssuedToken>(pending.Successor);
    }

    [Fact]
    public async Task PendingRetirements_CallerThrowsOnDelivery_ContainsOldToken()
    {
        Rotation rotation = await PrepareAsync("Gcore");
        var runner = new TestRunner(1);
        await Task.Run(() => Assert.Throws<InvalidTimeZoneException>(() =>
        {
            runner.Add(Reset(rotation, new ResetOptions()), Collect);
            runner.Complete(Collect);
        }));
        runner.Dispose();

        PendingRetirement pending = Assert.Single(runner.PendingRetirements);
        Assert.Equal(rotation.Predecessor.Id, pending.Predecessor.Id);
        Assert.Empty(runner.Undelivered);
        Assert.True(await sandbox.WorksAsync(rotation.Predecessor));

        static void Collect(Report report) => throw new InvalidTimeZoneException("the pipeline ended");
    }

    private static Fault FaultAt(string step, string service, string id, Fault fault) => (step switch
    {
        "read" => fault with { Method = "GET", Path = $"*/{id}" },
        "issue" => fault with { Method = "POST", Path = "*/tokens" },
        "check" => fault with { Method = "GET", Path = "*/me" },
        _ when service == "ApplicationUsers" => fault with { Method = "POST", Path = "*/revoke" },
        _ => fault with { Method = "DELETE" },
    }) with
    { Count = 8 };

    // Every token that exists, apart from the expected ones, is identified in the error.
    private static async Task AssertErrorIdentifiesTokensAsync(Rotation rotation, Exception? error)
    {
        foreach (ApiToken token in await rotation.TokensAsync())
        {
            bool expected = token.Id == rotation.Predecessor.Id || (error is null && token.Id == rotation.Current.Id);
            string text = error is ApiTokenException failure ? $"{failure.Message} {failure.RecommendedAction}" : string.Empty;
            Assert.True(
                expected || text.Contains(token.Id, StringComparison.Ordinal), $"The error does not identify {token}: {error?.Message}");
        }
    }

    private static Operation Reset(Rotation rotation, ResetOptions options) =>
        TestOperations.Reset(rotation.Connection, rotation.Predecessor, options);

    private Task<Exception?> ResetAsync(JournalFile file, Rotation rotation, ResetOptions options) =>
        RunAsync(file.Open(JournalOperations.Reset, sandbox.Clock, rotation.Connection), rotation, _ => [Reset(rotation, options)]);

    private Task<Exception?> RetireAsync(JournalFile file, Rotation rotation) => RunAsync(
        file.Open(JournalOperations.Retire, sandbox.Clock, rotation.Connection),
        rotation,
        journal => journal.Retirements.DueAt(sandbox.Clock.GetUtcNow()).Select(
            due => new RetireOperation(rotation.Connection, due, journal.Retirements.SuccessorOf(due)) { AllowOwnToken = true }));

    private IReadOnlyList<DueToken> Due(JournalFile file, Rotation rotation)
    {
        using JournalWriter journal = file.Open(JournalOperations.Retire, sandbox.Clock, rotation.Connection);
        return journal.Retirements.DueAt(sandbox.Clock.GetUtcNow());
    }

    // Stores secrets as a vault does: a new secret replaces the old one, and a revert restores the old one.
    private static Task<Exception?> RunAsync(
        JournalWriter journal, Rotation rotation, Func<JournalWriter, IEnumerable<Operation>> operations) => Task.Run(() =>
    {
        var sink = new DelegateSink(
            issued =>
            {
                rotation.Entry.Current = issued;
                return Task.CompletedTask;
            },
            () => rotation.Entry.Current = rotation.Predecessor,
            read: token => rotation.Current.Id == token.Id ? rotation.Current.GetSecret() : null);
        using var runner = new TestRunner(4, journal, sink);
        Exception? error = null;
        foreach (Operation operation in operations(journal))
        {
            runner.Add(operation, Collect);
        }

        runner.Complete(Collect);
        return error;

        void Collect(Report report) => error ??= report.Error;
    });

    private async Task<Rotation> PrepareAsync(string service, TokenExpiry? expiry = null)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        NewTokenRequest request = FaultySandbox.New(service, FaultySandbox.NewName());
        IssuedToken token = await connection.Tokens.CreateAsync(
            expiry is null
                ? request
                : new NewTokenRequest
                {
                    Name = request.Name,
                    User = request.User,
                    ApplyToAll = request.ApplyToAll,
                    Expiry = expiry,
                },
                default);
        return new Rotation(connection, token, new Entry { Current = token });
    }

    private sealed record Rotation(TokenConnection Connection, IssuedToken Predecessor, Entry Entry)
    {
        public IssuedToken Current => Entry.Current;

        public Task<List<ApiToken>> TokensAsync() => FaultySandbox.ListByNameAsync(Connection, Predecessor.Name);
    }

    private sealed class Entry
    {
        public required IssuedToken Current { get; set; }
    }
}
