using System.Net;

namespace ApiTokens.Sandbox.Tests;

public sealed class GcoreLimitTests : SandboxTest
{
    private const string Tokens = "/iam/v2/clients/1001/tokens";

    private Client Admin => Administrator("gcore", "APIKey");

    [Fact]
    public async Task The_account_holds_a_hundred_live_tokens()
    {
        // Deleted and expired ones do not count: 5 of the 7 that a new account has.
        for (int i = 5; i < 100; i++)
        {
            (await CreateAsync()).Expect(HttpStatusCode.OK);
        }

        Answer refused = (await CreateAsync()).Expect(HttpStatusCode.BadRequest);
        Assert.NotEmpty(refused["errors"]!["name"]![0]!.GetValue<string>());

        string id = (await Admin.GetAsync($"{Tokens}?deleted=true")).Items[^1]!["id"]!.ToString();
        await Admin.DeleteAsync($"{Tokens}/{id}");
        (await CreateAsync()).Expect(HttpStatusCode.OK);
        (await CreateAsync()).Expect(HttpStatusCode.BadRequest);

        Clock.Advance(TimeSpan.FromDays(4)); // One of the first tokens expires.
        (await CreateAsync()).Expect(HttpStatusCode.OK);
        (await CreateAsync()).Expect(HttpStatusCode.BadRequest);
    }

    private Task<Answer> CreateAsync() => Admin.PostAsync(Tokens, """{"name":"n","exp_date":null,"client_user":{}}""");
}
