using System.Net;

namespace ApiTokens.Sandbox.Tests;

public sealed class RequestLogTests : SandboxTest
{
    private Client Control => new(Http, new Uri(Server.BaseAddress, "/sandbox"), $"Bearer {Server.Description.ControlToken}");

    private Client Wegnology => Administrator("wegnology", "Bearer");

    [Fact]
    public async Task Requests_ToServices_AreCountedByKind()
    {
        Client users = Administrator("application-users", "Bearer");
        Client gcore = Administrator("gcore", "APIKey");

        await Wegnology.GetAsync("/me/tokens");
        await Wegnology.GetAsync("/nothing");
        await Wegnology.With(null).GetAsync("/me");
        await Wegnology.PostAsync("/me/tokens", """{"name":"n"}""");
        await Wegnology.PatchAsync("/me/tokens/123", "{}");
        await Wegnology.PostAsync("/auth/user", "{}");
        await gcore.PostAsync("/iam/auth/jwt/login", "{}");
        await gcore.PostAsync("/iam/auth/jwt/refresh", "{}");
        await users.GetAsync("/data/location");
        await users.PostAsync("/data/location");

        (await Control.GetAsync("/requests")).Expect(HttpStatusCode.OK, """{"total":10,"reads":3,"writes":2}""");
    }

    [Fact]
    public async Task Log_ContainsOnlyMethodPathAndStatus()
    {
        await Wegnology.GetAsync("/me/tokens?filter=private");
        await Wegnology.PostAsync("/me/tokens", """{"name":"n"}""");
        await Wegnology.DeleteAsync("/me/tokens/000000000000000000000000");

        (await Control.GetAsync("/requests/log?last=2")).Expect(HttpStatusCode.OK, """
            [
              {"sequence":2,"method":"POST","path":"/wegnology/me/tokens","status":201},
              {"sequence":3,"method":"DELETE","path":"/wegnology/me/tokens/000000000000000000000000","status":404}
            ]
            """);
        Assert.Equal("/wegnology/me/tokens", (await Control.GetAsync("/requests/log")).Items[0]!["path"]!.GetValue<string>());
    }

    [Fact]
    public async Task Delete_Requests_ResetsCountsAndLog()
    {
        await Wegnology.GetAsync("/me");

        (await Control.DeleteAsync("/requests")).Expect(HttpStatusCode.NoContent);

        (await Control.GetAsync("/requests")).Expect(HttpStatusCode.OK, """{"total":0,"reads":0,"writes":0}""");
        Assert.Empty((await Control.GetAsync("/requests/log")).Items);
    }

    [Fact]
    public async Task Log_ManyRequests_KeepsLastTenThousand()
    {
        await Parallel.ForAsync(0, 10_050, async (_, _) => await Wegnology.GetAsync("/nothing"));

        Response log = await Control.GetAsync("/requests/log?last=20000");

        Assert.Equal(10_000, log.Items.Count);
        Assert.Equal(51, log.Items[0]!["sequence"]!.GetValue<long>());
        (await Control.GetAsync("/requests")).Expect(HttpStatusCode.OK, """{"total":10050,"reads":10050,"writes":0}""");
    }
}
