using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.Wegnology;

public sealed class WegnologyWireTests : IAsyncLifetime
{
    private const string Id = "575ec7417ae143cd83dc4a95";
    private const string Owner = "575ec8687ae143cd83dc4a97";

    private const string Token = """
        {"id":"575ec7417ae143cd83dc4a95","apiTokenId":"575ec7417ae143cd83dc4a95","creatorId":"575ed70c7ae143cd83dc4aa9",
        "creatorType":"user",
         "creatorName":"admin@example.com","ownerId":"575ec8687ae143cd83dc4a97","ownerType":"application","name":"My API Token",
         "creationDate":"2016-06-13T04:00:00.000Z","lastUpdated":"2016-06-14T04:00:00.000Z","scope":["all.Application"],"status":"active",
         "_type":"apiToken","_links":{"self":{"href":"/x"}},"_etag":"\"1\"","token":"the.actual.secret"}
        """;

    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("user", "/me/tokens")]
    [InlineData("USER", "/me/tokens")]
    [InlineData(" ", "/me/tokens")]
    [InlineData($"application/{Owner}", $"/applications/{Owner}/tokens")]
    [InlineData($"Instance/{Owner}", $"/instances/{Owner}/tokens")]
    public async Task List_KindOfAccount_SelectsPath(string account, string path)
    {
        _server.Json("""{"items":[],"count":0,"totalCount":0,"perPage":1000,"page":0}""");
        ITokenService tokens = await TokensAsync(account);

        await tokens.ListAsync();

        Assert.Equal(path, _server.Request.Path);
    }

    [Theory]
    [InlineData("application")]
    [InlineData("application/../users")]
    [InlineData("application/123")]
    [InlineData($"organization/{Owner}")]
    public async Task Connect_InvalidAccount_Throws(string account)
    {
        var error = await Assert.ThrowsAsync<ApiTokenException>(() => TokensAsync(account));

        Assert.Equal("InvalidAccount", error.ErrorId);
    }

    [Fact]
    public async Task Get_Request_HasVersionAndBearerSecret()
    {
        _server.Json(Token);
        ITokenService tokens = await TokensAsync();

        await tokens.GetAsync(Id, default);

        Assert.Equal("^1.24.5", _server.Request.Headers["Accept-Version"]);
        Assert.Equal($"Bearer {TestConnections.Secret}", _server.Request.Authorization);
        Assert.Equal($"/me/tokens/{Id}", _server.Request.Target);
    }

    [Fact]
    public async Task Get_Token_IsReadWithoutHypermedia()
    {
        _server.Json(Token);
        ITokenService tokens = await TokensAsync();

        ApiToken token = await tokens.GetAsync(Id, default);

        Assert.Equal((Id, "My API Token", Owner, "admin@example.com"), (token.Id, token.Name, token.Owner, token.Issuer));
        Assert.Equal(new DateTimeOffset(2016, 6, 13, 4, 0, 0, TimeSpan.Zero), token.CreatedAt);
        Assert.Equal(new DateTimeOffset(2016, 6, 14, 4, 0, 0, TimeSpan.Zero), token.UpdatedAt);
        Assert.Null(token.ExpiresAt);
        Assert.Equal(["all.Application"], token.Scope);
    }

    [Theory]
    [InlineData("active", "2999-01-01T00:00:00.000Z", TokenStatus.Active)]
    [InlineData("inactive", "2999-01-01T00:00:00.000Z", TokenStatus.Inactive)]
    [InlineData("active", "2001-01-01T00:00:00.000Z", TokenStatus.Expired)]
    [InlineData("inactive", "2001-01-01T00:00:00.000Z", TokenStatus.Expired)]
    public async Task Status_ExpiryPassed_IsExpired(string status, string expiry, TokenStatus expected)
    {
        _server.Json($$"""{"id":"{{Id}}","name":"x","status":"{{status}}","expirationDate":"{{expiry}}"}""");
        ITokenService tokens = await TokensAsync();

        Assert.Equal(expected, (await tokens.GetAsync(Id, default)).Status);
    }

    [Fact]
    public async Task List_SeveralPages_AreRequestedByZeroBasedNumberInOrderOfId()
    {
        _server.DefaultHandler = context =>
        {
            string page = context.Request.Query["page"]!;
            return ScriptedServer.WriteAsync(
                context, 200, $$"""
                    {"items":[{"id":"575ec7417ae143cd83dc4a0{{page}}","name":"n{{page}}"}],"totalCount":3,"perPage":1,"page":{{page}}}
                    """);
        };
        ITokenService tokens = await TokensAsync();

        List<ApiToken> list = await tokens.ListAsync();

        Assert.Equal(["n2", "n1", "n0"], list.Select(token => token.Name));
        Assert.Equal(["page=0", "page=2", "page=1", "page=0"], _server.Requests.Select(request => request.Query.Split('&')[0]));
        Assert.All(_server.Requests, request => Assert.EndsWith("&perPage=1000&sortField=id&sortDirection=asc", request.Query));
    }

    [Theory]
    [InlineData("my*token", "&filterField=name&filter=my%2Atoken")]
    [InlineData("plain", "&filterField=name&filter=plain")]
    [InlineData("a&b=c", "&filterField=name&filter=a%26b%3Dc")]
    [InlineData("what?", "")]
    [InlineData("[ab]*", "")]
    [InlineData("a`*", "")]
    [InlineData("!(x)", "")]
    [InlineData("{a,b}", "")]
    public async Task List_Name_IsSentUnlessGlobbingDiffers(string name, string query)
    {
        _server.Json("""{"items":[],"totalCount":0,"perPage":1000}""");
        ITokenService tokens = await TokensAsync();

        await tokens.ListAsync(new TokenFilter { Names = [new NamePattern(name)] });

        Assert.Equal("page=0&perPage=1000&sortField=id&sortDirection=asc" + query, _server.Request.Query);
    }

    [Theory]
    [InlineData(TokenStatus.Active, "&filterField=status&filter=active")]
    [InlineData(TokenStatus.Inactive, "&filterField=status&filter=inactive")]
    [InlineData(TokenStatus.Expired, "")]
    public async Task List_Status_IsSentIfServiceKnowsIt(TokenStatus status, string query)
    {
        _server.Json("""{"items":[],"totalCount":0,"perPage":1000}""");
        ITokenService tokens = await TokensAsync();

        await tokens.ListAsync(new TokenFilter { Statuses = [status] });

        Assert.EndsWith("&sortDirection=asc" + query, _server.Request.Query);
    }

    [Fact]
    public async Task List_ResponseDoesNotMatchFilter_IsFilteredAgain()
    {
        _server.Json($$"""{"items":[{"id":"{{Id}}","name":"other","status":"inactive"}],"totalCount":1,"perPage":1000}""");
        ITokenService tokens = await TokensAsync();

        Assert.Empty(await tokens.ListAsync(new TokenFilter { Names = [new NamePattern("wanted")] }));
    }

    [Theory]
    [InlineData("user", "All", "all.User")]
    [InlineData("user", "readonly", "all.User.read")]
    [InlineData("user", "Cli", "all.User.cli")]
    [InlineData($"application/{Owner}", "All", "all.Application")]
    [InlineData($"application/{Owner}", "ReadOnly", "all.Application.read")]
    [InlineData($"application/{Owner}", "Cli", "all.Application.cli")]
    [InlineData($"instance/{Owner}", "All", "all.Instance")]
    [InlineData($"instance/{Owner}", "ReadOnly", "all.Instance.read")]
    public async Task Create_Preset_IsSentAsScopeOfAccountKind(string account, string preset, string value)
    {
        _server.Json(Token, 201);
        ITokenService tokens = await TokensAsync(account);

        await tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = [preset] }, default);

        Assert.Equal($"[\"{value}\"]", _server.Request.Json.GetProperty("scope").GetRawText());
    }

    [Theory]
    [InlineData("user", "all.Everything")]
    [InlineData("user", "devices.get,nonsense")]
    [InlineData("user", "all.User.bounded")]
    [InlineData($"instance/{Owner}", "Cli")]
    public async Task Create_ScopeNotInCatalogue_ThrowsWithoutRequest(string account, string scope)
    {
        ITokenService tokens = await TokensAsync(account);

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = [scope] }, default));

        Assert.Equal("InvalidScope", error.ErrorId);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Create_CustomScopes_AreNormalizedAndDistinct()
    {
        _server.Json(Token, 201);
        ITokenService tokens = await TokensAsync();

        await tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = ["DEVICES.GET; device.get", "devices.get"] }, default);

        Assert.Equal("""["devices.get","device.get"]""", _server.Request.Json.GetProperty("scope").GetRawText());
    }

    [Fact]
    public async Task Create_NameAndScope_SendsOnlyThese()
    {
        _server.Json(Token, 201);
        ITokenService tokens = await TokensAsync();

        await tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = ["All"] }, default);

        Assert.Equal("""{"name":"x","scope":["all.User"]}""", _server.Request.Body);
    }

    [Fact]
    public async Task Create_NoScope_ThrowsWithoutRequest()
    {
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.CreateAsync(new NewTokenRequest { Name = "x" }, default));

        Assert.Equal("InvalidScope", error.ErrorId);
        Assert.Contains("All, ReadOnly, Cli", error.RecommendedAction);
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("device.*", new[] { "device.*" })]
    [InlineData("event.[a-z]*", new[] { "event.delete", "event.get", "event.patch" })]
    [InlineData("EVENTS.?e*", new[] { "events.delete", "events.get" })]
    public async Task Create_Wildcard_IsOfServiceOrReplacedByActions(string scope, string[] expected)
    {
        _server.Json(Token, 201);
        ITokenService tokens = await TokensAsync();

        await tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = [scope] }, default);

        string[] sent = [.. _server.Request.Json.GetProperty("scope").EnumerateArray().Select(value => value.GetString()!)];
        Assert.Equal(expected, sent.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Create_WildcardWithoutMatch_ThrowsWithoutRequest()
    {
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = ["nothing*"] }, default));

        Assert.Equal("InvalidScope", error.ErrorId);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Create_Expiry_IsSentInUtcWithMilliseconds()
    {
        _server.Json(Token, 201);
        ITokenService tokens = await TokensAsync();

        IssuedToken issued = await tokens.CreateAsync(
            new NewTokenRequest
            {
                Name = "x",
                Description = "d",
                Scope = ["All"],
                Expiry = TokenExpiry.AtTime(new DateTimeOffset(2027, 1, 1, 1, 30, 0, TimeSpan.FromHours(2))),
            },
            default);

        Assert.Equal(["description", "expirationDate", "name", "scope"], _server.Request.Fields);
        Assert.Equal("2026-12-31T23:30:00.000Z", _server.Request.Json.GetProperty("expirationDate").GetString());
        Assert.Equal("the.actual.secret", SecretText.ToPlainText(issued.GetSecret()));
    }

    [Fact]
    public async Task Create_MonthsOrDuration_AreCountedFromNow()
    {
        _server.Json(Token, 201).Json(Token, 201);
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 30, 10, 0, 0, TimeSpan.Zero));
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Wegnology", time: clock)).Tokens;

        await tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = ["All"], Expiry = TokenExpiry.AfterMonths(3) }, default);
        await tokens.CreateAsync(
            new NewTokenRequest { Name = "x", Scope = ["All"], Expiry = TokenExpiry.AfterDuration(TimeSpan.FromDays(90)) }, default);

        Assert.Equal("2027-02-28T10:00:00.000Z", _server.Requests[0].Json.GetProperty("expirationDate").GetString());
        Assert.Equal("2027-02-28T10:00:00.000Z", _server.Requests[1].Json.GetProperty("expirationDate").GetString());
    }

    [Fact]
    public async Task Change_OneField_SendsOnlyThatField()
    {
        _server.Json(Token).Json(Token).Json(Token).Json(Token);
        ITokenService tokens = await TokensAsync();

        await tokens.RenameAsync(Id, "new", default);
        await tokens.SetEnabledAsync(Id, enabled: false, default);
        await tokens.SetEnabledAsync(Id, enabled: true, default);
        await tokens.UpdateAsync(Id, new TokenChanges { Description = "" }, default);

        Assert.All(_server.Requests, request => Assert.Equal(("PATCH", $"/me/tokens/{Id}"), (request.Method, request.Target)));
        Assert.Equal(
            ["""{"name":"new"}""", """{"status":"inactive"}""", """{"status":"active"}""", """{"description":""}"""],
            _server.Requests.Select(request => request.Body));
    }

    [Fact]
    public async Task Remove_Status200_Succeeds()
    {
        _server.Json("""{"success":true}""");
        ITokenService tokens = await TokensAsync();

        await tokens.RemoveAsync(Id, default);

        Assert.Equal(("DELETE", $"/me/tokens/{Id}"), (_server.Request.Method, _server.Request.Target));
    }

    [Fact]
    public async Task Create_ResponseWithoutSecret_ThrowsOrphanedToken()
    {
        _server.Json($$"""{"id":"{{Id}}","name":"x"}""", 201);
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAnyAsync<ApiTokenException>(
            () => tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = ["All"] }, default));

        Assert.Equal(("OrphanedToken", true), (error.ErrorId, error.OutcomeUnknown));
        Assert.Contains(Id, error.RecommendedAction);
    }

    [Fact]
    public async Task Login_Session_IsUsedForFurtherRequests()
    {
        _server.Json("""{"userId":"575ed70c7ae143cd83dc4aa9","token":"session.jwt.value"}""").Json(Token).Json(Token);
        TokenConnection connection = await TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = "Wegnology",
                BaseUri = _server.BaseUri,
                UserName = "admin@example.com",
                Password = SecretText.ToSecureString("pass\"word\n1"),
                OneTimePassword = "123456",
                SkipCheck = true,
            },
            CancellationToken.None);

        await connection.Tokens.GetAsync(Id, default);
        await connection.Tokens.GetAsync(Id, default);

        ReceivedRequest login = _server.Requests[0];
        Assert.Equal(("POST", "/auth/user"), (login.Method, login.Target));
        Assert.Null(login.Authorization);
        Assert.Equal("^1.24.5", login.Headers["Accept-Version"]);
        Assert.Equal(["email", "password", "twoFactorCode"], login.Fields);
        Assert.Equal("pass\"word\n1", login.Json.GetProperty("password").GetString());
        Assert.Equal("Bearer session.jwt.value", _server.Requests[1].Authorization);
        Assert.Equal("Bearer session.jwt.value", _server.Requests[2].Authorization);
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task Login_Fails_ThrowsAuthenticationErrorWithoutPassword()
    {
        _server.Json("""{"type":"Unauthorized","message":"Bad password hunter22hunter22 for admin"}""", 401);
        Task Connect() => TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = "Wegnology",
                BaseUri = _server.BaseUri,
                UserName = "admin",
                Password = SecretText.ToSecureString("hunter22hunter22"),
            },
            CancellationToken.None);

        var error = await Assert.ThrowsAsync<ApiTokenException>(Connect);

        Assert.Equal(ErrorKind.AuthenticationError, error.Kind);
        Assert.DoesNotContain("hunter22", error.ToString());
    }

    [Fact]
    public async Task Login_ConcurrentRequests_LogsInOnce()
    {
        _server.DefaultHandler = context =>
            ScriptedServer.WriteAsync(context, 200, context.Request.Path == "/auth/user" ? """{"token":"s.e.t"}""" : Token);
        TokenConnection connection = await TestConnections.ConnectWithPasswordAsync(_server, "Wegnology");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => connection.Tokens.GetAsync(Id, default)));

        Assert.Single(_server.Requests, request => request.Target == "/auth/user");
    }

    [Fact]
    public async Task ListPermissions_ReturnsPresetsAndScopes()
    {
        IReadOnlyList<TokenPermission> ofUser = await (await TokensAsync()).ListPermissionsAsync(default);
        IReadOnlyList<TokenPermission> ofInstance = await (await TokensAsync($"instance/{Owner}")).ListPermissionsAsync(default);

        Assert.Equal(["All", "ReadOnly", "Cli"], ofUser.Where(entry => entry.Kind == "Preset").Select(entry => entry.Value));
        Assert.Equal(["All", "ReadOnly"], ofInstance.Where(entry => entry.Kind == "Preset").Select(entry => entry.Value));
        Assert.Equal(417, ofUser.Count(entry => entry.Kind == "Scope"));
    }

    [Theory]
    [InlineData("https://api.losant.com", true)]
    [InlineData("https://api.app.wnology.io", false)]
    public async Task Validate_LosantScope_IsValidOnlyAtLosantAddress(string address, bool known)
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(new Uri(address), "Wegnology")).Tokens;
        var request = new NewTokenRequest { Name = "x", Scope = ["all.User.bounded"] };

        Assert.Equal(known, Record.Exception(() => tokens.Validate(request)) is null);
    }

    [Theory]
    [InlineData("5e00")]
    [InlineData("575ec7417ae143cd83dc4a9g")]
    [InlineData("575ec7417ae143cd83dc4a95 ")]
    [InlineData("575ec7417ae143cd83dc4a95\n")]
    public async Task Remove_InvalidId_ThrowsWithoutRequest(string id)
    {
        ITokenService tokens = await TokensAsync();

        Assert.False(tokens.IsId(id));
        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.RemoveAsync(id, default));
        Assert.Equal("InvalidId", error.ErrorId);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Update_DescriptionAboveMaximumLength_Throws()
    {
        _server.Json(Token);
        ITokenService tokens = await TokensAsync();

        await tokens.UpdateAsync(Id, new TokenChanges { Description = new string('x', 32767) }, default);
        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => tokens.UpdateAsync(Id, new TokenChanges { Description = new string('x', 32768) }, default));

        Assert.Equal("InvalidDescription", error.ErrorId);
        Assert.Single(_server.Requests);
    }

    private async Task<ITokenService> TokensAsync(string account = "user") =>
        (await TestConnections.ConnectAsync(_server, "Wegnology", account)).Tokens;
}
