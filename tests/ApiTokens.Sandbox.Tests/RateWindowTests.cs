using System.Net;

namespace ApiTokens.Sandbox.Tests;

/// <summary>The kinds of limits and their headers, measured with the sandbox's clock.</summary>
public sealed class RateWindowTests : IAsyncLifetime
{
    private const int Rate = 4;

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly HttpClient _http = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _http.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData(RateWindow.Fixed, 4)]
    [InlineData(RateWindow.Sliding, 0)]
    public async Task Requests_NextSecondBegins_FixedWindowAllowsTheRateAgain(RateWindow window, int accepted)
    {
        await using SandboxServer server = await StartAsync(window, RateHeaders.None);
        _clock.Advance(TimeSpan.FromMilliseconds(900));
        Assert.Equal(Rate, await CountAcceptedAsync(server, 2 * Rate));

        _clock.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(accepted, await CountAcceptedAsync(server, 2 * Rate));

        _clock.Advance(TimeSpan.FromMilliseconds(900));
        Assert.Equal(Rate, await CountAcceptedAsync(server, 2 * Rate));
    }

    [Theory]
    [InlineData(RateHeaders.Ietf, "RateLimit", "\"default\";r=3;t=1", "\"default\";r=0;t=1")]
    [InlineData(RateHeaders.Ietf, "RateLimit-Policy", "\"default\";q=4;w=1", "\"default\";q=4;w=1")]
    [InlineData(RateHeaders.X, "X-RateLimit-Limit", "4", "4")]
    [InlineData(RateHeaders.X, "X-RateLimit-Remaining", "3", "0")]
    [InlineData(RateHeaders.X, "X-RateLimit-Reset", "1", "1")]
    public async Task Headers_Configured_TellLimit(RateHeaders headers, string name, string first, string last)
    {
        await using SandboxServer server = await StartAsync(RateWindow.Fixed, headers);
        var responses = new List<HttpResponseMessage>();
        for (int i = 0; i <= Rate; i++)
        {
            responses.Add(await GetAsync(server));
        }

        Assert.Equal(first, Assert.Single(responses[0].Headers.GetValues(name)));
        Assert.Equal(last, Assert.Single(responses[^1].Headers.GetValues(name)));
        Assert.Equal(HttpStatusCode.TooManyRequests, responses[^1].StatusCode);
    }

    [Fact]
    public async Task Headers_Default_AreNotSent()
    {
        await using SandboxServer server = await StartAsync(RateWindow.Bucket, RateHeaders.None);

        using HttpResponseMessage response = await GetAsync(server);

        Assert.DoesNotContain(response.Headers, header => header.Key.Contains("RateLimit", StringComparison.OrdinalIgnoreCase));
    }

    private Task<SandboxServer> StartAsync(RateWindow window, RateHeaders headers) => SandboxServer.StartAsync(
        new SandboxOptions { Rate = Rate, RateWindow = window, RateHeaders = headers, TimeProvider = _clock });

    private async Task<int> CountAcceptedAsync(SandboxServer server, int requests)
    {
        int accepted = 0;
        for (int i = 0; i < requests; i++)
        {
            using HttpResponseMessage response = await GetAsync(server);
            accepted += response.StatusCode == HttpStatusCode.TooManyRequests ? 0 : 1;
        }

        return accepted;
    }

    private Task<HttpResponseMessage> GetAsync(SandboxServer server) =>
        _http.GetAsync(new Uri($"{server.Description.Services["devo"].BaseUri.ToString().TrimEnd('/')}/ws/accounts/x/credentials/tokens"));
}
