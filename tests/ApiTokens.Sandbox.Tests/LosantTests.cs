using System.Net;
using System.Text.Json.Nodes;

namespace ApiTokens.Sandbox.Tests;

/// <summary>The address at which the emulator of WEGnology behaves as Losant, whose API is newer.</summary>
public sealed class LosantTests : SandboxTest
{
    private const string Tokens = "/me/tokens";

    private Client Wegnology => Administrator("wegnology", "Bearer");

    private Client Losant => At(Service("wegnology").Secret);

    private string ApplicationTokens => $"/applications/{Service("wegnology").Applications![0]}/tokens";

    [Fact]
    public async Task Create_DefaultRole_IsKeptAndCanBeChanged()
    {
        Response token = await Losant.PostAsync(Tokens, """{"name":"n","defaultRole":"view"}""");

        Assert.Equal("view", token.Expect(HttpStatusCode.Created).Text("defaultRole"));
        Assert.Equal("view", (await Losant.GetAsync($"{Tokens}/{token.Id}")).Text("defaultRole"));
        Assert.Equal("none", (await Losant.PatchAsync($"{Tokens}/{token.Id}", """{"defaultRole":"none"}""")).Text("defaultRole"));
        Assert.Equal("none", (await Losant.PatchAsync($"{Tokens}/{token.Id}", """{"name":"m"}""")).Text("defaultRole"));
    }

    [Fact]
    public async Task Create_RolesInOrganizations_AreKeptAndCanBeChanged()
    {
        const string Roles = """
            [{"orgId":"sandbox","role":"view"},{"orgId":"575ec7417ae143cd83dc4a95","role":"edit",
              "applicationRoles":[{"resourceId":"575ec8687ae143cd83dc4a97","role":"none"}],"dashboardRoles":[]}]
            """;
        Response token = (await Losant.PostAsync(Tokens, $$"""{"name":"n","orgRoles":{{Roles}}}""")).Expect(HttpStatusCode.Created);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Roles), token.Body!["orgRoles"]));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Roles), (await Losant.GetAsync($"{Tokens}/{token.Id}")).Body!["orgRoles"]));
        Response renamed = await Losant.PatchAsync($"{Tokens}/{token.Id}", """{"name":"m"}""");
        Assert.Equal(2, renamed.Body!["orgRoles"]!.AsArray().Count);
        Response changed = await Losant.PatchAsync($"{Tokens}/{token.Id}", """{"orgRoles":[]}""");
        Assert.Empty(changed.Body!["orgRoles"]!.AsArray());
    }

    [Theory]
    [InlineData("""{"orgId":"sandbox","role":"view"}""")]
    [InlineData("""["sandbox"]""")]
    [InlineData("""[{"orgId":"sandbox"}]""")]
    [InlineData("""[{"role":"view"}]""")]
    [InlineData("""[{"orgId":"mine","role":"view"}]""")]
    [InlineData("""[{"orgId":"sandbox","role":"owner"}]""")]
    [InlineData("""[{"orgId":"sandbox","role":"view","name":"x"}]""")]
    [InlineData("""[{"orgId":"sandbox","role":"view","applicationRoles":[{"resourceId":"sandbox","role":"view"}]}]""")]
    [InlineData("""[{"orgId":"sandbox","role":"view","dashboardRoles":[{"resourceId":"575ec7417ae143cd83dc4a95","role":"edit"}]}]""")]
    public async Task Create_InvalidRolesInOrganizations_ReturnsValidationError(string roles) =>
        Assert.Equal(
            "Validation",
            (await Losant.PostAsync(Tokens, $$"""{"name":"n","orgRoles":{{roles}}}""")).Expect(HttpStatusCode.BadRequest).Text("type"));

    [Theory]
    [InlineData(25, HttpStatusCode.Created)]
    [InlineData(26, HttpStatusCode.BadRequest)]
    public async Task Create_ManyOrganizations_AreLimited(int count, HttpStatusCode expected)
    {
        string roles = string.Join(",", Enumerable.Repeat("""{"orgId":"sandbox","role":"view"}""", count));

        (await Losant.PostAsync(Tokens, $$"""{"name":"n","orgRoles":[{{roles}}]}""")).Expect(expected);
    }

    [Theory]
    [InlineData("""{"name":"n","defaultRole":"owner"}""")]
    [InlineData("""{"name":"n","defaultRole":1}""")]
    [InlineData("""{"name":"n","scope":["devices.detailedSummary"]}""")]
    public async Task Create_InvalidBody_ReturnsValidationError(string body) =>
        Assert.Equal("Validation", (await Losant.PostAsync(Tokens, body)).Expect(HttpStatusCode.BadRequest).Text("type"));

    [Theory]
    [InlineData("""{"name":"n","defaultRole":"view"}""")]
    [InlineData("""{"name":"n","orgRoles":[]}""")]
    [InlineData("""{"name":"n","scope":["all.User.bounded"]}""")]
    public async Task Create_FieldOrScopeThatLosantAdded_IsRejectedByWegnology(string body)
    {
        (await Losant.PostAsync(Tokens, body)).Expect(HttpStatusCode.Created);
        (await Wegnology.PostAsync(Tokens, body)).Expect(HttpStatusCode.BadRequest);
        (await Losant.PostAsync(ApplicationTokens, body)).Expect(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("all.User.bounded", 200, 403)]
    [InlineData("only.User", 200, 201)]
    [InlineData("only.User.bounded", 200, 403)]
    [InlineData("only.User.read", 200, 403)]
    [InlineData("all.User", 200, 201)]
    public async Task Request_ScopeThatLosantAdded_AllowsWhatIsDocumented(string scope, int read, int write)
    {
        Response token = await Losant.PostAsync(Tokens, $$"""{"name":"n","scope":["{{scope}}"]}""");
        Client caller = At(token.Expect(HttpStatusCode.Created).Text("token"));

        (await caller.GetAsync(Tokens)).Expect((HttpStatusCode)read);
        (await caller.PostAsync(Tokens, $$"""{"name":"x","scope":["{{scope}}"]}""")).Expect((HttpStatusCode)write);
    }

    [Fact]
    public async Task Create_BoundedScopeOfApplication_CanReadButNotManageTokens()
    {
        Response token = await Losant.PostAsync(ApplicationTokens, """{"name":"n","scope":["all.Application.bounded"]}""");
        Client caller = At(token.Expect(HttpStatusCode.Created).Text("token"));

        (await caller.GetAsync(ApplicationTokens)).Expect(HttpStatusCode.OK);
        (await caller.DeleteAsync($"{ApplicationTokens}/{token.Id}")).Expect(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Tokens_AreThoseOfWegnology()
    {
        string id = (await Wegnology.PostAsync(Tokens, """{"name":"n"}""")).Id;

        (await Losant.GetAsync($"{Tokens}/{id}")).Expect(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("?_links=true", true)]
    [InlineData("?_links=false", false)]
    [InlineData("?_actions=false&_links=false&_embedded=true", false)]
    public async Task Links_AreLeftOutOnRequest(string query, bool expected)
    {
        foreach (Client client in new[] { Wegnology, Losant })
        {
            Response created = (await client.PostAsync(Tokens + query, """{"name":"n"}""")).Expect(HttpStatusCode.Created);
            Response list = await client.GetAsync(Tokens + query);
            Response[] responses =
            [
                created, list, await client.GetAsync($"{Tokens}/{created.Id}{query}"),
                await client.PatchAsync($"{Tokens}/{created.Id}{query}", "{}"),
            ];

            Assert.All(responses, response => Assert.Equal(expected, response.Body!.AsObject().ContainsKey("_links")));
            Assert.All(list.Items, item => Assert.Equal(expected, item!.AsObject().ContainsKey("_links")));
        }
    }

    [Fact]
    public async Task WhiteLabelDomain_ReturnsAddresses()
    {
        const string Expected = """{"appUrl":"https://app.example.com","endpointDomain":"on.example.com"}""";

        (await Wegnology.GetAsync("/whitelabels/domain")).Expect(HttpStatusCode.OK, Expected);
        (await Losant.With(null).GetAsync("/whitelabels/domain")).Expect(HttpStatusCode.OK, Expected);
    }

    private Client At(string secret) => new(Http, new Uri(Server.BaseAddress, "losant"), $"Bearer {secret}");
}
