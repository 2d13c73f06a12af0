using System.Text.Json;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Sandbox;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>
/// Runs against a service that allows 100 requests per second. Client and sandbox share one fake clock, which advances only while
/// all requests wait for it, so the counts are exact, however busy the machine is.
/// </summary>
public sealed class RateTests : IAsyncLifetime
{
    private const int Rate = 100;
    private const int Tokens = 320;
    private const int ThrottleLimit = 32;

    // Longer than any wait of the rate limiter here, and shorter than the time-out of a request.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly TestTimeProvider _clock = new();
    private readonly HttpClient _http = new();
    private SandboxServer _server = null!;

    public async Task InitializeAsync() =>
        _server = await SandboxServer.StartAsync(new SandboxOptions { Rate = Rate, Tokens = Tokens, TimeProvider = _clock });

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Remove_AtAllowedRate_IsNotThrottled()
    {
        (RunResult result, TimeSpan time) = await RemoveAllAsync(Rate);

        Assert.Equal((Tokens, 0, 0), (result.Summary.Done, result.Summary.Failed, result.Summary.Retried));
        Assert.Equal(0, await CountThrottledAsync());

        // The cap is not exceeded, and nearly used up.
        Assert.InRange(time.TotalSeconds, (Tokens - 1.0) / Rate, (Tokens - 1.0) / Rate / 0.95);
    }

    [Fact]
    public async Task Remove_AboveAllowedRate_IsThrottledAndRetried()
    {
        (RunResult result, _) = await RemoveAllAsync(2 * Rate);

        Assert.Equal((Tokens, 0), (result.Summary.Done, result.Summary.Failed));
        Assert.True(result.Summary.Retried > 0);
        Assert.Equal(result.Summary.Retried, await CountThrottledAsync());
    }

    [Fact]
    public async Task Get_NoRateSpecified_FindsRateWithoutFailures()
    {
        TokenConnection connection = await ConnectAsync("Devo", requestsPerSecond: null);
        string id = (await connection.Tokens.ListAsync()).First().Id;

        (RunResult result, _) = await RunAsync(
            connection, Enumerable.Repeat(id, 150), (service, token, cancellationToken) => service.GetAsync(token, cancellationToken));

        Assert.Equal((150, 0), (result.Summary.Done, result.Summary.Failed));
        Assert.True(result.Summary.Retried > 0);
        Assert.Equal(result.Summary.Retried, await CountThrottledAsync());
    }

    private async Task<(RunResult Result, TimeSpan Time)> RemoveAllAsync(int requestsPerSecond)
    {
        TokenConnection unlimited = await ConnectAsync("Wegnology", TestConnections.UnlimitedRate);
        List<ApiToken> tokens = await unlimited.Tokens.ListAsync(new TokenFilter { Names = [new NamePattern("token-*")] });
        Assert.Equal(Tokens, tokens.Count);

        // The list has used part of the allowed rate.
        _clock.Advance(TimeSpan.FromSeconds(1));
        TokenConnection connection = await ConnectAsync("Wegnology", requestsPerSecond);
        return await RunAsync(
            connection, tokens.Select(token => token.Id), (service, id, cancellationToken) => service.RemoveAsync(id, cancellationToken));
    }

    private async Task<(RunResult Result, TimeSpan Time)> RunAsync(
        TokenConnection connection, IEnumerable<string> ids, Func<ITokenService, string, CancellationToken, Task> request)
    {
        int done = 0;
        Operation[] operations = [.. ids.Select((id, number) => new TestOperation(connection, $"{number}", id, id, async context =>
        {
            await request(connection.Tokens, id, context.CancellationToken);
            Interlocked.Increment(ref done);
        }))];
        DateTimeOffset start = _clock.GetUtcNow();
        Task<RunResult> run = RunResult.RunAsync(null, ThrottleLimit, operations);
        await _clock.AdvanceUntilAsync(
            run, () => Math.Min(ThrottleLimit, operations.Length - Volatile.Read(ref done)), LongestWait);
        return (await run, _clock.GetUtcNow() - start);
    }

    private async Task<int> CountThrottledAsync()
    {
        JsonElement log = await SandboxFixture.ReadAsync(_http, _server, "sandbox/requests/log");
        return log.EnumerateArray().Count(entry => entry.TryGetProperty("status", out JsonElement status) && status.GetInt32() == 429);
    }

    // Without a timeout, the only timers are those of requests that wait.
    private Task<TokenConnection> ConnectAsync(string service, double? requestsPerSecond)
    {
        ServiceDescription description = _server.Description.Services[ServiceCatalog.Find(service).ConnectionName];
        return TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = service,
                BaseUri = description.BaseUri,
                Account = description.Account,
                Secret = SecretText.ToSecureString(description.Secret),
                RequestsPerSecond = requestsPerSecond,
                SkipCheck = true,
                Time = _clock,
                Timeout = Timeout.InfiniteTimeSpan,
            },
            default);
    }
}
