using System.Text.Json;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.Gcore;

public sealed class GcoreWireTests : IAsyncLifetime
{
    private const string Created = """
        {"id":42,"name":"My token","description":"d","exp_date":"2027-01-01T12:00:00.000000Z","expired":false,"deleted":false,
         "created":"2026-01-01T12:00:00.000000Z","last_usage":null,"token":"42_a1b2c3d4e5f6a1b2c3d4e5f6",
         "client_user":{"role":{"id":5,"name":"Engineers"},"deleted":false,"user_id":123,"user_name":"John Doe",
         "user_email":"some@email.com","client_id":456}}
        """;

    private static readonly NewTokenRequest New = new() { Name = "ci", Role = "Engineers", Expiry = TokenExpiry.AfterMonths(12) };

    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task List_UsesCurrentPath()
    {
        _server.Json("[]");

        await (await TokensAsync()).ListAsync();

        Assert.Equal("/iam/v2/clients/456/tokens", _server.Request.Target);
        Assert.Equal($"APIKey {TestConnections.Secret}", _server.Request.Authorization);
    }

    [Theory]
    [InlineData("42_a1b2c3d4e5f6")]
    [InlineData("42$a1b2c3d4e5f6")]
    public async Task CheckSecret_EitherForm_IsProvedAndHasTokenId(string secret)
    {
        _server.Json("""{"id":456,"currentUser":123,"email":"a@example.com"}""");

        SecretCheck check = await (await TokensAsync()).CheckSecretAsync(SecretText.ToSecureString(secret), token: null, default);

        Assert.Equal((SecretState.Accepted, "42"), (check.State, check.TokenId));
        Assert.Equal(("/iam/clients/me", $"APIKey {secret}"), (_server.Request.Target, _server.Request.Authorization));
    }

    [Fact]
    public async Task Connect_NoAccount_ReadsItWithOneRequest()
    {
        _server.Json("""{"id":1001,"currentUser":2001,"email":"a@example.com"}""");

        TokenConnection connection = await TokenConnection.ConnectAsync(Request(account: null, skipCheck: false), default);

        Assert.Equal("1001", connection.Account);
        Assert.Equal("/iam/clients/me", _server.Request.Target);
    }

    [Fact]
    public async Task Connect_CredentialOfAnotherAccount_Throws()
    {
        _server.Json("""{"id":1001}""");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => TokenConnection.ConnectAsync(Request(skipCheck: false), default));

        Assert.Equal("InvalidAccount", error.ErrorId);
        Assert.Contains("1001", error.RecommendedAction);
    }

    [Fact]
    public async Task Connect_AccountIsNotANumber_ThrowsWithoutRequest()
    {
        var error = await Assert.ThrowsAsync<ApiTokenException>(() => TokenConnection.ConnectAsync(Request(account: "acme"), default));

        Assert.Equal("InvalidAccount", error.ErrorId);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Create_NeverExpires_SendsNull()
    {
        _server.Json(Created);

        await (await TokensAsync()).CreateAsync(
            new NewTokenRequest { Name = "ci", Role = "Users", Expiry = TokenExpiry.NeverExpires }, default);

        Assert.Equal(JsonValueKind.Null, _server.Request.Json.GetProperty("exp_date").ValueKind);
        Assert.Equal(["client_user", "exp_date", "name"], _server.Request.Fields);
    }

    [Fact]
    public async Task Create_Request_SendsDateAndRoleIdAndName()
    {
        _server.Json(Created);
        DateTimeOffset expiry = new(2027, 1, 1, 14, 0, 0, TimeSpan.FromHours(2));

        await (await TokensAsync()).CreateAsync(
            new NewTokenRequest { Name = "ci", Description = "d", Role = "3009", Expiry = TokenExpiry.AtTime(expiry) }, default);

        Assert.Equal(("POST", "/iam/v2/clients/456/tokens"), (_server.Request.Method, _server.Request.Target));
        JsonElement role = _server.Request.Json.GetProperty("client_user").GetProperty("role");
        Assert.Equal(["client_user", "description", "exp_date", "name"], _server.Request.Fields);
        Assert.Equal("2027-01-01T12:00:00.000000Z", _server.Request.Json.GetProperty("exp_date").GetString());
        Assert.Equal(
            (3009, "Purge and Prefetch only (API+Web)"), (role.GetProperty("id").GetInt32(), role.GetProperty("name").GetString()));
        Assert.Equal(["role"], _server.Request.Json.GetProperty("client_user").EnumerateObject().Select(entry => entry.Name));
    }

    [Theory]
    [InlineData("Administrators", 1)]
    [InlineData("engineers", 5)]
    [InlineData("2", 2)]
    [InlineData("Purge and Prefetch only (API and Web)", 3009)]
    [InlineData("Purge and Prefetch only (API)", 3022)]
    public async Task Create_RoleNameOrId_SendsRoleId(string role, int id)
    {
        _server.Json(Created);

        await (await TokensAsync()).CreateAsync(
            new NewTokenRequest { Name = "ci", Role = role, Expiry = TokenExpiry.NeverExpires }, default);

        Assert.Equal(id, _server.Request.Json.GetProperty("client_user").GetProperty("role").GetProperty("id").GetInt32());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Owners")]
    [InlineData("3")]
    public async Task Create_MissingOrUnknownRole_ThrowsWithoutRequest(string? role)
    {
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => tokens.CreateAsync(new NewTokenRequest { Name = "ci", Role = role, Expiry = TokenExpiry.NeverExpires }, default));

        Assert.Equal("InvalidRole", error.ErrorId);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Create_CompleteResponse_NeedsNoFurtherRequest()
    {
        _server.Json(Created);

        IssuedToken issued = await (await TokensAsync()).CreateAsync(New, default);

        Assert.Equal(("42", "My token", "d", "Engineers"), (issued.Id, issued.Name, issued.Description, issued.Role));
        Assert.Equal(("some@email.com", "some@email.com"), (issued.Owner, issued.Issuer));
        Assert.Equal("42_a1b2c3d4e5f6a1b2c3d4e5f6", SecretText.ToPlainText(issued.GetSecret()));
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("42_a1b2c3")]
    [InlineData("42$a1b2c3")]
    [InlineData("42$a1_b2$c3")]
    public async Task Create_ResponseWithSecretOnly_ReadsToken(string secret)
    {
        _server.Json($$"""{"token":"{{secret}}"}""").Json(Created.Replace("\"token\":\"42_a1b2c3d4e5f6a1b2c3d4e5f6\",", ""));

        IssuedToken issued = await (await TokensAsync()).CreateAsync(New, default);

        Assert.Equal("/iam/v2/clients/456/tokens/42", _server.Requests[1].Target);
        Assert.Equal(("42", "My token", secret), (issued.Id, issued.Name, SecretText.ToPlainText(issued.GetSecret())));
    }

    [Fact]
    public async Task Create_TokenCannotBeRead_ReturnsSecret()
    {
        _server.Json("""{"token":"42_a1b2c3"}""").Respond(403);

        IssuedToken issued = await (await TokensAsync()).CreateAsync(New, default);

        Assert.Equal(
            ("42", "ci", "Engineers", "42_a1b2c3"),
            (issued.Id, issued.Name, issued.Role, SecretText.ToPlainText(issued.GetSecret())));
        Assert.Equal(TokenStatus.Active, issued.Status);
    }

    [Theory]
    [InlineData("{}", "InvalidResult")]
    [InlineData("""{"id":42,"name":"ci"}""", "OrphanedToken")]
    [InlineData("""{"token":"nothing-with-an-id"}""", "InvalidResult")]
    public async Task Create_ResponseWithoutSecretOrId_ReportsUnknownOutcome(string body, string errorId)
    {
        _server.Json(body);
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAnyAsync<ApiTokenException>(() => tokens.CreateAsync(New, default));

        Assert.Equal((errorId, true), (error.ErrorId, error.OutcomeUnknown));
        Assert.DoesNotContain("nothing-with", error.ToString());
    }

    [Fact]
    public async Task List_BothTimestampFormats_AreRead()
    {
        _server.Json("""
            [{"id":1,"created":"2021-01-01T12:00:00.000000Z","exp_date":"2031-01-01T12:00:00Z","last_usage":"2021-06-01T12:00:00.5Z"},
             {"id":2,"created":"2021-01-01 12:00:00+00:00","exp_date":"2031-01-01 14:00:00+02:00","last_usage":null},
             {"id":3,"created":"2021-01-01T12:00:00.123456+00:00","exp_date":null}]
            """);

        List<ApiToken> list = await (await TokensAsync()).ListAsync();

        DateTimeOffset created = new(2021, 1, 1, 12, 0, 0, TimeSpan.Zero);
        DateTimeOffset expiry = new(2031, 1, 1, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal([created, created, created.AddTicks(1234560)], list.Select(token => token.CreatedAt!.Value));
        Assert.Equal([expiry, expiry, null], list.Select(token => token.ExpiresAt));
        Assert.All(list.Where(token => token.ExpiresAt is not null), token => Assert.Equal(TimeSpan.Zero, token.ExpiresAt!.Value.Offset));
        Assert.Equal(new DateTimeOffset(2021, 6, 1, 12, 0, 0, 500, TimeSpan.Zero), list[0].LastUsedAt);
    }

    [Theory]
    [InlineData("\"last_usage\":null")]
    [InlineData("\"last_usage\":\"\"")]
    [InlineData("\"more\":1")]
    public async Task Get_NeverUsedToken_HasNoLastUse(string lastUsage)
    {
        _server.Json($$"""{"id":1,{{lastUsage}}}""");

        Assert.Null((await (await TokensAsync()).GetAsync("1", default)).LastUsedAt);
    }

    [Theory]
    [InlineData(false, false, "2999-01-01T00:00:00Z", TokenStatus.Active)]
    [InlineData(true, true, "2001-01-01T00:00:00Z", TokenStatus.Expired)]
    [InlineData(true, false, "2999-01-01T00:00:00Z", TokenStatus.Revoked)]
    [InlineData(false, true, "2999-01-01T00:00:00Z", TokenStatus.Expired)]
    [InlineData(false, false, "2001-01-01T00:00:00Z", TokenStatus.Expired)]
    public async Task Status_ExpiredAndDeleted_IsExpired(bool deleted, bool expired, string expiry, TokenStatus status)
    {
        _server.Json(
            $$"""{"id":1,"deleted":{{(deleted ? "true" : "false")}},"expired":{{(expired ? "true" : "false")}},"exp_date":"{{expiry}}"}""");

        Assert.Equal(status, (await (await TokensAsync()).GetAsync("1", default)).Status);
    }

    [Fact]
    public async Task List_DeletedTokens_AreFilteredLocally()
    {
        const string List =
            """[{"id":1,"name":"live"},{"id":2,"name":"gone","deleted":true},{"id":3,"name":"over","deleted":true,"expired":true}]""";
        _server.Json(List).Json(List);
        ITokenService tokens = await TokensAsync();

        Assert.Equal(["1", "3"], (await tokens.ListAsync()).Select(token => token.Id));
        Assert.Equal(["2"], (await tokens.ListAsync(new TokenFilter { Statuses = [TokenStatus.Revoked] })).Select(token => token.Id));
        Assert.All(_server.Requests, request => Assert.DoesNotContain("deleted", request.Query));
    }

    [Fact]
    public async Task List_Role_IsSentByNameAndAppliedAgain()
    {
        _server.Json(
            """[{"id":1,"client_user":{"role":{"id":5,"name":"Engineers"}}},{"id":2,"client_user":{"role":{"id":2,"name":"Users"}}}]""");

        List<ApiToken> list = await (await TokensAsync()).ListAsync(new TokenFilter { Roles = [new NamePattern("5")] });

        Assert.Equal("role=Engineers", _server.Request.Query);
        Assert.Equal(["1"], list.Select(token => token.Id));
    }

    [Fact]
    public async Task List_RoleFilterReturnsNothing_FiltersLocally()
    {
        _server.Json("[]").Json(
            """[{"id":1,"client_user":{"role":{"id":5,"name":"Engineers"}}},{"id":2,"client_user":{"role":{"id":2,"name":"Users"}}}]""");

        List<ApiToken> list = await (await TokensAsync()).ListAsync(new TokenFilter { Roles = [new NamePattern("Engineers")] });

        Assert.Equal(["role=Engineers", ""], _server.Requests.Select(request => request.Query));
        Assert.Equal(["1"], list.Select(token => token.Id));
    }

    [Fact]
    public async Task List_IssuerId_IsSentAndAppliedAgain()
    {
        _server.Json("""[{"id":1,"client_user":{"user_id":123}},{"id":2,"client_user":{"user_id":124}}]""");

        List<ApiToken> list = await (await TokensAsync()).ListAsync(new TokenFilter { Issuers = [new NamePattern("123")] });

        Assert.Equal("issued_by=123", _server.Request.Query);
        Assert.Equal(["1"], list.Select(token => token.Id));
    }

    [Fact]
    public async Task Get_IssuerWithoutName_IsRead()
    {
        _server.Json(
            """{"id":1,"name":null,"description":null,"last_usage":null,"client_user":{"user_name":null,"user_email":null,"role":null}}""");

        ApiToken token = await (await TokensAsync()).GetAsync("1", default);

        Assert.Equal((string.Empty, null, null, null), (token.Name, token.Description, token.Issuer, token.Role));
    }

    [Theory]
    [InlineData("""{"errors":{"client_user":{"role":["Invalid role: RoleName"]}}}""", "client_user.role: Invalid role: RoleName")]
    [InlineData("""{"errors":{"name":["This field is required"],"exp_date":["Bad"]}}""", "name: This field is required; exp_date: Bad")]
    [InlineData("""{"errors":{"groups":"plain"}}""", "groups: plain")]
    [InlineData("""["one","two"]""", "one; two")]
    [InlineData("""{"message":"JSON parse error"}""", "JSON parse error")]
    [InlineData("""{"detail":"Not found."}""", "Not found")]
    public async Task Error_AnyBodyFormat_IsQuoted(string body, string expected)
    {
        _server.Json(body, 400);
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.CreateAsync(New, default));

        Assert.Contains($"(400: {expected}).", error.Message);
    }

    [Theory]
    [InlineData(400, """{"errors":{"name":["The account has reached its limit of 50 API tokens"]}}""", "TokenLimitReached")]
    [InlineData(403, """{"message":"Maximum number of API tokens exceeded"}""", "TokenLimitReached")]
    [InlineData(409, """{"message":"Too many tokens."}""", "TokenLimitReached")]
    [InlineData(400, """{"errors":{"name":["Ensure this field has no more than 255 characters."]}}""", "InvalidData")]
    [InlineData(400, """{"errors":{"client_user":{"role":["Can't create token with role Administrators"]}}}""", "InvalidData")]
    public async Task Create_RejectedBecauseOfTokenLimit_HasItsOwnErrorId(int status, string body, string expected)
    {
        _server.Json(body, status);
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.CreateAsync(New, default));

        Assert.Equal(expected, error.ErrorId);
        Assert.Equal(expected == "TokenLimitReached" ? ErrorKind.LimitsExceeded : ErrorKind.InvalidData, error.Kind);
    }

    [Fact]
    public async Task Get_RejectedWithWordsOfATokenLimit_IsNotTheTokenLimit()
    {
        _server.Json("""{"message":"Rate limit for tokens"}""", 403);
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync("7", default));

        Assert.Equal("PermissionDenied", error.ErrorId);
    }

    [Fact]
    public async Task Login_AccessTokenExpiresSoon_IsRefreshed()
    {
        var clock = new FakeTimeProvider();
        _server.Json(Session("access1", "refresh1")).Json("[]").Json("[]").Json(Session("access2", "refresh2")).Json("[]");
        ITokenService tokens = await LoginAsync(clock);

        await tokens.ListAsync();
        clock.Advance(TimeSpan.FromMinutes(57));
        await tokens.ListAsync();
        clock.Advance(TimeSpan.FromMinutes(2));
        await tokens.ListAsync();

        Assert.Equal(
            [
                "/iam/auth/jwt/login", "/iam/v2/clients/456/tokens", "/iam/v2/clients/456/tokens", "/iam/auth/jwt/refresh",
                "/iam/v2/clients/456/tokens",
            ],
            _server.Requests.Select(request => request.Target));
        Assert.Equal("""{"username":"a@example.com","password":"password1","one_time_password":"123456"}""", _server.Requests[0].Body);
        Assert.Null(_server.Requests[0].Authorization);
        Assert.Equal("Bearer access1", _server.Requests[2].Authorization);
        Assert.Equal("""{"refresh":"refresh1"}""", _server.Requests[3].Body);
        Assert.Null(_server.Requests[3].Authorization);
        Assert.Equal("Bearer access2", _server.Requests[4].Authorization);
    }

    [Fact]
    public async Task Login_RefreshFails_LogsInAgain()
    {
        var clock = new FakeTimeProvider();
        _server.Json(Session("access1", "refresh1")).Json("[]").Respond(401).Json(Session("access2", "refresh2")).Json("[]");
        ITokenService tokens = await LoginAsync(clock);
        await tokens.ListAsync();

        clock.Advance(TimeSpan.FromHours(30));
        await tokens.ListAsync();

        Assert.Equal("/iam/auth/jwt/login", _server.Requests[3].Target);
        Assert.Equal("Bearer access2", _server.Requests[4].Authorization);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    public async Task Login_WrongPassword_IsRejectedCredentialAndNotRepeated(int status)
    {
        _server.Json("""{"errors":{"errors":["No active account found with the given credentials."]}}""", status);
        ITokenService tokens = await LoginAsync(new FakeTimeProvider());

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());
        var again = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

        Assert.Equal(ErrorKind.AuthenticationError, error.Kind);
        Assert.Equal(ErrorKind.AuthenticationError, again.Kind);
        Assert.Contains("No active account found", error.Message);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Login_ResponseWithoutAccess_ThrowsInvalidResult()
    {
        _server.Json("""{"refresh":"x"}""");
        ITokenService tokens = await LoginAsync(new FakeTimeProvider());

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

        Assert.Equal(ErrorKind.InvalidResult, error.Kind);
    }

    [Fact]
    public async Task ListPermissions_ReturnsRolesByPrivilege()
    {
        IReadOnlyList<TokenPermission> roles = await (await TokensAsync()).ListPermissionsAsync(default);

        Assert.Equal(
            [
                "Administrators", "Engineers", "Purge and Prefetch only (API+Web)", "Purge and Prefetch only (API)", "Users",
            ],
            roles.Select(role => role.Value));
        Assert.All(roles, role => Assert.Equal("Role", role.Kind));
    }

    private static string Session(string access, string refresh) => $$"""{"access":"{{access}}","refresh":"{{refresh}}"}""";

    private async Task<ITokenService> TokensAsync() => (await TestConnections.ConnectAsync(_server, "Gcore")).Tokens;

    private async Task<ITokenService> LoginAsync(FakeTimeProvider clock) => (await TokenConnection.ConnectAsync(
        new ConnectionRequest
        {
            Service = "Gcore",
            Account = "456",
            BaseUri = _server.BaseUri,
            UserName = "a@example.com",
            Password = SecretText.ToSecureString("password1"),
            OneTimePassword = "123456",
            SkipCheck = true,
            RequestsPerSecond = TestConnections.UnlimitedRate,
            Time = clock,
        },
        CancellationToken.None)).Tokens;

    private ConnectionRequest Request(string? account = "456", bool skipCheck = true) => new()
    {
        Service = "Gcore",
        Account = account,
        BaseUri = _server.BaseUri,
        Secret = SecretText.ToSecureString(TestConnections.Secret),
        SkipCheck = skipCheck,
    };
}
