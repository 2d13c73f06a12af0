using System.Net;

namespace ApiTokens.Sandbox.Tests;

/// <summary>The rate limit, measured with the sandbox's clock, which only these tests advance.</summary>
public sealed class RateTests : SandboxTest
{
    private const int Rate = 100;

    internal override SandboxOptions Options => new() { TimeProvider = Clock, Rate = Rate };

    private const string Tokens = "/ws/accounts/example-domain/credentials/tokens";

    private Client Devo => Administrator("devo", "Bearer");

    [Fact]
    public async Task Requests_BelowRate_AreNotThrottled()
    {
        TimeSpan interval = TimeSpan.FromSeconds(1) / (Rate * 0.95);
        for (int i = 0; i < 2 * Rate; i++)
        {
            (await Devo.GetAsync(Tokens)).Expect(HttpStatusCode.OK);
            Clock.Advance(interval);
        }
    }

    [Fact]
    public async Task Requests_AboveRate_AreThrottledWithRetryAfter()
    {
        var responses = new List<Response>();
        for (int i = 0; i < 75; i++)
        {
            responses.AddRange(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Devo.GetAsync(Tokens))));
            Clock.Advance(TimeSpan.FromMilliseconds(20));
        }

        // The burst, and two requests for each of the 74 steps of 20 ms.
        Response[] throttled = [.. responses.Where(response => response.Status != HttpStatusCode.OK)];
        Assert.Equal((Rate / 10) + (74 * 2), responses.Count - throttled.Length);
        Assert.NotEmpty(throttled);
        Assert.All(throttled, response =>
        {
            response.Expect(HttpStatusCode.TooManyRequests, """{"error":{"code":429,"message":"Too Many Requests"}}""");
            Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        });
    }

    [Theory]
    [InlineData("wegnology", "Bearer", "/me", """{"type":"TooManyRequests","message":"Too Many Requests"}""")]
    [InlineData("gcore", "APIKey", "/iam/clients/me", """{"message":"Too Many Requests"}""")]
    [InlineData(
        "application-users", "Bearer", "/data/location",
        """{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"The request failed with status 429."}""")]
    public async Task Requests_AboveRateOfOneService_ReturnItsErrorAndDoNotAffectOthers(
        string service, string scheme, string path, string body)
    {
        Response throttled = await FloodAsync(Administrator(service, scheme), path);

        throttled.Expect(HttpStatusCode.TooManyRequests, body);
        Assert.Equal(TimeSpan.FromSeconds(1), throttled.Headers.RetryAfter?.Delta);
        (await Devo.GetAsync(Tokens)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Requests_SandboxEndpoints_AreNotThrottled()
    {
        var control = new Client(Http, new Uri(Server.BaseAddress, "/sandbox"), $"Bearer {Server.Description.ControlToken}");

        Response[] responses = await Task.WhenAll(Enumerable.Range(0, 10 * Rate).Select(_ => control.GetAsync("/requests")));

        Assert.All(responses, response => response.Expect(HttpStatusCode.OK));
    }

    [Fact]
    public async Task Requests_Throttled_AreCountedAndNotExecuted()
    {
        Client control = new(Http, new Uri(Server.BaseAddress, "/sandbox"), $"Bearer {Server.Description.ControlToken}");
        Client wegnology = Administrator("wegnology", "Bearer");

        Response[] created = await Task.WhenAll(
            Enumerable.Range(0, Rate).Select(_ => wegnology.PostAsync("/me/tokens", """{"name":"n"}""")));

        Assert.Equal(Rate, (await control.GetAsync("/requests"))["writes"]!.GetValue<int>());
        Clock.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(
            6 + created.Count(response => response.Status == HttpStatusCode.Created),
            (await wegnology.GetAsync("/me/tokens"))["totalCount"]!.GetValue<int>());
    }

    private static async Task<Response> FloodAsync(Client client, string path)
    {
        Response[] responses = await Task.WhenAll(Enumerable.Range(0, Rate).Select(_ => client.GetAsync(path)));
        return responses.First(response => response.Status == HttpStatusCode.TooManyRequests);
    }
}
