using System.Net;

namespace ApiTokens.Sandbox.Tests;

public sealed class GcoreTests : SandboxTest
{
    private const string Tokens = "/iam/v2/clients/1001/tokens";
    private const string Simple = """{"name":"n","exp_date":null,"client_user":{}}""";

    private Client Admin => Administrator("gcore", "APIKey");

    [Fact]
    public async Task Create_ReturnsCompleteTokenWithSecret()
    {
        Response token = await Admin.PostAsync(Tokens, """
            {"name":"My token","description":"d","exp_date":"2031-01-01T12:00:00.000000Z",
             "client_user":{"role":{"id":5,"name":"Engineers"}}}
            """);

        Assert.Matches($"^{token.Id}_[0-9a-f]{{64}}$", token.Expect(HttpStatusCode.OK).Text("token"));
        token.Body!.AsObject().Remove("token");
        token.Expect(HttpStatusCode.OK, $$"""
            {
              "id":{{token.Id}},"name":"My token","description":"d","exp_date":"2031-01-01T12:00:00.000000Z","expired":false,
              "deleted":false,"created":"2030-01-31T12:00:00.000000Z","last_usage":"",
              "client_user":{"role":{"id":5,"name":"Engineers"},"user_id":2001,"user_name":"Ada Admin","user_email":"admin@example.com",
                "client_id":1001,"deleted":false}
            }
            """);
        Assert.Equal(token.Body!.ToJsonString(), (await Admin.GetAsync($"{Tokens}/{token.Id}")).Body!.ToJsonString());
    }

    [Theory]
    [InlineData("GET", "/iam/clients/1001/tokens")]
    [InlineData("POST", "/iam/clients/1001/tokens")]
    [InlineData("GET", "/iam/clients/1001/tokens/7001")]
    [InlineData("DELETE", "/iam/clients/1001/tokens/7001")]
    public async Task Version1_IsRemoved(string method, string path) =>
        (await Admin.SendAsync(new HttpMethod(method), path, method == "POST" ? Simple : null)).Expect(HttpStatusCode.NotFound);

    [Theory]
    [InlineData("{}", """
        {"errors":{"name":["This field is required"],"exp_date":["This field is required"],"client_user":["This field is required"]}}
        """)]
    [InlineData("""{"name":"n","client_user":{}}""", """{"errors":{"exp_date":["This field is required"]}}""")]
    [InlineData(
        """{"name":"n","exp_date":null,"client_user":{"role":{"name":"Gods"}}}""",
        """{"errors":{"client_user":{"role":["Invalid role: Gods"]}}}""")]
    [InlineData(
        """{"name":"n","exp_date":null,"client_user":{"role":{"id":4}}}""", """{"errors":{"client_user":{"role":["Invalid role: 4"]}}}""")]
    [InlineData(
        """{"name":"n","exp_date":null,"client_user":{"role":{"id":1,"name":"Users"}}}""",
        """{"errors":{"client_user":{"role":["Invalid role: Users"]}}}""")]
    [InlineData(
        """{"name":"n","exp_date":"2030-01-31T12:00:00Z","client_user":{}}""",
        """{"errors":{"exp_date":["Expiration date must be in the future."]}}""")]
    [InlineData("""{"name":"n","exp_date":"2031-01-01","client_user":{}}""", """{"errors":{"exp_date":["Datetime has wrong format."]}}""")]
    [InlineData("""{"name":" ","exp_date":null,"client_user":{}}""", """{"errors":{"name":["This field may not be blank."]}}""")]
    [InlineData("{", """{"message":"JSON parse error - line 1 column 2"}""")]
    public async Task Create_InvalidBody_ReturnsErrorOfService(string body, string error) =>
        (await Admin.PostAsync(Tokens, body)).Expect(HttpStatusCode.BadRequest, error);

    [Theory]
    [InlineData("2031-01-01T12:00:00Z", "2031-01-01T12:00:00.000000Z")]
    [InlineData("2031-01-01T14:00:00.5+02:00", "2031-01-01T12:00:00.500000Z")]
    public async Task Create_DateFormatsOfOfficialClients_AreAccepted(string sent, string expected) =>
        Assert.Equal(
            expected, (await Admin.PostAsync(Tokens, $$"""{"name":"n","client_user":{},"exp_date":"{{sent}}"}""")).Text("exp_date"));

    [Theory]
    [InlineData(1, new[] { 1, 5, 3009, 3022, 2 })]
    [InlineData(5, new[] { 5, 3009, 3022, 2 })]
    [InlineData(3009, new[] { 3009, 3022, 2 })]
    [InlineData(3022, new[] { 3022, 2 })]
    [InlineData(2, new[] { 2 })]
    public async Task Create_RoleAboveOwnRole_ReturnsBadRequest(int role, int[] issues)
    {
        Response own = await Admin.PostAsync(Tokens, WithRole(role));
        Client caller = Admin.With($"APIKey {own.Text("token")}");

        foreach (int other in new[] { 1, 5, 3009, 3022, 2 })
        {
            Response response = await caller.PostAsync(Tokens, WithRole(other));
            if (issues.Contains(other))
            {
                response.Expect(HttpStatusCode.OK);
            }
            else
            {
                response.Expect(HttpStatusCode.BadRequest);
                Assert.StartsWith(
                    "Can't create token with role ",
                    response["errors"]!["client_user"]!["role"]![0]!.GetValue<string>(),
                    StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("{}", 5)]
    [InlineData("""{"role":{}}""", 5)]
    [InlineData("""{"role":{"name":"Users"}}""", 2)]
    [InlineData("""{"role":{"id":3022}}""", 3022)]
    public async Task Create_RoleByIdOrNameOrDefault_IsUsed(string clientUser, int role)
    {
        Response engineer = await Admin.PostAsync(Tokens, WithRole(5));

        Response token = await Admin.With($"APIKey {engineer.Text("token")}").PostAsync(
            Tokens, $$"""{"name":"n","client_user":{{clientUser}},"exp_date":null}""");

        Assert.Equal(role, token.Expect(HttpStatusCode.OK)["client_user"]!["role"]!["id"]!.GetValue<int>());
    }

    [Fact]
    public async Task Delete_Token_InvalidatesSecretAndKeepsRecord()
    {
        Response token = await Admin.PostAsync(Tokens, Simple);
        Client user = Admin.With($"APIKey {token.Text("token")}");
        (await user.GetAsync("/iam/clients/me")).Expect(HttpStatusCode.OK);

        Assert.Null((await Admin.DeleteAsync($"{Tokens}/{token.Id}")).Expect(HttpStatusCode.NoContent).Body);

        (await user.GetAsync("/iam/clients/me")).Expect(HttpStatusCode.Unauthorized, """{"message":"Token is invalid or expired"}""");
        (await Admin.DeleteAsync($"{Tokens}/{token.Id}")).Expect(HttpStatusCode.NotFound, """{"message":"API token not found."}""");
        Assert.True((await Admin.GetAsync($"{Tokens}/{token.Id}")).Expect(HttpStatusCode.OK)["deleted"]!.GetValue<bool>());
        Assert.Contains(
            (await Admin.GetAsync(Tokens)).Items, item => item!["id"]!.ToString() == token.Id && item["deleted"]!.GetValue<bool>());
    }

    [Fact]
    public async Task ExpiredToken_IsInvalidAndDeletedAutomatically()
    {
        Response token = await Admin.PostAsync(Tokens, """{"name":"n","exp_date":"2030-01-31T13:00:00Z","client_user":{}}""");
        Client user = Admin.With($"APIKey {token.Text("token")}");
        Clock.Advance(TimeSpan.FromMinutes(59));
        (await user.GetAsync("/iam/clients/me")).Expect(HttpStatusCode.OK);

        Clock.Advance(TimeSpan.FromMinutes(1));

        (await user.GetAsync("/iam/clients/me")).Expect(HttpStatusCode.Unauthorized, """{"message":"Token is invalid or expired"}""");
        Response expired = await Admin.GetAsync($"{Tokens}/{token.Id}");
        Assert.True(expired["expired"]!.GetValue<bool>());
        Assert.True(expired["deleted"]!.GetValue<bool>());
        (await Admin.DeleteAsync($"{Tokens}/{token.Id}")).Expect(HttpStatusCode.NoContent);
        (await Admin.DeleteAsync($"{Tokens}/{token.Id}")).Expect(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("", "administrator,cdn purge,terraform,log shipper,proof of concept,old monitoring,statistics")]
    [InlineData("?deleted=True", "administrator,cdn purge,terraform,log shipper,statistics")]
    [InlineData("?deleted=false", "proof of concept,old monitoring")]
    [InlineData("?role=Engineers", "terraform,log shipper")]
    [InlineData("?role=5", "terraform,log shipper")]
    [InlineData("?issued_by=2004", "old monitoring,statistics")]
    [InlineData("?not_issued_by=2001&deleted=true", "terraform,log shipper,statistics")]
    public async Task List_Query_FiltersActiveAndDeletedTokens(string query, string names) =>
        Assert.Equal(names.Split(','), (await Admin.GetAsync(Tokens + query)).Items.Select(item => item!["name"]!.GetValue<string>()));

    [Fact]
    public async Task NonAdministrator_SeesAndDeletesOnlyOwnTokens()
    {
        Response own = await Admin.PostAsync(Tokens, WithRole(5));
        Client engineer = Admin.With($"APIKey {own.Text("token")}");
        string theirs = (await Admin.GetAsync($"{Tokens}?issued_by=2003")).Items[0]!["id"]!.ToString();

        Assert.All((await engineer.GetAsync(Tokens)).Items, item => Assert.Equal(2001, item!["client_user"]!["user_id"]!.GetValue<int>()));
        (await engineer.GetAsync($"{Tokens}/{theirs}")).Expect(
            HttpStatusCode.Forbidden, """{"message":"You do not have permission to perform this action."}""");
        (await engineer.DeleteAsync($"{Tokens}/{theirs}")).Expect(HttpStatusCode.Forbidden);
        (await engineer.GetAsync($"{Tokens}/999999")).Expect(HttpStatusCode.NotFound);
        (await engineer.DeleteAsync($"{Tokens}/{own.Id}")).Expect(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Secret_IsReturnedOnlyByCreate()
    {
        Response token = await Admin.PostAsync(Tokens, Simple);

        Assert.Null((await Admin.GetAsync($"{Tokens}/{token.Id}"))["token"]);
        Assert.All((await Admin.GetAsync(Tokens)).Items, item => Assert.Null(item!["token"]));
    }

    [Fact]
    public async Task LastUsage_IsRecordedToTheMinute()
    {
        Response token = await Admin.PostAsync(Tokens, Simple);
        Client user = Admin.With($"APIKey {token.Text("token")}");

        Assert.Equal("", (await Admin.GetAsync($"{Tokens}/{token.Id}")).Text("last_usage"));
        await user.GetAsync("/iam/clients/me");
        Clock.Advance(TimeSpan.FromSeconds(59));
        await user.GetAsync("/iam/clients/me");
        Assert.Equal("2030-01-31T12:00:00.000000Z", (await Admin.GetAsync($"{Tokens}/{token.Id}")).Text("last_usage"));
        Clock.Advance(TimeSpan.FromSeconds(1));
        await user.GetAsync("/iam/clients/me");
        Assert.Equal("2030-01-31T12:01:00.000000Z", (await Admin.GetAsync($"{Tokens}/{token.Id}")).Text("last_usage"));
    }

    [Fact]
    public async Task Me_HasEveryRequiredField()
    {
        Response me = (await Admin.GetAsync("/iam/clients/me")).Expect(HttpStatusCode.OK);

        // contracts/gcore.md, 1.2.
        Assert.Equal(
            [
                "bill_type", "capabilities", "companyName", "currentUser", "deleted", "email", "entryBaseDomain", "freeFeatures",
                "has_active_admin", "id", "is_test", "name", "paidFeatures", "serviceStatuses", "status",
            ],
            me.Body!.AsObject().Select(field => field.Key).Order(StringComparer.Ordinal));
        Assert.Equal((1001, 2001), (me["id"]!.GetValue<int>(), me["currentUser"]!.GetValue<int>()));
        Assert.Equal(("admin@example.com", "active"), (me.Text("email"), me.Text("status")));
        Assert.Equal("""{"enabled":true,"status":"active"}""", me["serviceStatuses"]!["CDN"]!.ToJsonString());
        Assert.Equal("[]", me["paidFeatures"]!["CDN"]!.ToJsonString());
    }

    [Theory]
    [InlineData(null, "Authentication credentials were not provided.")]
    [InlineData("Token abc", "Authentication credentials were not provided.")]
    [InlineData("APIKey 7001_abcdef", "Bad permanent token: 7001")]
    [InlineData("APIKey 7001$abcdef", "Bad permanent token: 7001")]
    [InlineData("APIKey abcdefghijkl", "Bad token: abcdefgh")]
    [InlineData("Bearer 7001_abcdef", "Given token not valid for any token type")]
    public async Task Credential_Invalid_ReturnsUnauthorized(string? authorization, string message) =>
        (await Admin.With(authorization).GetAsync(Tokens)).Expect(HttpStatusCode.Unauthorized, $$"""{"message":"{{message}}"}""");

    [Fact]
    public async Task Credential_SchemeInAnyCase_IsAccepted() =>
        (await Administrator("gcore", "apikey").GetAsync(Tokens)).Expect(HttpStatusCode.OK);

    [Fact]
    public async Task Request_AnotherAccount_ReturnsNotFound() =>
        (await Admin.GetAsync("/iam/v2/clients/1002/tokens")).Expect(HttpStatusCode.NotFound, """{"message":"Account not found."}""");

    [Fact]
    public async Task Login_ReturnsAccessForOneHourAndSingleUseRefresh()
    {
        string login = $$"""{"username":"admin@example.com","password":"{{Service("gcore").Password}}"}""";
        Client anonymous = Admin.With(null);
        Response pair = (await anonymous.PostAsync("/iam/auth/jwt/login", login)).Expect(HttpStatusCode.OK);
        string refresh = $$"""{"refresh":"{{pair.Text("refresh")}}"}""";
        Client user = Admin.With($"Bearer {pair.Text("access")}");

        (await user.PostAsync(Tokens, WithRole(1))).Expect(HttpStatusCode.OK);
        Clock.Advance(TimeSpan.FromHours(1));
        (await user.GetAsync(Tokens)).Expect(HttpStatusCode.Unauthorized);
        Response next = (await anonymous.PostAsync("/iam/auth/jwt/refresh", refresh)).Expect(HttpStatusCode.OK);
        (await Admin.With($"Bearer {next.Text("access")}").GetAsync(Tokens)).Expect(HttpStatusCode.OK);
        (await anonymous.PostAsync("/iam/auth/jwt/refresh", refresh)).Expect(HttpStatusCode.Unauthorized);
        (await anonymous.PostAsync("/iam/auth/jwt/login", """{"username":"admin@example.com","password":"wrong"}""")).Expect(
            HttpStatusCode.BadRequest, """{"errors":{"errors":["No active account found with the given credentials."]}}""");
        (await anonymous.PostAsync("/iam/auth/jwt/login", "{}")).Expect(HttpStatusCode.BadRequest);
    }

    private static string WithRole(int id) => $$"""{"client_user":{"role":{"id":{{id}} } },"name":"n","exp_date":null}""";
}
