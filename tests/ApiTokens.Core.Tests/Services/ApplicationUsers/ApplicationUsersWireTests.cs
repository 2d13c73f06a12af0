using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.ApplicationUsers;

public sealed class ApplicationUsersWireTests : IAsyncLifetime
{
    private const string Id = "at_0123456789abcdefghij";

    private const string Token = """
        {"id":"at_0123456789abcdefghij","userId":"jdoe","site":"acme","name":null,"status":"active","access":{"location":"read",
        "vendor":"none"},
         "expirationMonths":12,"createdAt":"2026-01-31T12:00:00.000Z","createdBy":"admin","expiresAt":"2027-01-31T12:00:00.000Z",
         "regeneratedAt":null,"revokedAt":null,"lastUsedAt":null,"secret":"thesecret"}
        """;

    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Create_NoExpiry_PostsSixMonthsToTokensOfUser()
    {
        _server.Json(Token, 201);

        IssuedToken issued = await (await TokensAsync("a/b")).CreateAsync(new NewTokenRequest { User = "j/doe?" }, default);

        Assert.Equal(("POST", "/sites/a%2Fb/users/j%2Fdoe%3F/tokens"), (_server.Request.Method, _server.Request.Target));
        Assert.Equal("""{"expirationMonths":6}""", _server.Request.Body);
        Assert.Equal("thesecret", SecretText.ToPlainText(issued.GetSecret()));
        Assert.Equal(AccessLevel.Read, issued.Access!["location"]);
    }

    [Fact]
    public async Task Create_AccessLevels_AreSentInLowerCase()
    {
        _server.Json(Token, 201);

        await (await TokensAsync()).CreateAsync(
            new NewTokenRequest
            {
                Name = "ci",
                User = "jdoe",
                Expiry = TokenExpiry.AfterMonths(12),
                ApplyToAll = AccessLevel.Read,
                Access = new Dictionary<string, AccessLevel> { ["vendor"] = AccessLevel.Full, ["budget"] = AccessLevel.None },
            },
            default);

        Assert.Equal(
            """{"name":"ci","expirationMonths":12,"access":{"vendor":"full","budget":"none"},"applyToAll":"read"}""", _server.Request.Body);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    public async Task RemoveAll_DotSegmentAsUser_ThrowsWithoutRequest(string user)
    {
        ITokenService tokens = await TokensAsync();

        await Assert.ThrowsAsync<ApiTokenException>(() => tokens.RemoveAllAsync(user, default));

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task List_UserAndStatus_AreSentWithPagesFromOne()
    {
        _server.Json("""{"items":[],"pageNumber":1,"pageSize":1000,"totalCount":0}""");

        await (await TokensAsync()).ListAsync(new TokenFilter { Users = [new NamePattern("j doe")], Statuses = [TokenStatus.Expired] });

        Assert.Equal("/sites/acme/tokens?userId=j%20doe&status=expired&pageNumber=1&pageSize=1000", _server.Request.Target);
    }

    [Fact]
    public async Task RenameAndUpdate_Changes_ArePatchesOfChangedFields()
    {
        _server.Json(Token).Json(Token).Json(Token);
        ITokenService tokens = await TokensAsync();

        await tokens.RenameAsync(Id, "new", default);
        await tokens.UpdateAsync(
            Id, new TokenChanges { Access = new Dictionary<string, AccessLevel> { ["vendor"] = AccessLevel.None } }, default);
        await tokens.UpdateAsync(Id, new TokenChanges { ApplyToAll = AccessLevel.Full }, default);

        Assert.All(_server.Requests, request => Assert.Equal(("PATCH", $"/sites/acme/tokens/{Id}"), (request.Method, request.Target)));
        Assert.Equal(
            [
                """{"name":"new"}""", """{"access":{"vendor":"none"}}""", """{"applyToAll":"full"}""",
            ],
            _server.Requests.Select(request => request.Body));
    }

    [Fact]
    public async Task Regenerate_NoMonths_KeepsMonthsOfToken()
    {
        _server.Json(Token).Json(Token);

        IssuedToken regenerated = await (await TokensAsync()).RegenerateAsync(Id, TokenExpiry.ServiceDefault, default);

        Assert.Equal(["GET", "POST"], _server.Requests.Select(request => request.Method));
        Assert.Equal($"/sites/acme/tokens/{Id}/regenerate", _server.Requests[1].Target);
        Assert.Equal("""{"expirationMonths":12}""", _server.Requests[1].Body);
        Assert.Equal("thesecret", SecretText.ToPlainText(regenerated.GetSecret()));
    }

    [Fact]
    public async Task Regenerate_Months_AreSent()
    {
        _server.Json(Token);

        await (await TokensAsync()).RegenerateAsync(Id, TokenExpiry.AfterMonths(3), default);

        Assert.Equal("""{"expirationMonths":3}""", _server.Request.Body);
    }

    [Fact]
    public async Task Remove_TokenOrUser_PostsRevoke()
    {
        _server.Json(Token).Json("""{"revoked":["at_1","at_2"]}""");
        ITokenService tokens = await TokensAsync();

        await tokens.RemoveAsync(Id, default);
        IReadOnlyList<string> removed = await tokens.RemoveAllAsync("jdoe", default);

        Assert.Equal(
            [$"POST /sites/acme/tokens/{Id}/revoke", "POST /sites/acme/users/jdoe/tokens/revoke"],
            _server.Requests.Select(request => $"{request.Method} {request.Target}"));
        Assert.Equal(["at_1", "at_2"], removed);
    }

    [Fact]
    public async Task Error_ProblemDetails_AreQuoted()
    {
        _server.Respond(
            409,
            """{"type":"urn:x","title":"Token is revoked","status":409,"detail":"A revoked token cannot be changed."}""",
            "application/problem+json");
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.RenameAsync(Id, "x", default));

        Assert.Equal(ErrorKind.ResourceExists, error.Kind);
        Assert.Contains("A revoked token cannot be changed", error.Message);
    }

    [Theory]
    [InlineData("active", "\"2026-01-01T00:00:00Z\"", "2999-01-01T00:00:00Z", TokenStatus.Revoked)]
    [InlineData("revoked", "null", "2001-01-01T00:00:00Z", TokenStatus.Revoked)]
    [InlineData("expired", "null", "2999-01-01T00:00:00Z", TokenStatus.Expired)]
    [InlineData("active", "null", "2001-01-01T00:00:00Z", TokenStatus.Expired)]
    [InlineData("active", "null", "2999-01-01T00:00:00Z", TokenStatus.Active)]
    public async Task Status_RevokedExpiredAndActive_HavePrecedence(string status, string revoked, string expires, TokenStatus expected)
    {
        _server.Json($$"""{"id":"{{Id}}","status":"{{status}}","revokedAt":{{revoked}},"expiresAt":"{{expires}}"}""");

        Assert.Equal(expected, (await (await TokensAsync()).GetAsync(Id, default)).Status);
    }

    [Fact]
    public async Task Get_UnknownAccessLevel_ThrowsInvalidResult()
    {
        _server.Json($$"""{"access":{"vendor":"owner"},"id":"{{Id}}"}""");
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync(Id, default));

        Assert.Equal(ErrorKind.InvalidResult, error.Kind);
    }

    [Fact]
    public async Task Create_NoUser_ThrowsWithoutRequest()
    {
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.CreateAsync(new NewTokenRequest { Name = "x" }, default));

        Assert.Equal("InvalidUser", error.ErrorId);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Connect_NoSiteOrAddress_Throws()
    {
        var noSite = await Assert.ThrowsAsync<ApiTokenException>(() => TokensAsync(" "));
        var noAddress = await Assert.ThrowsAsync<ApiTokenException>(() => TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = "ApplicationUsers",
                Account = "acme",
                Secret = SecretText.ToSecureString("x"),
            },
            CancellationToken.None));

        Assert.Equal("InvalidAccount", noSite.ErrorId);
        Assert.Equal("InvalidBaseUri", noAddress.ErrorId);
    }

    [Fact]
    public async Task ListPermissions_ReturnsApisOfService()
    {
        _server.Json("""[{"code":"location","name":"Location"},{"name":"nameless"}]""");

        TokenPermission api = Assert.Single(await (await TokensAsync()).ListPermissionsAsync(default));

        Assert.Equal(("Api", "location", "Location"), (api.Kind, api.Value, api.Description));
        Assert.Equal("/sites/acme/apis", _server.Request.Target);
    }

    private async Task<ITokenService> TokensAsync(string site = "acme") =>
        (await TestConnections.ConnectAsync(_server, "ApplicationUsers", site)).Tokens;
}
