using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Sandbox;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>Runs against each kind of limit, over sockets. Client and sandbox share one fake clock, so the counts are exact.</summary>
public sealed class RateWindowTests
{
    private const int Rate = 100;
    private const int Requests = 200;
    private const int ThrottleLimit = 16;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly TestTimeProvider _clock = new();

    public static TheoryData<RateWindow> Windows => [.. Enum.GetValues<RateWindow>()];

    [Theory]
    [MemberData(nameof(Windows))]
    public async Task Get_IetfHeaders_NothingIsRejected(RateWindow window) =>
        Assert.Equal(0, (await RunAsync(window, RateHeaders.Ietf)).Rejected);

    [Theory]
    [MemberData(nameof(Windows))]
    public async Task Get_XHeaders_NothingIsRejected(RateWindow window) =>
        Assert.Equal(0, (await RunAsync(window, RateHeaders.X)).Rejected);

    // The first burst, and the end of the search.
    [Theory]
    [MemberData(nameof(Windows))]
    public async Task Get_NoHeaders_FewAreRejected(RateWindow window) =>
        Assert.InRange((await RunAsync(window, RateHeaders.None)).Rejected, 1, 3 * ThrottleLimit);

    private async Task<(int Rejected, TimeSpan Time)> RunAsync(RateWindow window, RateHeaders headers)
    {
        await using SandboxServer server = await SandboxServer.StartAsync(
            new SandboxOptions { Rate = Rate, RateWindow = window, RateHeaders = headers, TimeProvider = _clock });
        ServiceDescription description = server.Description.Services["devo"];
        TokenConnection connection = await TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = "Devo",
                BaseUri = description.BaseUri,
                Account = description.Account,
                Secret = SecretText.ToSecureString(description.Secret),
                SkipCheck = true,
                Time = _clock,
                Timeout = Timeout.InfiniteTimeSpan,
            },
            default);
        string id = (await connection.Tokens.ListAsync()).First().Id;
        int done = 0;
        Operation[] operations = [.. Enumerable.Range(0, Requests).Select(number =>
            new TestOperation(connection, $"{number}", id, id, async context =>
            {
                await connection.Tokens.GetAsync(id, context.CancellationToken);
                Interlocked.Increment(ref done);
            }))];
        DateTimeOffset start = _clock.GetUtcNow();
        Task<RunResult> run = RunResult.RunAsync(null, ThrottleLimit, operations);
        await _clock.AdvanceUntilAsync(
            run, () => Math.Min(ThrottleLimit, operations.Length - Volatile.Read(ref done)), LongestWait);
        RunResult result = await run;
        Assert.Equal((Requests, 0), (result.Summary.Done, result.Summary.Failed));
        return (result.Summary.Retried, _clock.GetUtcNow() - start);
    }
}
