using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>One token that comes twice in one run.</summary>
public sealed class DuplicateTokenTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    [Theory]
    [InlineData("Wegnology", false, false)]
    [InlineData("Wegnology", true, false)]
    [InlineData("Wegnology", true, true)]
    [InlineData("Gcore", false, true)]
    [InlineData("ApplicationUsers", true, false)]
    public async Task Reset_TokenTwice_IsDoneOnceAndReported(string service, bool hasJournal, bool throughTwoConnections)
    {
        using var file = new JournalFile();
        TokenConnection one = await sandbox.ConnectAsync(service);
        TokenConnection two = throughTwoConnections ? await sandbox.ConnectAsync(service) : one;
        IssuedToken token = await one.Tokens.CreateAsync(FaultySandbox.New(service, FaultySandbox.NewName()), default);

        RunResult result = await RunResult.OfAsync(hasJournal ? file.Open("Reset", one) : null, Running.Reset(one, token), Running.Reset(two, token));

        var error = Assert.IsType<ApiTokenException>(result.Error);
        Assert.Equal(ErrorIds.DuplicateToken, error.ErrorId);
        Assert.Contains(token.Id, error.Message);
        Assert.Equal((1, 1), (result.Summary.Done, result.Summary.Failed));
        IssuedToken delivered = Assert.Single(result.Outputs.OfType<IssuedToken>());
        ApiToken left = Assert.Single(await one.Tokens.ListAsync(), each => each.Name == token.Name);
        Assert.Equal(delivered.Id, left.Id);
        Assert.True(await sandbox.WorksAsync(delivered));
    }

    [Fact]
    public async Task Run_SameToken_OneAtATime()
    {
        TokenConnection one = await sandbox.ConnectAsync("Devo");
        TokenConnection two = await sandbox.ConnectAsync("Devo");
        int running = 0;
        int most = 0;
        var order = new List<int>();

        RunResult result = await RunResult.OfAsync(journal: null, throttleLimit: 8, [.. Enumerable.Range(0, 20).Select(i => On(i % 2 == 0 ? one : two, i))]);

        Assert.Equal((20, 1), (result.Summary.Done, most));
        Assert.Equal(Enumerable.Range(0, 20), order);

        TestOperation On(TokenConnection connection, int number) => new(connection, "1", "x", "target", async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            order.Add(number);
            Interlocked.Decrement(ref running);
        });
    }

    [Fact]
    public async Task Run_FirstOnTokenFails_SecondRuns()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Devo");

        RunResult result = await RunResult.OfAsync(
            journal: null,
            new TestOperation(connection, "1", "x", "target", _ => throw new ApiTokenException(ErrorKind.PermissionDenied, "no")),
            new TestOperation(connection, "1", "x", "target", _ => Task.CompletedTask));

        Assert.Equal((1, 1), (result.Summary.Done, result.Summary.Failed));
    }
}
