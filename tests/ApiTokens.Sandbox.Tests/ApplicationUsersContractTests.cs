using System.Net;

namespace ApiTokens.Sandbox.Tests;

/// <summary>Requests every response in the published API description; the handler validates each one.</summary>
public sealed class ApplicationUsersContractTests : ApplicationUsersTest
{
    private const string NoToken = Tokens + "/at_00000000000000000000";

    [Fact]
    public async Task Api_EveryDocumentedResponse_MatchesDocument()
    {
        Response jdoe = await CreateAsync("jdoe", """{"name":"n","applyToAll":"full"}""");
        Response clerk = await CreateAsync("clerk");
        Response revoked = await CreateAsync("jdoe");
        await Admin.PostAsync($"{Tokens}/{revoked.Id}/revoke");
        string token = $"{Tokens}/{jdoe.Id}";
        string secret = jdoe.Text("secret");

        Client[] callers = [Admin, Anonymous, Admin.With($"Bearer {clerk.Text("secret")}")];
        foreach (Client caller in callers)
        {
            foreach (string site in new[] { "/sites/example-site", "/sites/other" })
            {
                await caller.GetAsync($"{site}/me");
                await caller.GetAsync($"{site}/apis");
                await caller.GetAsync($"{site}/users");
                await caller.GetAsync($"{site}/users?pageSize=0");
                await caller.GetAsync($"{site}/tokens");
                await caller.GetAsync($"{site}/tokens?pageNumber=0");
            }

            foreach (string path in new[] { token, NoToken, $"{Tokens}/{revoked.Id}" })
            {
                await caller.GetAsync(path);
                await caller.PatchAsync(path, """{"access":{"location":"full"}}""");
                await caller.PatchAsync(path, """{"secret":"mine"}""");
                await caller.PostAsync($"{path}/regenerate", """{"expirationMonths":1}""");
            }

            await caller.PostAsync($"{Site}/users/asmith/tokens", """{"access":{"location":"read"}}""");
            await caller.PostAsync($"{Site}/users/asmith/tokens", """{"access":{"nothing":"read"}}""");
            await caller.PostAsync($"{Site}/users/nobody/tokens", "{}");
            await caller.PostAsync($"{Site}/users/asmith/tokens/revoke");
            await caller.PostAsync($"{Site}/users/asmith/tokens/revoke?includeCaller=maybe");
            await caller.PostAsync($"{Site}/users/nobody/tokens/revoke");
        }

        foreach (HttpMethod method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            await DataAsync(method, "location", secret, "jdoe");
            await DataAsync(method, "location", secret, "asmith");
            await DataAsync(method, "location", clerk.Text("secret"), "clerk");
            await DataAsync(method, "nothing", secret, "jdoe");
        }

        foreach (Client caller in callers)
        {
            foreach (string path in new[] { token, NoToken, $"{Tokens}/{revoked.Id}" })
            {
                await caller.PostAsync($"{path}/regenerate", """{"expirationMonths":3}""");
                await caller.PostAsync($"{path}/revoke");
            }
        }

        Assert.Equal(
            OpenApiContract.Instance.DocumentedResponses.Order(StringComparer.Ordinal), Contract.Seen.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Document_Examples_MatchSchemas()
    {
        var examples = OpenApiContract.Instance.Examples.ToList();

        Assert.True(examples.Count >= 10);
        foreach ((string where, var schema, var example) in examples)
        {
            await OpenApiContract.Instance.CheckAsync(where, schema, example.ToJsonString());
        }
    }

    [Theory]
    [InlineData("""{"userId":"a","site":"s","canManageApiTokens":true,"tokenId":"at_aaaaaaaaaaaaaaaaaaaa","more":1}""")]
    [InlineData("""{"userId":"a","site":"s","canManageApiTokens":true}""")]
    [InlineData("""{"userId":"a","site":"s","canManageApiTokens":"yes","tokenId":"at_aaaaaaaaaaaaaaaaaaaa"}""")]
    [InlineData("""{"userId":"a","site":"s","canManageApiTokens":true,"tokenId":"42"}""")]
    public async Task CheckResponse_InvalidBody_Throws(string body) =>
        await Assert.ThrowsAnyAsync<Exception>(() => OpenApiContract.Instance.CheckAsync(
            HttpMethod.Get, $"{Site}/me", null, (int)HttpStatusCode.OK, "application/json", body));

    [Theory]
    [InlineData("status", "gone")]
    [InlineData("expiresAt", "tomorrow")]
    [InlineData("id", "at_1")]
    [InlineData("secret", "shown again")]
    public async Task CheckResponse_InvalidField_Throws(string field, string value)
    {
        Response list = await Admin.GetAsync(Tokens);
        list.Items[0]![field] = value;

        await Assert.ThrowsAnyAsync<Exception>(() => OpenApiContract.Instance.CheckAsync(
            HttpMethod.Get, Tokens, null, (int)HttpStatusCode.OK, "application/json", list.Body!.ToJsonString()));
    }

    [Fact]
    public async Task Request_UndocumentedPath_ReturnsProblem()
    {
        using var http = new HttpClient();

        Response response = await new Client(http, Service("application-users").BaseUri, null).GetAsync("/nothing");

        Assert.Equal("urn:api-tokens:problem:not-found", response.Expect(HttpStatusCode.NotFound).Text("type"));
    }
}
