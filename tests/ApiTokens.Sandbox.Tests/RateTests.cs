using System.Net;

namespace ApiTokens.Sandbox.Tests;

/// <summary>The rate is measured by the sandbox's clock, which only these tests move.</summary>
public sealed class RateTests : SandboxTest
{
    private const int Rate = 100;

    internal override SandboxOptions Options => new() { TimeProvider = Clock, Rate = Rate };

    private Client Devo => Administrator("devo", "Bearer");

    [Fact]
    public async Task A_client_that_keeps_the_pace_is_never_limited()
    {
        TimeSpan interval = TimeSpan.FromSeconds(1) / (Rate * 0.95);
        for (int i = 0; i < 2 * Rate; i++)
        {
            (await Devo.GetAsync("/whoami")).Expect(HttpStatusCode.OK);
            Clock.Advance(interval);
        }
    }

    [Fact]
    public async Task A_flood_is_let_through_at_the_rate_and_told_to_wait()
    {
        var answers = new List<Answer>();
        for (int i = 0; i < 75; i++)
        {
            answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Devo.GetAsync("/whoami"))));
            Clock.Advance(TimeSpan.FromMilliseconds(20));
        }

        // The burst, and what 74 steps of 20 ms allow: whole requests, as 20 ms are exactly two.
        Answer[] refused = [.. answers.Where(answer => answer.Status != HttpStatusCode.OK)];
        Assert.Equal((Rate / 10) + (74 * 2), answers.Count - refused.Length);
        Assert.NotEmpty(refused);
        Assert.All(refused, answer =>
        {
            answer.Expect(HttpStatusCode.TooManyRequests, """{"error":{"code":429,"message":"Too Many Requests"}}""");
            Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        });
    }

    [Theory]
    [InlineData("wegnology", "Bearer", "/me", """{"type":"TooManyRequests","message":"Too Many Requests"}""")]
    [InlineData("gcore", "APIKey", "/iam/clients/me", """{"message":"Too Many Requests"}""")]
    [InlineData(
        "application-users", "Bearer", "/data/location",
        """{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"The request was answered with 429."}""")]
    public async Task Each_service_has_a_rate_of_its_own_and_refuses_in_its_own_words(string service, string scheme, string path, string body)
    {
        Answer refused = await FloodAsync(Administrator(service, scheme), path);

        refused.Expect(HttpStatusCode.TooManyRequests, body);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        (await Devo.GetAsync("/whoami")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_sandbox_own_endpoints_are_not_limited()
    {
        var control = new Client(Http, new Uri(Server.BaseAddress, "/sandbox"), null);

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 10 * Rate).Select(_ => control.GetAsync("/requests")));

        Assert.All(answers, answer => answer.Expect(HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_refused_request_is_counted_and_does_nothing()
    {
        Client control = new(Http, new Uri(Server.BaseAddress, "/sandbox"), null);
        Client wegnology = Administrator("wegnology", "Bearer");

        Answer[] created = await Task.WhenAll(Enumerable.Range(0, Rate).Select(_ => wegnology.PostAsync("/me/tokens", """{"name":"n"}""")));

        Assert.Equal(Rate, (await control.GetAsync("/requests"))["writes"]!.GetValue<int>());
        Clock.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(6 + created.Count(answer => answer.Status == HttpStatusCode.Created), (await wegnology.GetAsync("/me/tokens"))["totalCount"]!.GetValue<int>());
    }

    private static async Task<Answer> FloodAsync(Client client, string path)
    {
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, Rate).Select(_ => client.GetAsync(path)));
        return answers.First(answer => answer.Status == HttpStatusCode.TooManyRequests);
    }
}
