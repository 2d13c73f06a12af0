using System.Buffers.Text;
using System.Net;
using System.Text.Json.Nodes;

namespace ApiTokens.Sandbox.Tests;

public sealed class WegnologyTests : SandboxTest
{
    private const string Tokens = "/me/tokens";

    private Client Admin => Administrator("wegnology", "Bearer");

    private string ApplicationPath => $"/applications/{Service("wegnology").Applications![0]}";

    private string InstancePath => $"/instances/{Service("wegnology").Instances![0]}";

    [Fact]
    public async Task Create_ReturnsCompleteTokenWithSecret()
    {
        Response token = await Admin.PostAsync(Tokens, """
            {"name":"My token","description":"d","expirationDate":"2031-01-01T00:00:00.000Z","scope":["all.User.read"],"status":"inactive"}
            """);

        string secret = token.Expect(HttpStatusCode.Created).Text("token");
        token.Body!.AsObject().Remove("token");
        token.Expect(HttpStatusCode.Created, $$"""
            {
              "_type":"apiToken","_links":{"self":{"href":"/me/tokens/{{token.Id}}"} },"id":"{{token.Id}}","apiTokenId":"{{token.Id}}",
              "ownerId":"575ed70c7ae143cd83dc4aa9","ownerType":"user","creatorId":"5e00000000000000000000ff","creatorType":"apiToken",
              "creatorName":"administrator","name":"My token","description":"d","creationDate":"2030-01-31T12:00:00.000Z",
              "lastUpdated":"2030-01-31T12:00:00.000Z","expirationDate":"2031-01-01T00:00:00.000Z","scope":["all.User.read"],
              "status":"inactive"
            }
            """);
        JsonNode claims = JsonNode.Parse(Base64Url.DecodeFromChars(secret.Split('.')[1]))!;
        Assert.Equal(
            $$"""{"sub":"{{token.Id}}","subtype":"apiToken","scope":["all.User.read"],"iat":1896091200,"iss":"app.wnology.io","""
                + "\"exp\":1924992000}",
            claims.ToJsonString());
    }

    [Fact]
    public async Task Create_NameOnly_UsesDefaults()
    {
        Response user = await Admin.PostAsync(Tokens, """{"name":"n"}""");
        Response application = await Admin.PostAsync($"{ApplicationPath}/tokens", """{"name":"n"}""");
        Response instance = await Admin.PostAsync($"{InstancePath}/tokens", """{"name":"n"}""");

        Assert.Equal("""["all.User"]""", user["scope"]!.ToJsonString());
        Assert.Equal("""["all.Application"]""", application["scope"]!.ToJsonString());
        Assert.Equal("""["all.Instance"]""", instance["scope"]!.ToJsonString());
        Assert.Equal("active", user.Text("status"));
        Assert.False(user.Body!.AsObject().ContainsKey("expirationDate"));
        Assert.Equal("application", application.Text("ownerType"));
        Assert.Equal("instance", instance.Text("ownerType"));
    }

    [Theory]
    [InlineData("""{"name":"n","defaultRole":"admin"}""")]
    [InlineData("""{"description":"no name"}""")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":1}""")]
    [InlineData("""{"name":"n","scope":["all.Everything"]}""")]
    [InlineData("""{"name":"n","scope":["all.User","all.User"]}""")]
    [InlineData("""{"name":"n","scope":"all.User"}""")]
    [InlineData("""{"name":"n","status":"expired"}""")]
    [InlineData("""{"name":"n","expirationDate":"2030-01-31T12:00:00.000Z"}""")]
    [InlineData("""{"name":"n","expirationDate":"2031-01-01"}""")]
    [InlineData("""{"name":"n","expirationDate":null}""")]
    [InlineData("""{"name":"a","name":"b"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("")]
    public async Task Create_InvalidBody_ReturnsValidationError(string body)
    {
        Response response = (await Admin.PostAsync(Tokens, body)).Expect(HttpStatusCode.BadRequest);

        Assert.Equal("Validation", response.Text("type"));
        Assert.NotEmpty(response.Text("message"));
    }

    [Fact]
    public async Task Create_ScopeOfAnotherLevel_ReturnsBadRequest()
    {
        (await Admin.PostAsync(Tokens, """{"name":"n","scope":["device.get","instance.get","org.get","userApiToken.*"]}"""))
            .Expect(HttpStatusCode.Created);
        (await Admin.PostAsync($"{ApplicationPath}/tokens", """{"name":"n","scope":["device.get"]}""")).Expect(HttpStatusCode.Created);
        (await Admin.PostAsync($"{ApplicationPath}/tokens", """{"name":"n","scope":["all.User"]}""")).Expect(HttpStatusCode.BadRequest);
        (await Admin.PostAsync($"{InstancePath}/tokens", """{"name":"n","scope":["instance.get"]}""")).Expect(HttpStatusCode.Created);
        (await Admin.PostAsync($"{InstancePath}/tokens", """{"name":"n","scope":["device.get"]}""")).Expect(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Secret_InactiveActiveAndRemoved_WorksOnlyWhenActive()
    {
        Response token = await Admin.PostAsync(Tokens, """{"name":"n","scope":["me.get"]}""");
        Client user = Admin.With($"Bearer {token.Text("token")}");

        (await user.GetAsync("/me")).Expect(HttpStatusCode.OK, """
            {"id":"575ed70c7ae143cd83dc4aa9","userId":"575ed70c7ae143cd83dc4aa9","email":"admin@example.com","firstName":"Ada",
            "lastName":"Admin"}
            """);
        Assert.Equal(
            "inactive",
            (await Admin.PatchAsync($"{Tokens}/{token.Id}", """{"status":"inactive"}""")).Expect(HttpStatusCode.OK).Text("status"));
        (await user.GetAsync("/me")).Expect(HttpStatusCode.Unauthorized, """{"type":"InvalidToken","message":"Invalid access token"}""");
        await Admin.PatchAsync($"{Tokens}/{token.Id}", """{"status":"active"}""");
        (await user.GetAsync("/me")).Expect(HttpStatusCode.OK);
        (await Admin.DeleteAsync($"{Tokens}/{token.Id}")).Expect(HttpStatusCode.OK, """{"success":true}""");
        (await user.GetAsync("/me")).Expect(HttpStatusCode.Unauthorized);
        (await Admin.GetAsync($"{Tokens}/{token.Id}")).Expect(
            HttpStatusCode.NotFound, """{"type":"NotFound","message":"API Token was not found"}""");
        (await Admin.DeleteAsync($"{Tokens}/{token.Id}")).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task ExpiredToken_IsInvalidAndStaysActiveInList()
    {
        Response token = await Admin.PostAsync(Tokens, """{"name":"n","expirationDate":"2030-01-31T13:00:00+00:00"}""");
        Client user = Admin.With($"Bearer {token.Text("token")}");

        Clock.Advance(TimeSpan.FromMinutes(59));
        (await user.GetAsync("/me")).Expect(HttpStatusCode.OK);
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await user.GetAsync("/me")).Expect(HttpStatusCode.Unauthorized);
        Assert.Equal("active", (await Admin.GetAsync($"{Tokens}/{token.Id}")).Text("status"));
    }

    [Fact]
    public async Task Secret_IsReturnedOnlyByCreate()
    {
        Response token = await Admin.PostAsync(Tokens, """{"name":"n"}""");

        Assert.Null((await Admin.GetAsync($"{Tokens}/{token.Id}"))["token"]);
        Assert.Null((await Admin.PatchAsync($"{Tokens}/{token.Id}", "{}"))["token"]);
        Assert.All((await Admin.GetAsync(Tokens)).Items, item => Assert.Null(item!["token"]));
    }

    [Fact]
    public async Task Patch_ChangesSpecifiedFieldsAndRejectsImmutableOnes()
    {
        Response token = await Admin.PostAsync(Tokens, """{"name":"n","description":"d"}""");
        Clock.Advance(TimeSpan.FromMinutes(1));

        Response patched = (await Admin.PatchAsync($"{Tokens}/{token.Id}", """{"name":"m"}""")).Expect(HttpStatusCode.OK);

        Assert.Equal("m", patched.Text("name"));
        Assert.Equal("d", patched.Text("description"));
        Assert.Equal("2030-01-31T12:01:00.000Z", patched.Text("lastUpdated"));
        (await Admin.PatchAsync($"{Tokens}/{token.Id}", """{"scope":["all.User"]}""")).Expect(
            HttpStatusCode.BadRequest, """{"type":"Validation","message":"Body has an additional property: scope"}""");
        (await Admin.PatchAsync($"{Tokens}/{token.Id}", """{"expirationDate":"2031-01-01T00:00:00.000Z"}"""))
            .Expect(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task List_Pages_StartAtZero()
    {
        Response first = (await Admin.GetAsync($"{Tokens}?perPage=4")).Expect(HttpStatusCode.OK);
        Response second = await Admin.GetAsync($"{Tokens}?perPage=4&page=1");
        Response third = await Admin.GetAsync($"{Tokens}?perPage=4&page=2");

        Assert.Equal(["administrator", "build agent", "gateway", "old laptop"], Names(first));
        Assert.Equal(["paused exporter", "report reader"], Names(second));
        Assert.Empty(third.Items);
        Assert.Equal(6, second["totalCount"]!.GetValue<int>());
        Assert.Equal(2, second["count"]!.GetValue<int>());
        Assert.Equal(1, second["page"]!.GetValue<int>());
        Assert.Equal(4, second["perPage"]!.GetValue<int>());
        Assert.Equal("user", second.Text("ownerType"));
        Assert.Equal("name", second.Text("sortField"));
        Assert.Equal("asc", second.Text("sortDirection"));
        Assert.False(second.Body!.AsObject().ContainsKey("filter"));
        Assert.Equal(100, (await Admin.GetAsync(Tokens))["perPage"]!.GetValue<int>());
        Assert.Equal(1000, (await Admin.GetAsync($"{Tokens}?perPage=5000"))["perPage"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("filterField=name&filter=*reader", "report reader")]
    [InlineData("filterField=name&filter=REPORT*", "report reader")]
    [InlineData("filterField=name&filter=old%20lapto%3F", "old laptop")]
    [InlineData("filterField=name&filter=lapto", "")]
    [InlineData("filterField=name&filter=%25", "")]
    [InlineData("filterField=status&filter=inactive", "paused exporter")]
    [InlineData("filterField=status&filter=in*", "paused exporter")]
    public async Task List_NameAndStatusPattern_ReturnsMatchingTokens(string query, string names) =>
        Assert.Equal(names.Split(',', StringSplitOptions.RemoveEmptyEntries), Names(await Admin.GetAsync($"{Tokens}?{query}")));

    [Fact]
    public async Task List_Filter_IsEchoedAndCounted()
    {
        Response list = await Admin.GetAsync($"{Tokens}?filterField=name&filter=*por*&perPage=1");

        Assert.Equal("*por*", list.Text("filter"));
        Assert.Equal("name", list.Text("filterField"));
        Assert.Equal(2, list["totalCount"]!.GetValue<int>());
        await Admin.PostAsync(Tokens, """{"name":"one more report"}""");
        Assert.Equal(3, (await Admin.GetAsync($"{Tokens}?filterField=name&filter=*por*&perPage=1"))["totalCount"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("sortField=creationDate&sortDirection=desc", "administrator")]
    [InlineData("sortField=creationDate", "old laptop")]
    [InlineData("sortField=name&sortDirection=desc", "report reader")]
    [InlineData("sortField=status&sortDirection=desc", "paused exporter")]
    [InlineData("sortField=expirationDate&sortDirection=desc", "build agent")]
    [InlineData("sortField=id&sortDirection=asc", "build agent")]
    public async Task List_SortField_SortsTokens(string query, string first) =>
        Assert.Equal(first, Names(await Admin.GetAsync($"{Tokens}?{query}"))[0]);

    [Theory]
    [InlineData("sortField=owner")]
    [InlineData("sortDirection=up")]
    [InlineData("filterField=id&filter=x")]
    [InlineData("page=-1")]
    [InlineData("perPage=0")]
    [InlineData("perPage=many")]
    public async Task List_InvalidQuery_ReturnsValidationError(string query) =>
        Assert.Equal("Validation", (await Admin.GetAsync($"{Tokens}?{query}")).Expect(HttpStatusCode.BadRequest).Text("type"));

    [Theory]
    [InlineData("all.User.read", "GET", "/me/tokens", 200)]
    [InlineData("all.User.read", "POST", "/me/tokens", 403)]
    [InlineData("all.User.read", "GET", "/me", 200)]
    [InlineData("all.User.cli", "GET", "/me/tokens", 403)]
    [InlineData("userApiTokens.get", "GET", "/me/tokens", 200)]
    [InlineData("userApiTokens.get", "GET", "/me", 403)]
    [InlineData("userApiTokens.*", "POST", "/me/tokens", 201)]
    [InlineData("userApiTokens.post", "GET", "/me/tokens", 403)]
    [InlineData("applicationApiTokens.get", "GET", "/applications/575ec8687ae143cd83dc4a97/tokens", 200)]
    [InlineData("all.Organization", "POST", "/applications/575ec8687ae143cd83dc4a97/tokens", 201)]
    [InlineData("all.Organization", "GET", "/me/tokens", 403)]
    [InlineData("all.Instance.read", "GET", "/instances/575ec8687ae143cd83dc4b01/tokens", 200)]
    [InlineData("all.Instance.read", "POST", "/instances/575ec8687ae143cd83dc4b01/tokens", 403)]
    public async Task Request_ScopeOfCaller_IsEnforced(string scope, string method, string path, int status)
    {
        Response token = await Admin.PostAsync(Tokens, $$"""{"name":"n","scope":["{{scope}}"]}""");
        Client caller = Admin.With($"Bearer {token.Text("token")}");

        // A token may pass on what it may do itself, and no more.
        string requested = scope == "all.Organization" ? "all.Application" : scope;
        Response response = await caller.SendAsync(
            new HttpMethod(method), path, method == "POST" ? $$"""{"name":"x","scope":["{{requested}}"]}""" : null);

        response.Expect((HttpStatusCode)status);
        Assert.Equal(status == 403 ? "Forbidden" : null, response["type"]?.GetValue<string>());
    }

    [Fact]
    public async Task ApplicationToken_IsLimitedToItsApplication()
    {
        string other = $"/applications/{Service("wegnology").Applications![1]}";
        Response token = await Admin.PostAsync($"{ApplicationPath}/tokens", """{"name":"n"}""");
        Client application = Admin.With($"Bearer {token.Text("token")}");

        (await application.GetAsync(ApplicationPath)).Expect(
            HttpStatusCode.OK, """{"id":"575ec8687ae143cd83dc4a97","applicationId":"575ec8687ae143cd83dc4a97","name":"Plant monitor"}""");
        (await application.GetAsync($"{ApplicationPath}/tokens")).Expect(HttpStatusCode.OK);
        (await application.GetAsync(other)).Expect(HttpStatusCode.Forbidden);
        (await application.GetAsync("/me")).Expect(HttpStatusCode.Forbidden);
        (await application.GetAsync($"{other}/tokens/{token.Id}")).Expect(HttpStatusCode.Forbidden);
        (await Admin.GetAsync($"{other}/tokens/{token.Id}")).Expect(HttpStatusCode.NotFound);
        (await Admin.GetAsync($"{Tokens}/{token.Id}")).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task InstanceToken_CanReadItsInstance()
    {
        Response token = await Admin.PostAsync($"{InstancePath}/tokens", """{"name":"n"}""");

        (await Admin.With($"Bearer {token.Text("token")}").GetAsync(InstancePath)).Expect(
            HttpStatusCode.OK, """{"id":"575ec8687ae143cd83dc4b01","instanceId":"575ec8687ae143cd83dc4b01","name":"Example instance"}""");
    }

    [Theory]
    [InlineData("/me/tokens/123", 400, "Validation")]
    [InlineData("/applications/xyz/tokens", 400, "Validation")]
    [InlineData("/applications/575ec8687ae143cd83dc4aff/tokens", 404, "NotFound")]
    [InlineData("/instances/575ec8687ae143cd83dc4aff/tokens", 404, "NotFound")]
    [InlineData("/nothing", 405, "MethodNotAllowed")]
    public async Task Request_InvalidPath_ReturnsErrorOfService(string path, int status, string type) =>
        Assert.Equal(type, (await Admin.GetAsync(path)).Expect((HttpStatusCode)status).Text("type"));

    [Fact]
    public async Task Request_UnknownMethod_ReturnsMethodNotAllowed() =>
        (await Admin.PutAsync(Tokens, "{}")).Expect(
            HttpStatusCode.MethodNotAllowed, """{"type":"MethodNotAllowed","message":"PUT is not allowed"}""");

    [Fact]
    public async Task Login_Session_ExpiresAfterTokenTtl()
    {
        Client anonymous = Admin.With(null);
        string password = Service("wegnology").Password!;

        Response session = (
            await anonymous.PostAsync("/auth/user", $$"""{"email":"admin@example.com","password":"{{password}}","tokenTTL":60}"""))
            .Expect(HttpStatusCode.OK);
        Client user = Admin.With($"Bearer {session.Text("token")}");
        Response token = (await user.PostAsync(Tokens, """{"name":"n"}""")).Expect(HttpStatusCode.Created);

        Assert.Equal("user", token.Text("creatorType"));
        Assert.Equal(session.Text("userId"), token.Text("creatorId"));
        Clock.Advance(TimeSpan.FromSeconds(60));
        (await user.GetAsync("/me")).Expect(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Login_RequestedScopes_LimitSession()
    {
        string password = Service("wegnology").Password!;

        Response session = await Admin.With(null).PostAsync(
            "/auth/user", $$"""{"email":"admin@example.com","password":"{{password}}","requestedScopes":["all.User.cli"],"tokenTTL":0}""");

        (await Admin.With($"Bearer {session.Text("token")}").GetAsync(Tokens)).Expect(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("""{"email":"admin@example.com","password":"wrong-password"}""", 401, "Unauthorized")]
    [InlineData("""{"email":"admin@example.com"}""", 400, "Validation")]
    [InlineData("""{"email":"a","password":"b","remember":true}""", 400, "Validation")]
    public async Task Login_InvalidRequest_ReturnsError(string body, int status, string type) =>
        Assert.Equal(type, (await Admin.With(null).PostAsync("/auth/user", body)).Expect((HttpStatusCode)status).Text("type"));

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer ")]
    [InlineData("Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln")]
    [InlineData("Basic YTpi")]
    public async Task Credential_NotAnActiveToken_ReturnsUnauthorized(string? authorization) =>
        (await Admin.With(authorization).GetAsync(Tokens)).Expect(
            HttpStatusCode.Unauthorized, """{"type":"InvalidToken","message":"Invalid access token"}""");

    private static string[] Names(Response list) => [.. list.Items.Select(item => item!["name"]!.GetValue<string>())];
}
