using System.Net;

namespace ApiTokens.Sandbox.Tests;

public sealed class DevoTests : SandboxTest
{
    private const string Tokens = "/ws/accounts/example-domain/credentials/tokens";
    private const string ForUser = """{"name":"reader","user":"user@example.com","audience":"apiv2"}""";

    private Client Admin => Administrator("devo", "Bearer");

    [Fact]
    public async Task Create_ReturnsCompleteTokenWithValue()
    {
        Response token = await Admin.PostAsync(Tokens, """
            {"name":"reader","user":"user@example.com","audience":"apiv2 apiv2-admin","scopes":"table://my.app.** level://admin"}
            """);

        token.Expect(HttpStatusCode.Created);
        Assert.Matches("^[0-9a-f]{32}$", token.Text("token"));
        token.Body!.AsObject().Remove("token");
        token.Expect(HttpStatusCode.Created, $$"""
            {
              "name":"reader","id":{{token.Id}},"scope":"table://my.app.** level://admin","owner":"admin@example.com",
              "user":"user@example.com","audience":"apiv2 apiv2-admin","token_type":"Bearer","active":true,
              "expiration":"2031-01-31T12:00:00.000+0000","account":"example-domain","created":"2030-01-31T12:00:00.000+0000",
              "updated":"2030-01-31T12:00:00.000+0000","expires_in_seconds":31536000
            }
            """);
    }

    [Fact]
    public async Task Create_NoScopes_AllowsAllTables() =>
        Assert.Equal("table://*.** level://admin", (await Admin.PostAsync(Tokens, ForUser)).Text("scope"));

    [Theory]
    [InlineData(
        """{"name":"a","user":"user@example.com","audience":"apiv2","expiration":1}""",
        "JSON parse error: Unrecognized field \"expiration\"")]
    [InlineData(
        """{"name":"a","user":"user@example.com","audience":"apiv2","scope":"x"}""", "JSON parse error: Unrecognized field \"scope\"")]
    [InlineData("""{"name":"a","audience":"apiv2"}""", "Invalid required value: user")]
    [InlineData("""{"name":"a","user":"nobody@example.com","audience":"apiv2"}""", "Invalid required value: user")]
    [InlineData("""{"user":"user@example.com","audience":"apiv2"}""", "Invalid required value: name")]
    [InlineData("""{"name":"a","user":"user@example.com"}""", "Request has invalid audiences required")]
    [InlineData("""{"name":"a","user":"user@example.com","audience":"apiv3"}""", "Request has invalid audiences required")]
    [InlineData(
        """{"name":"a","user":"user@example.com","audience":"apiv2","scopes":"table://a"}""",
        "Request has invalid scopes required")]
    [InlineData(
        """{"name":"a","user":"user@example.com","audience":"apiv2","scopes":"level://admin table://a"}""",
        "Request has invalid scopes required")]
    [InlineData("""{"name":1,"user":"user@example.com","audience":"apiv2"}""", "JSON parse error: \"name\" must be a string")]
    [InlineData("", "Required request body is missing")]
    [InlineData("{", "JSON parse error: line 1 column 2")]
    public async Task Create_InvalidBody_ReturnsErrorOfService(string body, string message)
    {
        Response response = (await Admin.PostAsync(Tokens, body)).Expect(HttpStatusCode.BadRequest);

        Assert.Equal(400, response["error"]!["code"]!.GetValue<int>());
        Assert.Equal(message, response["error"]!["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task Secret_DisabledEnabledAndRemoved_WorksOnlyWhenActive()
    {
        Response token = await Admin.PostAsync(Tokens, ForUser);
        string secret = token.Text("token");

        (await ReadUserAsync()).Expect(HttpStatusCode.OK, """{"id":2,"email":"user@example.com","userName":"user"}""");
        Assert.False((await Admin.PutAsync($"{Tokens}/{token.Id}/disable")).Expect(HttpStatusCode.OK)["active"]!.GetValue<bool>());
        (await ReadUserAsync()).Expect(HttpStatusCode.Unauthorized, """{"error":{"code":401,"message":"Unauthorized"}}""");
        Assert.True((await Admin.PutAsync($"{Tokens}/{token.Id}/enable")).Expect(HttpStatusCode.OK)["active"]!.GetValue<bool>());
        (await ReadUserAsync()).Expect(HttpStatusCode.OK);
        Assert.Null((await Admin.DeleteAsync($"{Tokens}/{token.Id}")).Expect(HttpStatusCode.NoContent).Body);
        (await ReadUserAsync()).Expect(HttpStatusCode.Unauthorized);
        (await Admin.GetAsync($"{Tokens}/{token.Id}")).Expect(
            HttpStatusCode.NotFound, """{"error":{"code":404,"message":"Token not found"}}""");

        Task<Response> ReadUserAsync() => Admin.GetUserAsync("user@example.com", secret);
    }

    [Fact]
    public async Task ExpiredToken_Enabled_StaysInactive()
    {
        Response token = await Admin.PostAsync(Tokens, ForUser);
        string secret = token.Text("token");
        Clock.Advance(TimeSpan.FromDays(364));
        (await ReadUserAsync()).Expect(HttpStatusCode.OK);
        string manager = (await Admin.PostAsync(Tokens, """{"name":"m","user":"ci@example.com","audience":"credentials"}""")).Text("token");
        Clock.Advance(TimeSpan.FromDays(1));
        Client later = Admin.With($"Bearer {manager}");

        (await ReadUserAsync()).Expect(HttpStatusCode.Unauthorized);
        (await Admin.GetAsync(Tokens)).Expect(HttpStatusCode.Forbidden); // It has expired too.
        Assert.False((await later.GetAsync($"{Tokens}/{token.Id}")).Expect(HttpStatusCode.OK)["active"]!.GetValue<bool>());
        Assert.False((await later.PutAsync($"{Tokens}/{token.Id}/enable")).Expect(HttpStatusCode.OK)["active"]!.GetValue<bool>());
        (await ReadUserAsync()).Expect(HttpStatusCode.Unauthorized);

        Task<Response> ReadUserAsync() => Admin.GetUserAsync("user@example.com", secret);
    }

    [Theory]
    [InlineData("user@example.com", HttpStatusCode.OK)]
    [InlineData("admin@example.com", HttpStatusCode.Forbidden)]
    [InlineData("nobody@example.com", HttpStatusCode.Forbidden)]
    public async Task GetUser_TokenOfUser_ReadsOnlyThatUser(string email, HttpStatusCode expected)
    {
        string secret = (await Admin.PostAsync(Tokens, ForUser)).Text("token");

        (await Admin.GetUserAsync(email, secret)).Expect(expected);
    }

    [Theory]
    [InlineData("user@example.com", HttpStatusCode.OK)]
    [InlineData("nobody@example.com", HttpStatusCode.NotFound)]
    public async Task GetUser_TokenOfAdministrator_ReadsEveryUser(string email, HttpStatusCode expected) =>
        (await Admin.GetUserAsync(email, Service("devo").Secret)).Expect(expected);

    [Fact]
    public async Task GetUser_BearerInsteadOfHeader_IsUnauthorized() =>
        (await Admin.GetAsync("/probio/user/email/user@example.com")).Expect(
            HttpStatusCode.Unauthorized, """{"error":{"code":401,"message":"Unauthorized"}}""");

    [Fact]
    public async Task List_ContainsManagementTokenAndNoValues()
    {
        await Admin.PostAsync(Tokens, ForUser);

        Response list = (await Admin.GetAsync(Tokens)).Expect(HttpStatusCode.OK);

        Assert.Equal(7, list.Items.Count);
        Assert.All(list.Items, item => Assert.Null(item!["token"]));
        Assert.Contains(list.Items, item => item!["name"]!.GetValue<string>() == "administrator");
    }

    [Fact]
    public async Task Get_OwnerAndUser_SeeValueAndOthersMask()
    {
        Response ci = await Admin.PostAsync(Tokens, """{"name":"ci","user":"ci@example.com","audience":"credentials"}""");
        Response ours = await Admin.PostAsync(Tokens, ForUser);
        Response theirs = await Admin.With($"Bearer {ci.Text("token")}").PostAsync(
            Tokens, """{"name":"theirs","user":"jdoe@example.com","audience":"credentials"}""");
        string value = theirs.Text("token");

        Assert.Equal("ci@example.com", theirs.Text("owner"));
        Assert.Equal(ours.Text("token"), (await Admin.GetAsync($"{Tokens}/{ours.Id}")).Text("token"));
        Assert.Equal(value, (await Admin.With($"Bearer {ci.Text("token")}").GetAsync($"{Tokens}/{theirs.Id}")).Text("token"));
        Assert.Equal(value, (await Admin.With($"Bearer {value}").GetAsync($"{Tokens}/{theirs.Id}")).Text("token"));
        Assert.Matches($"^tk\\.[0-9a-f]+\\.{value[^5..]}$", (await Admin.GetAsync($"{Tokens}/{theirs.Id}")).Text("token"));
    }

    [Fact]
    public async Task Rename_FieldOtherThanName_ReturnsBadRequest()
    {
        Response token = await Admin.PostAsync(Tokens, ForUser);
        Clock.Advance(TimeSpan.FromMinutes(1));

        Response renamed = (await Admin.PutAsync($"{Tokens}/{token.Id}/rename", """{"name":"writer"}""")).Expect(HttpStatusCode.OK);

        Assert.Equal("writer", renamed.Text("name"));
        Assert.Equal("2030-01-31T12:01:00.000+0000", renamed.Text("updated"));
        (await Admin.PutAsync($"{Tokens}/{token.Id}/rename", """{"name":"x","user":"y"}""")).Expect(
            HttpStatusCode.BadRequest, """{"error":{"code":400,"message":"JSON parse error: Unrecognized field \"user\""}}""");
        (await Admin.PutAsync($"{Tokens}/{token.Id}/rename", "{}")).Expect(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Management_InvalidTokenAudienceOrDomain_IsRejected()
    {
        Response reader = await Admin.PostAsync(Tokens, ForUser);

        (await Admin.With(null).GetAsync(Tokens)).Expect(HttpStatusCode.Unauthorized);
        (await Admin.With($"standAloneToken {Service("devo").Secret}").GetAsync(Tokens)).Expect(HttpStatusCode.Unauthorized);
        (await Admin.With("Bearer 00000000000000000000000000000000").GetAsync(Tokens))
            .Expect(HttpStatusCode.Forbidden, """{"error":{"code":403,"message":"Forbidden"}}""");
        (await Admin.With($"Bearer {reader.Text("token")}").GetAsync(Tokens)).Expect(HttpStatusCode.Forbidden);
        (await Admin.GetAsync("/ws/accounts/other/credentials/tokens")).Expect(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("PUT", "/99/enable")]
    [InlineData("PUT", "/99/disable")]
    [InlineData("PUT", "/99/rename")]
    [InlineData("DELETE", "/99")]
    [InlineData("GET", "/99")]
    [InlineData("GET", "/abc")]
    public async Task Request_UnknownId_ReturnsNotFound(string method, string path) =>
        (await Admin.SendAsync(new HttpMethod(method), Tokens + path, method == "PUT" ? """{"name":"n"}""" : null))
            .Expect(HttpStatusCode.NotFound);

    [Fact]
    public async Task Response_Any_HasCorrelationId()
    {
        foreach (
            Response response in new[]
            {
                await Admin.GetAsync(Tokens),
                await Admin.With(null).GetAsync(Tokens),
                await Admin.GetAsync("/nothing"),
            })
        {
            Assert.True(Guid.TryParse(response.Headers.GetValues("x-devo-cid").Single(), out _));
        }
    }
}
