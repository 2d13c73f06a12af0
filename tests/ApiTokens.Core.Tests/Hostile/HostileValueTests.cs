using System.Diagnostics;
using System.Text;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>Values that a service chooses: secrets that no header can have, long names, unknown levels, a password in an answer.</summary>
public sealed class HostileValueTests : IAsyncLifetime
{
    private const string Id = "575ec7417ae143cd83dc4a95";
    private const string Password = "correct-horse-battery";

    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public static TheoryData<string, string> Secrets => new()
    {
        { "escape sequence", "secret\\u001b[2Jvalue" },
        { "line break", "secret\\r\\nX-Header: y" },
        { "letters of other scripts", "секрет" },
        { "longer than a SecureString", new string('s', 70_000) },
    };

    [Theory]
    [MemberData(nameof(Secrets))]
    public async Task Create_SecretFitsNoHeader_ReportsTheToken(string kind, string secret)
    {
        _server.Json($$"""{"id":"{{Id}}","name":"ci","scope":["all.User"],"status":"active","token":"{{secret}}"}""");
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Wegnology")).Tokens;

        Exception? error = await Record.ExceptionAsync(
            () => tokens.CreateAsync(new NewTokenRequest { Name = "ci", Scope = ["ReadOnly"] }, default));

        Assert.True(error is OrphanedTokenException { Token.Id: Id }, $"{kind}: {error}");
    }

    [Theory]
    [MemberData(nameof(Secrets))]
    public async Task Login_SessionFitsNoHeader_IsInvalidResult(string kind, string secret)
    {
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 200, $$"""{"token":"{{secret}}","access":"{{secret}}"}""");
        foreach (string service in new[] { "Wegnology", "Gcore" })
        {
            string? account = service == "Gcore" ? "1" : null;
            ITokenService tokens = (await TestConnections.ConnectWithPasswordAsync(_server, service, account)).Tokens;

            Exception? error = await Record.ExceptionAsync(() => tokens.GetAsync(service == "Gcore" ? "7" : Id, default));

            Assert.True(error is ApiTokenException { Kind: ErrorKind.InvalidResult }, $"{service} {kind}: {error}");
            Assert.DoesNotContain("X-Header", error.ToString());
        }
    }

    [Theory]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    public async Task Error_PasswordOfLogin_IsMasked(string service)
    {
        string body = $$"""{"type":"Forbidden","message":"wrong {{Password}}","error":"wrong {{Password}}"}""";
        _server.DefaultHandler = context => context.Request.Path.Value!.Contains("auth")
            ? ScriptedServer.WriteAsync(context, 200, """{"token":"session-1","access":"session-1"}""")
            : ScriptedServer.WriteAsync(context, 403, body);
        ITokenService tokens = (await TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = service,
                Account = service == "Gcore" ? "1" : null,
                BaseUri = _server.BaseUri,
                UserName = "a",
                Password = SecretText.ToSecureString(Password),
                SkipCheck = true,
            },
            default)).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync(service == "Gcore" ? "7" : Id, default));

        Assert.DoesNotContain(Password, error.ToString());
    }

    [Fact]
    public async Task Token_NameOfMillionsOfCharacters_IsShortInMessages()
    {
        _server.Json($$"""{"id":"{{Id}}","name":"{{new string('x', 4_000_000)}}","status":"active"}""");
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Wegnology")).Tokens;

        ApiToken token = await tokens.GetAsync(Id, default);

        Assert.InRange(token.ToString().Length, Id.Length, 500);
        Assert.Contains(Id, token.ToString());
    }

    [Fact]
    public async Task Journal_NameOfMillionsOfCharacters_CanBeReadAgain()
    {
        string path = Path.Combine(Path.GetTempPath(), $"journal-{Guid.NewGuid():N}.jsonl");
        string record = $$"""{"id":"{{Id}}","name":"{{new string('x', 2_000_000)}}","status":"active"}""";
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 200, context.Request.Method == "GET" ? record : "{}");
        TokenConnection connection = await TestConnections.ConnectAsync(_server, "Wegnology");
        ApiToken token = await connection.Tokens.GetAsync(Id, default);
        try
        {
            using (JournalWriter journal = JournalWriter.Open(path, "Remove", [connection.AccountIdentity]))
            using (var runner = new TestRunner(1, journal))
            {
                runner.Add(new RemoveOperation(connection, token), _ => { });
                runner.Complete(_ => { });
            }

            using JournalWriter again = JournalWriter.Open(path, "Remove", [connection.AccountIdentity]);
            Assert.InRange(new FileInfo(path).Length, 1, 100_000);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("17")]
    [InlineData("read, full")]
    [InlineData("2")]
    public async Task Get_LevelIsNumberOrList_IsInvalidResult(string level)
    {
        _server.Json($$$"""{"id":"at_0123456789abcdefghij","userId":"u","status":"active","access":{"location":"{{{level}}}"}}""");
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "ApplicationUsers")).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync("at_0123456789abcdefghij", default));

        Assert.Equal(ErrorKind.InvalidResult, error.Kind);
    }

    [Theory]
    [InlineData("a-")]
    [InlineData("a1-")]
    [InlineData("eyJ")]
    [InlineData("eyJhbGciOi.")]
    [InlineData("1$0123456789abcdef")]
    [InlineData("token!a")]
    [InlineData("0123456789abcdef0123456789abcde ")]
    [InlineData("\u202E")]
    [InlineData("tk.")]
    public void Name_OfMillionsOfCharacters_IsMaskedInTime(string part)
    {
        string name = string.Concat(Enumerable.Repeat(part, 4_000_000 / part.Length)) + "!";
        long start = Stopwatch.GetTimestamp();

        _ = ForeignText.InMessage(name) + ForeignText.InView(name) + ForeignText.Argument(name);

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task List_OneByteAtATime_EndsInTimeout()
    {
        int sent = 0;
        _server.Handle(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("["));
            for (; sent < 200; sent++)
            {
                await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(sent % 2 == 0 ? " null" : ","));
                await context.Response.Body.FlushAsync();
                await Task.Delay(100, context.RequestAborted);
            }
        });
        ITokenService tokens = (await TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = "Gcore",
                Account = "1",
                BaseUri = _server.BaseUri,
                Secret = SecretText.ToSecureString(TestConnections.Secret),
                SkipCheck = true,
                Timeout = TimeSpan.FromSeconds(1),
            },
            default)).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

        Assert.Equal(ErrorKind.OperationTimeout, error.Kind);
        Assert.InRange(sent, 1, 60);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("1/../2")]
    [InlineData("1\\u001b[2J")]
    [InlineData("1?x=y")]
    public async Task Connect_AccountFromServiceIsPathOrText_IsRefusedOrEscaped(string account)
    {
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(
            context, 200, context.Request.Path.Value!.EndsWith("/me") ? $$"""{"id":"{{account}}","email":"e"}""" : "[]");
        Exception? error = await Record.ExceptionAsync(async () =>
        {
            TokenConnection connection = await TokenConnection.ConnectAsync(
                new ConnectionRequest
                {
                    Service = "Gcore",
                    BaseUri = _server.BaseUri,
                    Secret = SecretText.ToSecureString(TestConnections.Secret),
                },
                default);
            await connection.Tokens.ListAsync();
        });

        Assert.True(error is ApiTokenException, $"{error} {string.Join(" ", _server.Requests.Select(request => request.Target))}");
    }
}
