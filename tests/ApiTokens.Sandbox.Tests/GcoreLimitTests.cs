using System.Net;

namespace ApiTokens.Sandbox.Tests;

public sealed class GcoreLimitTests : SandboxTest
{
    private const string Tokens = "/iam/v2/clients/1001/tokens";

    private Client Admin => Administrator("gcore", "APIKey");

    [Fact]
    public async Task Create_HundredActiveTokens_ReturnsBadRequest()
    {
        // Deleted and expired tokens do not count: a new account has 7 tokens, of which 5 are active.
        for (int i = 5; i < 100; i++)
        {
            (await CreateAsync()).Expect(HttpStatusCode.OK);
        }

        Response rejected = (await CreateAsync()).Expect(HttpStatusCode.BadRequest);
        Assert.NotEmpty(rejected["errors"]!["name"]![0]!.GetValue<string>());

        string id = (await Admin.GetAsync($"{Tokens}?deleted=true")).Items[^1]!["id"]!.ToString();
        await Admin.DeleteAsync($"{Tokens}/{id}");
        (await CreateAsync()).Expect(HttpStatusCode.OK);
        (await CreateAsync()).Expect(HttpStatusCode.BadRequest);

        Clock.Advance(TimeSpan.FromDays(4)); // One of the first tokens expires.
        (await CreateAsync()).Expect(HttpStatusCode.OK);
        (await CreateAsync()).Expect(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(250)]
    public async Task Create_LimitBelowDefault_IsHonored(int generated)
    {
        var options = new SandboxOptions { TimeProvider = Clock, Tokens = generated, GcoreTokenLimit = 6 };
        await using SandboxServer server = await SandboxServer.StartAsync(options);
        ServiceDescription gcore = server.Description.Services["gcore"];
        var admin = new Client(Http, gcore.BaseUri, $"APIKey {gcore.Secret}");

        HttpStatusCode[] statuses =
            [(await CreateAsync(admin)).Status, (await CreateAsync(admin)).Status];

        Assert.Equal([generated == 0 ? HttpStatusCode.OK : HttpStatusCode.BadRequest, HttpStatusCode.BadRequest], statuses);
    }

    private Task<Response> CreateAsync() => CreateAsync(Admin);

    private static Task<Response> CreateAsync(Client client) =>
        client.PostAsync(Tokens, """{"name":"n","exp_date":null,"client_user":{}}""");
}
