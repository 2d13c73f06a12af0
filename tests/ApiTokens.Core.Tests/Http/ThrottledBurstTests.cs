using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

/// <summary>A burst of requests that the service throttles as a whole, with a Retry-After that is no wait.</summary>
public sealed class ThrottledBurstTests
{
    private const int Burst = 16;
    private const int Rate = 98;

    [Theory]
    [InlineData("0")]
    [InlineData("Thu, 01 Jan 2015 00:00:00 GMT")]
    public async Task Throttled_BurstWithoutWait_LowersRateOnce(string retryAfter)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        var clock = new TestTimeProvider { SkipUpTo = TimeSpan.FromMinutes(20) };
        using var allArrived = new CountdownEvent(Burst);
        int received = 0;
        server.DefaultHandler = async context =>
        {
            if (Interlocked.Increment(ref received) > Burst)
            {
                await ScriptedServer.WriteAsync(context, 200, """{"id":3,"name":"a"}""");
                return;
            }

            allArrived.Signal();
            await Task.Run(() => allArrived.Wait(TimeSpan.FromSeconds(30)));
            await ScriptedServer.WriteAsync(context, 429, "", headers: ("Retry-After", retryAfter));
        };
        ITokenService tokens = (await ConnectAsync(server, clock)).Tokens;
        await Task.WhenAll(Enumerable.Range(0, Burst).Select(_ => tokens.GetAsync("3", default)));

        long start = clock.GetTimestamp();
        const int Requests = 60;
        for (int i = 0; i < Requests; i++)
        {
            await tokens.GetAsync("3", default);
        }

        Assert.InRange(Requests / clock.GetElapsedTime(start).TotalSeconds, 0.6 * Rate, Rate + 2);
    }

    [Fact]
    public async Task Throttled_NoWait_PausesConnection()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        var clock = new TestTimeProvider { SkipUpTo = TimeSpan.FromMinutes(20) };
        server.Respond(429, headers: ("Retry-After", "0")).Json("""{"id":3,"name":"a"}""");
        ITokenService tokens = (await ConnectAsync(server, clock)).Tokens;

        await tokens.GetAsync("3", default);

        Assert.InRange(clock.Waits.Sum(wait => wait.TotalSeconds), 0.2, 2);
    }

    private static Task<TokenConnection> ConnectAsync(ScriptedServer server, TimeProvider clock) => TokenConnection.ConnectAsync(
        new ConnectionRequest
        {
            Service = "Devo",
            BaseUri = server.BaseUri,
            Account = "acme",
            Secret = SecretText.ToSecureString(TestConnections.Secret),
            SkipCheck = true,
            RequestsPerSecond = Rate / 0.98,
            Time = clock,
            Timeout = TestConnections.LongTimeout,
        },
        default);
}
