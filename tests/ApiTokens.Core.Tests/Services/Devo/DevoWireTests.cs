using System.Net;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.Devo;

public sealed class DevoWireTests : IAsyncLifetime
{
    private const string Token = """
        {"id":3,"name":"test","scope":"table://*.** level://admin","owner":"admin@example.com","user":"jdoe@example.com",
         "audience":"apiv2-admin aggregations apiv2","token_type":"Bearer","active":true,"expiration":"2026-11-26T14:38:18.000+0000",
         "account":"acme","created":"2025-11-25T14:38:18.123+0000","updated":"2025-11-25T15:38:18.000+0000","expires_in_seconds":86400,"added_later":{"x":[1]}}
        """;

    private static readonly NewTokenRequest New = new() { Name = "ci", User = "jdoe@example.com", Audience = ["apiv2"] };

    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_account_is_escaped_into_the_path()
    {
        _server.Json("[]");
        ITokenService tokens = await TokensAsync("a/b c?d#e%2f");

        await tokens.ListAsync();

        Assert.Equal("/ws/accounts/a%2Fb%20c%3Fd%23e%252f/credentials/tokens", _server.Request.Target);
    }

    [Fact]
    public async Task A_child_domain_is_refused_with_the_name_to_use()
    {
        var error = await Assert.ThrowsAsync<ApiTokenException>(() => TokensAsync("child@parent"));

        Assert.Equal("InvalidAccount", error.ErrorId);
        Assert.Contains("'parent'", error.RecommendedAction);
    }

    [Fact]
    public async Task A_request_carries_the_bearer_secret_and_asks_for_json()
    {
        _server.Json("[]");
        ITokenService tokens = await TokensAsync();

        await tokens.ListAsync();

        Assert.Equal($"Bearer {Connecting.Secret}", _server.Request.Authorization);
        Assert.Equal("application/json", _server.Request.Headers["Accept"]);
    }

    [Fact]
    public async Task A_token_is_read_with_its_timestamps_and_unknown_fields_are_ignored()
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
    public async Task Not_active_is_expired_or_inactive_by_the_expiry(string active, string expiration, TokenStatus status)
    {
        _server.Json($$"""{"id":3,"name":"x","active":{{active}},"expiration":{{expiration}}}""");
        ITokenService tokens = await TokensAsync();

        Assert.Equal(status, (await tokens.GetAsync("3", default)).Status);
    }

    [Fact]
    public async Task A_create_sends_scopes_in_the_plural_and_nothing_that_devo_does_not_know()
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
    public async Task Without_a_scope_none_is_sent()
    {
        _server.Json("""{"id":3,"token":"abc"}""");
        ITokenService tokens = await TokensAsync();

        await tokens.CreateAsync(New, default);

        Assert.Equal(["audience", "name", "user"], _server.Request.Fields);
    }

    [Fact]
    public async Task Pairs_of_table_and_level_stay_pairs_when_the_level_is_the_same()
    {
        _server.Json("""{"id":3,"token":"abc"}""");
        ITokenService tokens = await TokensAsync();

        await tokens.CreateAsync(
            new NewTokenRequest { Name = "ci", User = "u", Audience = ["apiv2"], Scope = ["table://a level://admin", "table://b level://admin"] }, default);

        Assert.Equal("table://a level://admin table://b level://admin", _server.Request.Json.GetProperty("scopes").GetString());
    }

    [Fact]
    public async Task A_token_like_another_has_the_same_pairs()
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
    public async Task The_secret_is_read_under_any_of_its_names(string field)
    {
        _server.Json($$"""{"id":3,"name":"ci","{{field}}":"0123456789abcdef0123456789abcdef"}""");
        ITokenService tokens = await TokensAsync();

        IssuedToken issued = await tokens.CreateAsync(New, default);

        Assert.Equal("0123456789abcdef0123456789abcdef", SecretText.ToPlainText(issued.Secret));
    }

    [Fact]
    public async Task A_create_that_answers_without_the_secret_is_completed_by_reading_the_token()
    {
        _server.Json("""{"id":3,"name":"ci"}""").Json("""{"id":3,"name":"ci","token":"thesecret"}""");
        ITokenService tokens = await TokensAsync();

        IssuedToken issued = await tokens.CreateAsync(New, default);

        Assert.Equal("thesecret", SecretText.ToPlainText(issued.Secret));
        Assert.Equal("/ws/accounts/acme/credentials/tokens/3", _server.Requests[1].Target);
    }

    [Fact]
    public async Task A_masked_secret_is_no_secret()
    {
        _server.Json("""{"id":3,"name":"ci","token":"tk.abcdef.12345"}""");
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetWithSecretAsync("3", default));

        Assert.Equal("SecretNotShown", error.ErrorId);
    }

    [Fact]
    public async Task A_create_that_answers_with_a_masked_secret_delivers_no_mask_as_the_secret()
    {
        _server.Json("""{"id":3,"name":"ci","token":"tk.abcdef.12345"}""").Json("""{"id":3,"name":"ci","token":"tk.abcdef.12345"}""");
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAnyAsync<ApiTokenException>(() => tokens.CreateAsync(New, default));

        Assert.Equal("OrphanedToken", error.ErrorId);
    }

    [Fact]
    public async Task A_create_whose_secret_cannot_be_read_says_that_the_token_exists()
    {
        _server.Json("""{"id":3,"name":"ci"}""").Answer(403);
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAnyAsync<ApiTokenException>(() => tokens.CreateAsync(New, default));

        Assert.Equal(("OrphanedToken", true), (error.ErrorId, error.OutcomeUnknown));
        Assert.Contains("'ci' (3)", error.Message);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(202)]
    public async Task Any_2xx_is_success(int status)
    {
        _server.Answer(status, """{"id":3,"token":"abc"}""").Answer(status).Answer(status);
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
    public async Task Enabling_succeeds_whatever_the_answer_holds(int status, string body)
    {
        _server.Answer(status, body);
        ITokenService tokens = await TokensAsync();

        ApiToken? token = await tokens.SetEnabledAsync("3", enabled: true, default);

        Assert.Null(token);
        Assert.Equal(("PUT", "/ws/accounts/acme/credentials/tokens/3/enable", ""), (_server.Request.Method, _server.Request.Target, _server.Request.Body));
    }

    [Fact]
    public async Task Disabling_and_renaming_have_paths_of_their_own()
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
    public async Task An_error_carries_devos_words_and_its_correlation_id()
    {
        _server.Answer(400, """{"error":{"code":400,"message":"Invalid required value: user"}}""", headers: ("x-devo-cid", "cid-1"));
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.CreateAsync(New, default));

        Assert.Contains("Invalid required value: user", error.Message);
        Assert.Equal(("cid-1", HttpStatusCode.BadRequest, ErrorKind.InvalidData), (error.CorrelationId, error.StatusCode!.Value, error.Kind));
    }

    [Fact]
    public async Task A_list_without_order_or_with_nulls_is_taken_as_it_is()
    {
        _server.Json("""[{"id":9,"name":"b","active":true},null,{"id":"2","name":null}]""");
        ITokenService tokens = await TokensAsync();

        Assert.Equal(["9", "2"], (await tokens.ListAsync()).Select(token => token.Id));
    }

    [Fact]
    public async Task A_token_without_an_id_is_an_invalid_result()
    {
        _server.Json("""[{"name":"b"}]""");
        ITokenService tokens = await TokensAsync();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

        Assert.Equal(ErrorKind.InvalidResult, error.Kind);
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "no user", "InvalidUser" },
        { "no audience", "InvalidAudience" },
        { "bad audience", "InvalidAudience" },
        { "table alone", "InvalidScope" },
        { "level alone", "InvalidScope" },
        { "no uri", "InvalidScope" },
        { "empty name", "InvalidName" },
        { "long name", "InvalidName" },
        { "line break", "InvalidName" },
        { "role", "InvalidRole" },
        { "access", "InvalidAccess" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_devo_would_refuse_is_refused_by_the_parameters_name(string what, string id)
    {
        ITokenService tokens = await TokensAsync();
        NewTokenRequest request = what switch
        {
            "no user" => new() { Name = "x", Audience = ["apiv2"] },
            "no audience" => new() { Name = "x", User = "u" },
            "bad audience" => new() { Name = "x", User = "u", Audience = ["https://x"] },
            "table alone" => new() { Name = "x", User = "u", Audience = ["apiv2"], Scope = ["table://a"] },
            "level alone" => new() { Name = "x", User = "u", Audience = ["apiv2"], Scope = ["level://admin"] },
            "no uri" => new() { Name = "x", User = "u", Audience = ["apiv2"], Scope = ["all.User"] },
            "empty name" => new() { Name = " ", User = "u", Audience = ["apiv2"] },
            "long name" => new() { Name = new string('x', 256), User = "u", Audience = ["apiv2"] },
            "line break" => new() { Name = "a\nb", User = "u", Audience = ["apiv2"] },
            "role" => new() { Name = "x", User = "u", Audience = ["apiv2"], Role = "Users" },
            _ => new() { Name = "x", User = "u", Audience = ["apiv2"], Access = new Dictionary<string, AccessLevel> { ["a"] = AccessLevel.Read } },
        };

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.CreateAsync(request, default));

        Assert.Equal((id, ErrorKind.InvalidArgument), (error.ErrorId, error.Kind));
        Assert.Empty(_server.Requests);
    }

    private async Task<ITokenService> TokensAsync(string account = "acme") => (await Connecting.ToAsync(_server, "Devo", account)).Tokens;
}
