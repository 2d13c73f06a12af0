using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>What a reset says and records about the delivery and the verification of the new secret.</summary>
public sealed class ResetProofTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    private const string WithSuccessors = "Gcore";
    private const string InPlace = "ApplicationUsers";
    private static readonly Fault Rejected = new() { Kind = FaultKind.Status, Status = 401, Path = "*/me", Count = 4 };

    [Fact]
    public async Task PendingRetirements_ResetHasEnded_IsEmpty()
    {
        (TokenConnection connection, IssuedToken old) = await PrepareAsync(WithSuccessors);
        using var runner = new TestRunner(1);

        await Task.Run(() =>
        {
            runner.Add(TestOperations.Reset(connection, old), _ => { });
            runner.Complete(_ => { });
        });

        Assert.Equal(1, runner.Summary.Done);
        Assert.Empty(runner.PendingRetirements);
    }

    [Fact]
    public async Task Reset_GracePeriodWithoutJournal_FailsWithoutRequest()
    {
        (TokenConnection connection, IssuedToken old) = await PrepareAsync(WithSuccessors);
        long before = await sandbox.CountAsync();

        (ApiTokenException? error, _) = await RunAsync(
            journal: null, TestOperations.Reset(connection, old, new ResetOptions { GracePeriod = TimeSpan.FromDays(1) }));

        Assert.Equal("InvalidGracePeriod", error!.ErrorId);
        Assert.Contains("a journal is required to record when the old token is due", error.Message);
        Assert.Equal("Run the operation with a journal.", error.RecommendedAction);
        Assert.Equal(before, await sandbox.CountAsync());
    }

    [Theory]
    [InlineData(WithSuccessors)]
    [InlineData(InPlace)]
    public async Task Reset_SkipProof_SaysAndRecordsThatSecretWasNotVerified(string service)
    {
        using var file = new JournalFile();
        (TokenConnection connection, IssuedToken old) = await PrepareAsync(service);

        (ApiTokenException? error, List<string> messages) = await RunAsync(
            file.Open("Reset", sandbox.Clock, connection), TestOperations.Reset(connection, old, new ResetOptions { SkipProof = true }));

        Assert.Null(error);
        Assert.Matches(@"^The secret of .+ was not verified, as requested\.$", Assert.Single(messages));
        Assert.Contains("unverified", file.Events);
        Assert.DoesNotContain("verified", file.Events);
        Assert.False(await sandbox.WorksAsync(old));
    }

    [Fact]
    public async Task Reset_SecretOfSuccessorIsRejected_NextRunSaysThatItWasRejectedEarlier()
    {
        using var file = new JournalFile();
        (TokenConnection connection, IssuedToken old) = await PrepareAsync(WithSuccessors);
        sandbox.Plan(WithSuccessors, Rejected);
        (ApiTokenException? first, List<string> messages) = await RunAsync(
            file.Open("Reset", sandbox.Clock, connection), TestOperations.Reset(connection, old));
        Assert.Equal("SuccessorRefused", first!.ErrorId);
        Assert.Contains($"which replaces the token {old}. The old token is unchanged. Gcore rejected", first.Message);
        Assert.Contains(messages, message => message.StartsWith("Not verified: Gcore rejects", StringComparison.Ordinal));

        (ApiTokenException? second, _) = await RunAsync(
            file.Open("Reset", sandbox.Clock, connection), TestOperations.Reset(connection, old));

        Assert.Equal("SuccessorRefused", second!.ErrorId);
        Assert.StartsWith("In an earlier run, the secret of the new ", second.Message);
        Assert.Contains($"{old}", second.Message);
        Assert.True(await sandbox.WorksAsync(old));
    }

    [Fact]
    public async Task Reset_SecretCannotBeVerified_HasTheStatusAndSaysWhatToDo()
    {
        (TokenConnection connection, IssuedToken old) = await PrepareAsync(WithSuccessors);
        sandbox.Plan(WithSuccessors, new Fault { Kind = FaultKind.Status, Status = 500, Path = "*/me", Count = 6 });

        (ApiTokenException? error, _) = await RunAsync(journal: null, TestOperations.Reset(connection, old));

        Assert.Equal(("SuccessorNotProved", System.Net.HttpStatusCode.InternalServerError), (error!.ErrorId, error.StatusCode));
        Assert.StartsWith(
            $"If the new token works, remove the old one: remove the token '{old.Id}' on the connection", error.RecommendedAction);
        Assert.EndsWith("reset with SkipProof.", error.RecommendedAction);
    }

    [Fact]
    public async Task Reset_CallerThrowsOnDelivery_SendsNoFurtherRequest()
    {
        (TokenConnection connection, IssuedToken old) = await PrepareAsync(WithSuccessors);
        using var runner = new TestRunner(1);
        await Task.Run(() => Assert.Throws<InvalidTimeZoneException>(() =>
        {
            runner.Add(TestOperations.Reset(connection, old), Throw);
            runner.Complete(Throw);
        }));
        long before = await sandbox.CountAsync();
        await Task.Delay(300);

        Assert.Equal(before, await sandbox.CountAsync());

        static void Throw(Report report) => throw new InvalidTimeZoneException("the pipeline ended");
    }

    [Fact]
    public async Task Reset_SecretIsRejectedAndVaultCannotBeReverted_SaysBoth()
    {
        (TokenConnection connection, IssuedToken old) = await PrepareAsync(WithSuccessors);
        sandbox.Plan(WithSuccessors, Rejected);
        var sink = new DelegateSink(
            _ => Task.CompletedTask,
            () => throw new ApiTokenException(ErrorKind.InvalidOperation, "The vault is locked.", "Unlock the vault."));

        (ApiTokenException? error, _) = await RunAsync(journal: null, TestOperations.Reset(connection, old), sink);

        Assert.Equal("SuccessorRefused", error!.ErrorId);
        Assert.Contains("The old token is unchanged. The vault is locked. Gcore rejected", error.Message);
    }

    [Fact]
    public async Task Reset_SecretThatWasReplacedInPlaceIsRejected_SaysThatNoSecretWorks()
    {
        using var file = new JournalFile();
        (TokenConnection connection, IssuedToken old) = await PrepareAsync(InPlace);

        (ApiTokenException? error, _) = await RunAsync(
            file.Open("Reset", sandbox.Clock, connection), TestOperations.Reset(connection, old), PlanAtDelivery(Rejected));

        Assert.Equal(("SecretRefused", ErrorKind.InvalidResult), (error!.ErrorId, error.Kind));
        Assert.StartsWith(
            $"ApplicationUsers rejects the new secret of the token {old}, and the old secret no longer works.", error.Message);
        Assert.Equal($"Reset it again: reset the token '{old.Id}' on the connection '{connection.Name}'", error.RecommendedAction);
        Assert.Equal(["start", "issued", "delivered", "refused", "end failed"], file.Events);
    }

    [Fact]
    public async Task Reset_SecretThatWasReplacedInPlaceCannotBeVerified_IsOnlyAMessage()
    {
        (TokenConnection connection, IssuedToken old) = await PrepareAsync(InPlace);

        (ApiTokenException? error, List<string> messages) = await RunAsync(
            journal: null,
            TestOperations.Reset(connection, old),
            PlanAtDelivery(new Fault { Kind = FaultKind.NotJson, Path = "*/me" }));

        Assert.Null(error);
        Assert.Contains(messages, message => message.StartsWith(
            $"The new secret of the token {old} could not be verified. ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reset_SecretNotSaved_ReturnsSecretAndSaysThatOldTokenIsUnchanged()
    {
        (TokenConnection connection, IssuedToken old) = await PrepareAsync(WithSuccessors);
        var sink = new DelegateSink(token => throw new SecretNotSavedException(token, "The vault is locked.", "Unlock the vault."));

        (ApiTokenException? error, _) = await RunAsync(journal: null, TestOperations.Reset(connection, old), sink);

        IssuedToken successor = Assert.IsType<SecretNotSavedException>(error).Token;
        Assert.Equal(
            $"The new token {successor}, which replaces the token {old}, was issued. The vault is locked. The old token is unchanged.",
            error.Message);
        Assert.Equal(
            $"Save the secret and remove the old token ({old.Id}), or remove the new token: remove the token '{successor.Id}' on the "
                + $"connection '{connection.Name}'",
            error.RecommendedAction);
        Assert.True(await sandbox.WorksAsync(successor));
        Assert.True(await sandbox.WorksAsync(old));
    }

    [Fact]
    public async Task Reset_DeliveryCannotBeRecorded_KeepsOldToken()
    {
        (TokenConnection connection, IssuedToken old) = await PrepareAsync(WithSuccessors);
        JournalWriter journal = JournalWriter.Open(
            new FileWithout("\"issuedId\""), "journal.jsonl", "Reset", [connection.AccountIdentity], sandbox.Clock);

        (ApiTokenException? error, _) = await RunAsync(journal, TestOperations.Reset(connection, old));

        Assert.Equal((ErrorIds.JournalNotWritten, true), (error!.ErrorId, error.OutcomeUnknown));
        Assert.Contains("was issued and its secret delivered", error.Message);
        Assert.EndsWith($"It replaces the token {old}. The old token is unchanged.", error.Message);
        Assert.True(await sandbox.WorksAsync(old));
    }

    private static async Task<(ApiTokenException? Error, List<string> Messages)> RunAsync(
        JournalWriter? journal, Operation operation, ISecretSink? secrets = null)
    {
        ApiTokenException? error = null;
        var messages = new List<string>();
        await Task.Run(() =>
        {
            using var runner = new TestRunner(1, journal, secrets);
            runner.Add(operation, Collect);
            runner.Complete(Collect);
        });
        return (error, messages);

        void Collect(Report report)
        {
            error ??= (ApiTokenException?)report.Error;
            if (report.VerboseMessage is { } message)
            {
                messages.Add(message);
            }
        }
    }

    // Not before: the same request finds out whether the token is the connection's own.
    private DelegateSink PlanAtDelivery(Fault fault) => new(_ =>
    {
        sandbox.Plan(InPlace, fault);
        return Task.CompletedTask;
    });

    private async Task<(TokenConnection Connection, IssuedToken Old)> PrepareAsync(string service)
    {
        sandbox.Clear();
        TokenConnection connection = await sandbox.ConnectAsync(service);
        return (connection, await connection.Tokens.CreateAsync(FaultySandbox.New(service, FaultySandbox.NewName()), default));
    }
}
