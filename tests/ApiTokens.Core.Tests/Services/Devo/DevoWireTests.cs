using System.Net;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.Devo;

public sealed class DevoWireTests : IAsyncLifetime
{
    private const string Token = """
        {"id":3,"name":"test","scope":"table://*.** level://admin","owner":"admin@example.com","user":"jdoe@example.com",
         "audience":"apiv2-admin aggregations apiv2","token_type":"Bearer","active":true,"expiration":"2026-11-26T14:38:18.000+0000",
         "account":"acme","created":"2025-11-25T14:38:18.123+0000","updated":"2025-11-25T15:38:18.000+0000","expires_in_seconds":86400,
         "added_later":{"x":[1]}}
        """;

    private static readonly NewTokenRequest New = new()
    {
        Name = "ci",
        User = "jdoe@example.com",
        Audience = ["apiv2"],
        Scope = ["table://my.app.**", "level://admin"],
    };

    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task List_AccountWithSpecialCharacters_IsEscapedInPath()
    {
        _server.Json("[]");
        ITokenService tokens = await TokensAsync("a/b c?d#e%2f");

        await tokens.ListAsync();

        Assert.Equal("/ws/accounts/a%2Fb%20c%3Fd%23e%252f/credentials/tokens", _server.Request.Target);
    }

    [Fact]
    public async Task Connect_ChildDomain_ThrowsAndRecommendsParent()
    {
        var error = await Assert.ThrowsAsync<ApiTokenException>(() => TokensAsync("child@parent"));

        Assert.Equal("InvalidAccount", error.ErrorId);
        Assert.Contains("'parent'", error.RecommendedAction);
    }

    [Fact]
    public async Task List_Request_HasBearerSecretAndAcceptsJson()
    {
        _server.Json("[]");
        ITokenService tokens = await TokensAsync();

        await tokens.ListAsync();

        Assert.Equal($"Bearer {TestConnections.Secret}", _server.Request.Authorization);
        Assert.Equal("application/json", _server.Request.Headers["Accept"]);
    }

    [Fact]
    public async Task Get_Token_ReadsTimestampsAndIgnoresUnknownFields()
    {
        _server.Json(Token);
        ITokenService tokens = await TokensAsync();

        ApiToken token = await tokens.GetAsync("3", default);

        Assert.Equal("/ws/accounts/acme/credentials/tokens/3", _server.Request.Target);
        Assert.Equal(("3", "test", "acme", "Devo", "devo"), (token.Id, token.Name, token.Account, token.Service, token.Connection));
        Assert.Equal(("jdoe@example.com", "admin@example.com"), (token.Owner, token.Issuer));
        Assert.Equal(["apiv2-admin", "aggregations", "apiv2"], token.Audience);
        Assert.Equal(new DateTimeOffset(2026, 11, 26, 14, 38, 18, TimeSpan.Zero), token.ExpiresAt);
        Assert.Equal(new DateTimeOffset(2025, 11, 25, 14, 38, 18, 123, TimeSpan.Zero), token.CreatedAt);
        Assert.Equal(new DateTimeOffset(2025, 11, 25, 15, 38, 18, TimeSpan.Zero), token.UpdatedAt);
        Assert.Equal(TokenStatus.Active, token.Status);
    }

    [Theory]
    [InlineData("true", "\"2000-01-01T00:00:00.000+0000\"", TokenStatus.Active)]
    [InlineData("false", "\"2000-01-01T00:00:00.000+0000\"", TokenStatus.Expired)]
    [InlineData("false", "\"2999-01-01T00:00:00.000+0000\"", TokenStatus.Inactive)]
    [InlineData("false", "null", TokenStatus.Inactive)]
    public async Task Status_NotActive_DependsOnExpiry(string active, string expiration, TokenStatus status)
    {
        _server.Json($$"""{"id":3,"name":"x","active":{{active}},"expiration":{{expiration}}}""");
        ITokenService tokens = await TokensAsync();

        Assert.Equal(status, (await tokens.GetAsync("3", default)).Status);
    }

    [Fact]
    public async Task Create_Request_SendsOnlyKnownFields()
    {
        _server.Json(Token.Replace("\"id\":3", "\"token\":\"abc\",\"id\":3"), 201);
        ITokenService tokens = await TokensAsync();

        await tokens.CreateAsync(
            new NewTokenRequest
            {
                Name = "ci",
                User = "jdoe@example.com",
                Audience = ["apiv2 http", "alerts"],
                Scope = ["table://my.app.** level://admin"],
            },
            default);

        Assert.Equal("POST", _server.Request.Method);
        Assert.Equal("application/json", _server.Request.Headers["Content-Type"]);
        Assert.Equal(["audience", "name", "scopes", "user"], _server.Request.Fields);
        Assert.Equal("apiv2 http alerts", _server.Request.Json.GetProperty("audience").GetString());
        Assert.Equal("table://my.app.** level://admin", _server.Request.Json.GetProperty("scopes").GetString());
    }

    [Fact]
    public async Task Create_NoScope_ThrowsWithoutRequest()
    {
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => tokens.CreateAsync(new NewTokenRequest { Name = "ci", User = "u", Audience = ["apiv2"] }, default));

        Assert.Equal("InvalidScope", error.ErrorId);
        Assert.Contains("'table://*.** level://admin' covers every table", error.RecommendedAction);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Create_ScopesWithSameLevel_KeepsPairs()
    {
        _server.Json("""{"id":3,"token":"abc"}""");
        ITokenService tokens = await TokensAsync();

        await tokens.CreateAsync(
            new NewTokenRequest
            {
                Name = "ci",
                User = "u",
                Audience = ["apiv2"],
                Scope = ["table://a level://admin", "table://b level://admin"],
            },
            default);

        Assert.Equal("table://a level://admin table://b level://admin", _server.Request.Json.GetProperty("scopes").GetString());
    }

    [Fact]
    public async Task CreateSuccessorRequest_ScopesWithSameLevel_KeepsPairs()
    {
        _server.Json("""{"id":3,"name":"x","scope":"table://a level://admin table://b level://admin","user":"u","audience":"apiv2"}""")
            .Json("""{"id":4,"token":"abc"}""");
        ITokenService tokens = await TokensAsync();

        await tokens.CreateAsync(tokens.CreateSuccessorRequest(await tokens.GetAsync("3", default), TokenExpiry.ServiceDefault), default);

        Assert.Equal("table://a level://admin table://b level://admin", _server.Requests[1].Json.GetProperty("scopes").GetString());
    }

    [Theory]
    [InlineData("token")]
    [InlineData("access_token")]
    [InlineData("token_value")]
    [InlineData("value")]
    public async Task Create_SecretInAnyKnownField_IsRead(string field)
    {
        _server.Json($$"""{"id":3,"name":"ci","{{field}}":"0123456789abcdef0123456789abcdef"}""");
        ITokenService tokens = await TokensAsync();

        IssuedToken issued = await tokens.CreateAsync(New, default);

        Assert.Equal("0123456789abcdef0123456789abcdef", SecretText.ToPlainText(issued.GetSecret()));
    }

    [Fact]
    public async Task Create_ResponseWithoutSecret_ReadsToken()
    {
        _server.Json("""{"id":3,"name":"ci"}""").Json("""{"id":3,"name":"ci","token":"thesecret"}""");
        ITokenService tokens = await TokensAsync();

        IssuedToken issued = await tokens.CreateAsync(New, default);

        Assert.Equal("thesecret", SecretText.ToPlainText(issued.GetSecret()));
        Assert.Equal("/ws/accounts/acme/credentials/tokens/3", _server.Requests[1].Target);
    }

    [Fact]
    public async Task GetWithSecret_MaskedSecret_ThrowsSecretNotShown()
    {
        _server.Json("""{"id":3,"name":"ci","token":"tk.abcdef.12345"}""");
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetWithSecretAsync("3", default));

        Assert.Equal("SecretNotShown", error.ErrorId);
    }

    [Fact]
    public async Task Create_MaskedSecret_ThrowsOrphanedToken()
    {
        _server.Json("""{"id":3,"name":"ci","token":"tk.abcdef.12345"}""").Json("""{"id":3,"name":"ci","token":"tk.abcdef.12345"}""");
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAnyAsync<ApiTokenException>(() => tokens.CreateAsync(New, default));

        Assert.Equal("OrphanedToken", error.ErrorId);
    }

    [Fact]
    public async Task Create_SecretCannotBeRead_ThrowsOrphanedToken()
    {
        _server.Json("""{"id":3,"name":"ci"}""").Respond(403);
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAnyAsync<ApiTokenException>(() => tokens.CreateAsync(New, default));

        Assert.Equal(("OrphanedToken", true), (error.ErrorId, error.OutcomeUnknown));
        Assert.Contains("'ci' (3)", error.Message);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(202)]
    public async Task Write_Any2xxStatus_Succeeds(int status)
    {
        _server.Respond(status, """{"id":3,"token":"abc"}""").Respond(status).Respond(status);
        ITokenService tokens = await TokensAsync();

        await tokens.CreateAsync(New, default);
        await tokens.RemoveAsync("3", default);
        await tokens.RenameAsync("3", "x", default);

        Assert.Equal(3, _server.Requests.Count);
    }

    [Theory]
    [InlineData(204, "")]
    [InlineData(200, "")]
    [InlineData(200, "OK")]
    [InlineData(200, "true")]
    [InlineData(200, "{}")]
    public async Task Enable_AnyBody_Succeeds(int status, string body)
    {
        _server.Respond(status, body);
        ITokenService tokens = await TokensAsync();

        ApiToken? token = await tokens.SetEnabledAsync("3", enabled: true, default);

        Assert.Null(token);
        Assert.Equal(
            ("PUT", "/ws/accounts/acme/credentials/tokens/3/enable", ""),
            (_server.Request.Method, _server.Request.Target, _server.Request.Body));
    }

    [Fact]
    public async Task DisableAndRename_HaveOwnPaths()
    {
        _server.Json(Token).Json(Token);
        ITokenService tokens = await TokensAsync();

        ApiToken? disabled = await tokens.SetEnabledAsync("3", enabled: false, default);
        await tokens.RenameAsync("3", "new", default);

        Assert.Equal("3", disabled!.Id);
        Assert.Equal("/ws/accounts/acme/credentials/tokens/3/disable", _server.Requests[0].Target);
        Assert.Equal(("PUT", "/ws/accounts/acme/credentials/tokens/3/rename"), (_server.Requests[1].Method, _server.Requests[1].Target));
        Assert.Equal("""{"name":"new"}""", _server.Requests[1].Body);
    }

    [Fact]
    public async Task Error_FromDevo_HasItsMessageAndCorrelationId()
    {
        _server.Respond(400, """{"error":{"code":400,"message":"Invalid required value: user"}}""", headers: ("x-devo-cid", "cid-1"));
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.CreateAsync(New, default));

        Assert.Contains("Invalid required value: user", error.Message);
        Assert.Equal(
            ("cid-1", HttpStatusCode.BadRequest, ErrorKind.InvalidData), (error.CorrelationId, error.StatusCode!.Value, error.Kind));
    }

    [Fact]
    public async Task List_UnorderedWithNull_KeepsOrderAndSkipsNull()
    {
        _server.Json("""[{"id":9,"name":"b","active":true},null,{"id":"2","name":null}]""");
        ITokenService tokens = await TokensAsync();

        Assert.Equal(["9", "2"], (await tokens.ListAsync()).Select(token => token.Id));
    }

    [Fact]
    public async Task List_TokenWithoutId_ThrowsInvalidResult()
    {
        _server.Json("""[{"name":"b"}]""");
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

        Assert.Equal(ErrorKind.InvalidResult, error.Kind);
    }

    public static TheoryData<string, string> InvalidRequests => new()
    {
        { "no user", "InvalidUser" },
        { "no audience", "InvalidAudience" },
        { "bad audience", "InvalidAudience" },
        { "table without level", "InvalidScope" },
        { "level without table", "InvalidScope" },
        { "no uri", "InvalidScope" },
        { "empty name", "InvalidName" },
        { "long name", "InvalidName" },
        { "line break", "InvalidName" },
        { "role", "InvalidRole" },
        { "access", "InvalidAccess" },
    };

    [Theory]
    [MemberData(nameof(InvalidRequests))]
    public async Task Create_InvalidRequest_ThrowsWithFieldInErrorId(string defect, string id)
    {
        ITokenService tokens = await TokensAsync();
        NewTokenRequest request = defect switch
        {
            "no user" => new() { Name = "x", Audience = ["apiv2"] },
            "no audience" => new() { Name = "x", User = "u" },
            "bad audience" => new() { Name = "x", User = "u", Audience = ["https://x"] },
            "table without level" => new() { Name = "x", User = "u", Audience = ["apiv2"], Scope = ["table://a"] },
            "level without table" => new() { Name = "x", User = "u", Audience = ["apiv2"], Scope = ["level://admin"] },
            "no uri" => new() { Name = "x", User = "u", Audience = ["apiv2"], Scope = ["all.User"] },
            "empty name" => new() { Name = " ", User = "u", Audience = ["apiv2"], Scope = ["table://my.app.**", "level://admin"] },
            "long name" => new()
            {
                Name = new string('x', 256),
                User = "u",
                Audience = ["apiv2"],
                Scope = ["table://my.app.**", "level://admin"],
            },
            "line break" => new() { Name = "a\nb", User = "u", Audience = ["apiv2"], Scope = ["table://my.app.**", "level://admin"] },
            "role" => new() { Name = "x", User = "u", Audience = ["apiv2"], Role = "Users" },
            _ => new()
            {
                Name = "x",
                User = "u",
                Audience = ["apiv2"],
                Access = new Dictionary<string, AccessLevel> { ["a"] = AccessLevel.Read },
            },
        };

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.CreateAsync(request, default));

        Assert.Equal((id, ErrorKind.InvalidArgument), (error.ErrorId, error.Kind));
        Assert.Empty(_server.Requests);
    }

    private async Task<ITokenService> TokensAsync(string account = "acme") =>
        (await TestConnections.ConnectAsync(_server, "Devo", account)).Tokens;
}
