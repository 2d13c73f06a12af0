using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>The same token twice in first run.</summary>
public sealed class DuplicateTokenTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    [Theory]
    [InlineData("Wegnology", false, false)]
    [InlineData("Wegnology", true, false)]
    [InlineData("Wegnology", true, true)]
    [InlineData("Gcore", false, true)]
    [InlineData("ApplicationUsers", true, false)]
    public async Task Reset_TokenTwice_IsDoneOnceAndReported(string service, bool hasJournal, bool hasTwoConnections)
    {
        using var file = new JournalFile();
        TokenConnection first = await sandbox.ConnectAsync(service);
        TokenConnection second = hasTwoConnections ? await sandbox.ConnectAsync(service) : first;
        IssuedToken token = await first.Tokens.CreateAsync(FaultySandbox.New(service, FaultySandbox.NewName()), default);

        RunResult result = await RunResult.RunAsync(
            hasJournal ? file.Open("Reset", first) : null, TestOperations.Reset(first, token), TestOperations.Reset(second, token));

        var error = Assert.IsType<ApiTokenException>(result.Error);
        Assert.Equal(ErrorIds.DuplicateToken, error.ErrorId);
        Assert.Contains(token.Id, error.Message);
        Assert.Equal((1, 1), (result.Summary.Done, result.Summary.Failed));
        IssuedToken delivered = Assert.Single(result.Outputs.OfType<IssuedToken>());
        ApiToken remaining = Assert.Single(await first.Tokens.ListAsync(), each => each.Name == token.Name);
        Assert.Equal(delivered.Id, remaining.Id);
        Assert.True(await sandbox.WorksAsync(delivered));
    }

    [Fact]
    public async Task Reset_TokenWithoutNameTwice_IsNamedByItsId()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Devo");
        IssuedToken token = await connection.Tokens.CreateAsync(FaultySandbox.New("Devo", FaultySandbox.NewName()), default);
        var onlyId = new ApiToken { Id = token.Id };

        RunResult result = await RunResult.RunAsync(
            journal: null, TestOperations.Reset(connection, onlyId), TestOperations.Reset(connection, onlyId));

        Assert.StartsWith($"The token {token.Id} is in the input more than once.", result.Error.Message);
    }

    [Fact]
    public async Task Run_SameToken_RunsOneOperationAtATime()
    {
        TokenConnection first = await sandbox.ConnectAsync("Devo");
        TokenConnection second = await sandbox.ConnectAsync("Devo");
        int running = 0;
        int maximum = 0;
        var order = new List<int>();

        RunResult result = await RunResult.RunAsync(
            journal: null, throttleLimit: 8, [.. Enumerable.Range(0, 20).Select(i => On(i % 2 == 0 ? first : second, i))]);

        Assert.Equal((20, 1), (result.Summary.Done, maximum));
        Assert.Equal(Enumerable.Range(0, 20), order);

        TestOperation On(TokenConnection connection, int number) => new(connection, "1", "x", "target", async _ =>
        {
            maximum = Math.Max(maximum, Interlocked.Increment(ref running));
            await Task.Yield();
            order.Add(number);
            Interlocked.Decrement(ref running);
        });
    }

    [Fact]
    public async Task Run_FirstOperationOnTokenFails_RunsSecond()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Devo");

        RunResult result = await RunResult.RunAsync(
            journal: null,
            new TestOperation(connection, "1", "x", "target", _ => throw new ApiTokenException(ErrorKind.PermissionDenied, "no")),
            new TestOperation(connection, "1", "x", "target", _ => Task.CompletedTask));

        Assert.Equal((1, 1), (result.Summary.Done, result.Summary.Failed));
    }
}
