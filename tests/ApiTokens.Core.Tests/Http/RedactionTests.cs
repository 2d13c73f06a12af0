using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

public sealed class RedactionTests : IAsyncLifetime
{
    private const string Jwt =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI1NzVlZDcwYzdhZTE0M2NkODNkYzRhYTkifQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("Bad permanent token: 7711", "7711")]
    [InlineData("Bad permanent token: 7711$d3361a", "d3361a")]
    [InlineData("Bad token: 7711$d33...", "d33")]
    [InlineData("Bad token '7711$d3361b35f26d8c0ffee'", "d336")]
    [InlineData("token=7711$d3361b is bad", "d3361b")]
    [InlineData("token=d3361b35 is bad", "d3361b35")]
    [InlineData("at /tokens/d3361b35/x", "d3361b35")]
    [InlineData("APIKey-d3361b35", "d3361b35")]
    [InlineData("(6d8c0ffee)", "6d8c0ffee")]
    public async Task Error_PartOfCredential_IsMasked(string message, string leaked)
    {
        _server.Json($$"""{"message":"{{message}}"}""", 401);
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Gcore", secret: "7711$d3361b35f26d8c0ffee")).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

        Assert.Equal(ErrorKind.AuthenticationError, error.Kind);
        Assert.DoesNotContain(leaked, error.ToString());
        Assert.Contains("***", error.Message);
    }

    [Fact]
    public async Task Error_PartOfCredential_KeepsSurroundingText()
    {
        _server.Json("""{"message":"Bad permanent token: 7711$d3361b"}""", 401);
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Gcore", secret: "7711$d3361b35f26d8c0ffee")).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

        Assert.Contains("Bad permanent token: ***", error.Message);
    }

    [Theory]
    [InlineData(Jwt)]
    [InlineData("eyJhbGciOiJIUzI1NiJ9")]
    [InlineData("0123456789abcdef0123456789ABCDEF")]
    [InlineData("42_a1b2c3d4e5f6")]
    [InlineData("42$a1b2c3d4e5f6")]
    [InlineData("at1ZqWk3pXv9rLm2sTn8uYb4cDf6gHj0kEe5iAo7")]
    public void Redact_SecretFormat_IsMasked(string secret)
    {
        Assert.Equal("the value *** is wrong", ForeignText.Redact($"the value {secret} is wrong"));
        Assert.Equal("\"***\"", ForeignText.Redact($"\"{secret}\""));
    }

    [Theory]
    [InlineData("Application 575ec8687ae143cd83dc4a97 was not found")]
    [InlineData("API token 42 not found.")]
    [InlineData("Invalid required value: user")]
    [InlineData("scope must be one of userApiTokens.get, all.Application.read")]
    [InlineData("The field 'expiration_date_of_the_token_in_the_request_body' is not allowed")]
    [InlineData("2026-01-01T12:00:00.000Z")]
    public void Redact_IdNameOrDate_IsKept(string text)
    {
        Assert.Equal(text, ForeignText.Redact(text, SecretText.ToSecureString("0f1e2d3c4b5a69788796a5b4c3d2e1f0")));
    }

    [Theory]
    [InlineData(TestConnections.Secret)]
    [InlineData("cid-0f1e2d3c")]
    [InlineData("42_a1b2c3d4e5f60718293a4b5c")]
    [InlineData("a b")]
    [InlineData("a\u001b]0;owned\u0007")]
    public async Task CorrelationId_SecretOrOtherText_IsDropped(string value)
    {
        ApiTokenException error = await ErrorWithCorrelationIdAsync(value);

        Assert.Equal(ErrorKind.ObjectNotFound, error.Kind);
        Assert.Null(error.CorrelationId);
    }

    [Theory]
    [InlineData("b1946ac9-2492-4d23-87f2-3a5c1e1b7c11")]
    [InlineData("req:17.a_b")]
    public async Task CorrelationId_InItsFormat_IsKept(string value) =>
        Assert.Equal(value, (await ErrorWithCorrelationIdAsync(value)).CorrelationId);

    [Fact]
    public async Task Error_CauseQuotesResponse_HasNoSecretOrEscape()
    {
        await using var server = new RawServer();
        for (int i = 0; i < 10; i++)
        {
            server.Write($"HTTP/1.1 200 OK\r\nbad header {TestConnections.Secret} \u001b]0;owned\u0007\r\n\r\n");
        }

        TokenConnection connection = await TestConnections.ConnectAsync(server.BaseUri, "Devo");
        var error = await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.ListAsync());

        Assert.Contains("bad header", error.ToString());
        Assert.DoesNotContain(TestConnections.Secret, error.ToString());
        Assert.DoesNotContain('\u001b', error.ToString());
    }

    [Fact]
    public void Exception_WithSecretInCause_IsReplaced()
    {
        var cause = new InvalidOperationException("outer", new IOException($"'/home/{TestConnections.Secret}' not found \u202e"));

        var error = new ApiTokenException(ErrorKind.InvalidOperation, "The file cannot be opened.", inner: cause);

        Assert.Contains("System.IO.IOException: '/home/***' not found \uFFFD", error.ToString());
        Assert.Equal("InvalidOperationException: outer", error.InnerException!.Message);
        Assert.Null(error.InnerException.InnerException);
    }

    private static async Task<ApiTokenException> ErrorWithCorrelationIdAsync(string value)
    {
        await using var server = new RawServer();
        server.Write($"HTTP/1.1 404 Not Found\r\nx-devo-cid: {value}\r\nContent-Length: 0\r\n\r\n");
        TokenConnection connection = await TestConnections.ConnectAsync(server.BaseUri, "Devo");
        return await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.ListAsync());
    }

    [Fact]
    public async Task Create_ErrorEchoesSecret_MasksIt()
    {
        _server.Json($$"""{"type":"Validation","message":"bad header Bearer {{Jwt}}"}""", 400);
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Wegnology", secret: Jwt)).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = ["All"] }, default));

        Assert.DoesNotContain("eyJ", error.ToString());
        Assert.DoesNotContain("dBjft", error.ToString());
    }

    [Fact]
    public async Task Error_LoginSession_IsMasked()
    {
        _server.Json("""{"access":"session-secret-1234","refresh":"r"}""").Json("""{"message":"unknown: session-secret"}""", 401);
        TokenConnection connection = await TestConnections.ConnectWithPasswordAsync(_server, "Gcore", "456");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.ListAsync());

        Assert.DoesNotContain("session-secret", error.ToString());
    }

    [Theory]
    [InlineData("hunter22\r\nX-Evil: 1")]
    [InlineData("hunter22\n")]
    [InlineData("hunter22 hunter23")]
    [InlineData("hunter22\u0000")]
    [InlineData("hunter22\u00e9")]
    [InlineData("")]
    public async Task Connect_SecretInvalidInHeader_ThrowsWithoutQuotingIt(string secret)
    {
        foreach (string service in ServiceCatalog.All.Select(definition => definition.Name))
        {
            var error = await Assert.ThrowsAsync<ApiTokenException>(
                () => TokenConnection.ConnectAsync(TestConnections.Request(_server.BaseUri, service, secret: secret), default));

            Assert.Equal("InvalidToken", error.ErrorId);
            Assert.DoesNotContain("hunter22", error.ToString());
        }

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Connect_MissingOrAmbiguousCredential_Throws()
    {
        ConnectionRequest none = new() { Service = "Gcore", BaseUri = _server.BaseUri };
        ConnectionRequest both = new()
        {
            Service = "Gcore",
            BaseUri = _server.BaseUri,
            Secret = SecretText.ToSecureString("x"),
            UserName = "a",
            Password = SecretText.ToSecureString("p"),
        };
        ConnectionRequest incomplete = new() { Service = "Gcore", BaseUri = _server.BaseUri, UserName = "a" };

        foreach (ConnectionRequest request in (ConnectionRequest[])[none, both, incomplete])
        {
            var error = await Assert.ThrowsAsync<ApiTokenException>(() => TokenConnection.ConnectAsync(request, default));
            Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
        }

        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("Devo")]
    [InlineData("ApplicationUsers")]
    public async Task Connect_PasswordForServiceWithoutLogin_Throws(string service)
    {
        var error = await Assert.ThrowsAsync<ApiTokenException>(() => TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = service,
                Account = "a",
                BaseUri = _server.BaseUri,
                UserName = "a",
                Password = SecretText.ToSecureString("hunter22"),
            },
            default));

        Assert.Equal("InvalidCredential", error.ErrorId);
        Assert.DoesNotContain("hunter22", error.ToString());
    }

    [Fact]
    public async Task ToStringAndJson_ConnectionAndToken_ContainNoSecret()
    {
        _server.Json($$"""{"id":"575ec7417ae143cd83dc4a95","name":"x","token":"{{Jwt}}"}""", 201);
        TokenConnection connection = await TestConnections.ConnectAsync(_server, "Wegnology");

        IssuedToken issued = await connection.Tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = ["All"] }, default);

        Assert.DoesNotContain("eyJ", issued.ToString());
        Assert.DoesNotContain(TestConnections.Secret, connection.ToString());
        Assert.DoesNotContain("eyJ", System.Text.Json.JsonSerializer.Serialize<ApiToken>(issued));
    }
}
