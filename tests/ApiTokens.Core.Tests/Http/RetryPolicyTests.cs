using System.Net;
using System.Net.Http.Headers;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

/// <summary>The limits of the retry policy.</summary>
public sealed class RetryPolicyTests
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 3, 31, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(429, 121, 121)]
    [InlineData(429, 120, null)]
    [InlineData(408, 121, 121)]
    [InlineData(500, 121, 121)]
    [InlineData(503, 121, 121)]
    [InlineData(404, 121, null)]
    [InlineData(200, 121, null)]
    public void LongWait_FailureAndRetryAfter_IsReturnedAboveTwoMinutes(int status, int seconds, int? expected)
    {
        var response = new ServiceResponse
        {
            Status = (HttpStatusCode)status,
            RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds)),
        };

        Assert.Equal(expected is { } wait ? TimeSpan.FromSeconds(wait) : null, RetryPolicy.LongWait(response, Clock));
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(-60, 0)]
    public void RequestedWait_Date_IsRelativeToTheClockOfTheService(int seconds, int expected)
    {
        DateTimeOffset ofService = Clock.GetUtcNow().AddHours(1);
        var response = new ServiceResponse
        {
            Date = ofService,
            RetryAfter = new RetryConditionHeaderValue(ofService.AddSeconds(seconds)),
        };

        Assert.Equal(TimeSpan.FromSeconds(expected), RetryPolicy.RequestedWait(response, Clock));
    }

    [Theory]
    [InlineData(7, 2)]
    [InlineData(121, 1)]
    public async Task Failure_HasRetryAfter_IsRetriedAfterItUpToTheLimit(int seconds, int requests)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        TestTimeProvider clock = TestConnections.CreateSkippingClock();
        server.Respond(500, headers: ("Retry-After", $"{seconds}")).Json("""{"id":3,"name":"a"}""");
        ITokenService tokens = (await TestConnections.ConnectAsync(server, "Devo", time: clock)).Tokens;

        await Record.ExceptionAsync(() => tokens.GetAsync("3", default));

        Assert.Equal(requests, server.Requests.Count);
        Assert.Equal(requests == 2 ? [TimeSpan.FromSeconds(seconds)] : [], clock.Waits);
    }

    // Throttled responses before and after another failure count together.
    [Fact]
    public async Task Throttled_TwentyRetriesInAll_IsTheLimit()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        for (int i = 0; i < 15; i++)
        {
            server.Respond(429, headers: ("Retry-After", "1"));
        }

        server.Respond(500);
        server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 429, "", headers: ("Retry-After", "1"));
        ITokenService tokens = (await TestConnections.ConnectAsync(server, "Devo")).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync("3", default));

        Assert.Equal(HttpStatusCode.TooManyRequests, error.StatusCode);
        Assert.Equal(15 + 1 + 6, server.Requests.Count);
    }

    [Theory]
    [InlineData(400, 1)]
    [InlineData(403, 1)]
    [InlineData(502, 6)]
    public async Task Proxy_RefusesToConnect_IsRetriedUnlessItIsAClientError(int status, int attempts)
    {
        await using var proxy = new TestProxy { Status = status };
        TokenConnection connection = await TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = "Devo",
                Account = "acme",
                BaseUri = new Uri("https://devo.example"),
                Secret = SecretText.ToSecureString(TestConnections.Secret),
                Proxy = proxy.Address,
                SkipCheck = true,
                RequestsPerSecond = TestConnections.UnlimitedRate,
                Time = TestConnections.CreateSkippingClock(),
                Timeout = TestConnections.LongTimeout,
            },
            default);

        await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.GetAsync("3", default));

        Assert.Equal(attempts, proxy.Requests.Count);
    }
}
