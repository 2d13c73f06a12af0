using System.Text;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;
using ApiTokens.Services;
using ApiTokens.Services.Devo;
using Microsoft.AspNetCore.Http;

namespace ApiTokens.Core.Tests.Http;

/// <summary>Responses that are invalid, too large or incomplete.</summary>
public sealed class ResponseTests : IAsyncLifetime
{
    private readonly TestTimeProvider _clock = TestConnections.CreateSkippingClock();
    private ScriptedServer _server = null!;
    private ITokenService _tokens = null!;

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _tokens = (await TestConnections.ConnectAsync(_server, "Devo", time: _clock)).Tokens;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("<html><body>Welcome, secret-of-the-page</body></html>", "text/html")]
    [InlineData("{\"id\":3,", "application/json")]
    [InlineData("", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData("null", "application/json")]
    [InlineData("""{"id":3,"expiration":"yesterday"}""", "application/json")]
    [InlineData("""{"id":{"secret-of-the-page":1}}""", "application/json")]
    public async Task Get_UnexpectedBody_ThrowsInvalidResultWithoutQuotingIt(string body, string type)
    {
        _server.Respond(200, body, type);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync("3", default));

        Assert.Equal((ErrorKind.InvalidResult, "InvalidResult"), (error.Kind, error.ErrorId));
        Assert.DoesNotContain("secret-of-the-page", error.ToString());
        Assert.Contains("BaseUri", error.RecommendedAction);
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("<html></html>")]
    [InlineData("""[{"id":1},{"id":2""")]
    [InlineData("""{"items":[]}""")]
    [InlineData("")]
    public async Task List_UnexpectedBody_ThrowsInvalidResult(string body)
    {
        _server.Respond(200, body);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.ListAsync());

        Assert.Equal(ErrorKind.InvalidResult, error.Kind);
    }

    [Fact]
    public async Task Create_UnreadableResponse_ReportsUnknownOutcome()
    {
        _server.Respond(200, "<html></html>");

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => _tokens.CreateAsync(new NewTokenRequest
            {
                Name = "x",
                User = "u",
                Audience = ["apiv2"],
                Scope = ["table://my.app.**", "level://admin"],
            }, default));

        Assert.True(error.OutcomeUnknown);
    }

    [Fact]
    public async Task Response_OneByteAboveLimit_Throws()
    {
        string body = $$"""{"id":3,"name":"{{new string('x', 1000)}}"}""";
        _server.Json(body).Json(body);
        ServiceClient client = Client();

        DevoTokenWire wire = await client.GetAsync(Read(body.Length), DevoJson.Default.DevoTokenWire, default);
        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => client.GetAsync(Read(body.Length - 1), DevoJson.Default.DevoTokenWire, default));

        Assert.Equal("3", wire.Id);
        Assert.Equal(ErrorKind.InvalidResult, error.Kind);
        Assert.Contains("larger than", error.Message);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task Response_Compressed_IsLimitedByDecompressedSize()
    {
        _server.Handle(async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new System.IO.Compression.GZipStream(
                context.Response.Body, System.IO.Compression.CompressionLevel.Fastest);
            await gzip.WriteAsync(Encoding.UTF8.GetBytes($"{{\"id\":3,\"name\":\"{new string('x', 1_000_000)}\"}}"));
        });

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => Client().GetAsync(Read(100_000), DevoJson.Default.DevoTokenWire, default));

        Assert.Contains("larger than", error.Message);
    }

    [Fact]
    public async Task Response_Endless_IsAbortedAtLimit()
    {
        var aborted = new TaskCompletionSource();
        _server.Handle(async context =>
        {
            try
            {
                context.Response.ContentType = "application/json";
                byte[] chunk = Encoding.UTF8.GetBytes(new string(' ', 16 * 1024));
                while (true)
                {
                    await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                }
            }
            catch (OperationCanceledException)
            {
                aborted.TrySetResult();
            }
        });

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => Client().GetAsync(Read(1_000_000), DevoJson.Default.DevoTokenWire, default));

        Assert.Equal(ErrorKind.InvalidResult, error.Kind);
        await aborted.Task;
    }

    [Fact]
    public async Task List_AboveLimit_ReturnsElementsAndThenThrows()
    {
        string body = "[" + string.Join(",", Enumerable.Range(1, 20_000).Select(id => $$"""{"id":{{id}},"name":"token"}""")) + "]";
        _server.Json(body);
        var seen = new List<string>();

        var error = await Assert.ThrowsAsync<ApiTokenException>(async () =>
        {
            await foreach (DevoTokenWire wire in Client().StreamAsync(Read(body.Length / 2), DevoJson.Default.DevoTokenWire, default))
            {
                seen.Add(wire.Id!);
            }
        });

        Assert.Equal(ErrorKind.InvalidResult, error.Kind);
        Assert.InRange(seen.Count, 1, 19_999);
    }

    [Fact]
    public async Task List_Incomplete_ReturnsElementsAsTheyArrive()
    {
        var rest = new TaskCompletionSource();
        _server.Handle(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("[" + string.Join(",", Enumerable.Range(1, 2_000).Select(id => $$"""{"id":{{id}}}""")));
            await context.Response.Body.FlushAsync();
            await rest.Task;
            await context.Response.WriteAsync(""",{"id":2001}]""");
        });

        await using IAsyncEnumerator<ApiToken> list = _tokens.ListAsync(TokenFilter.Existing, default).GetAsyncEnumerator();
        Assert.True(await list.MoveNextAsync());
        Assert.Equal("1", list.Current.Id);
        rest.SetResult();
        int count = 1;
        while (await list.MoveNextAsync())
        {
            count++;
        }

        Assert.Equal(2001, count);
    }

    [Fact]
    public async Task Get_TruncatedResponse_IsRetried()
    {
        await using var raw = new RawServer();
        raw.Write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"id\":3,")
            .Json("""{"id":3,"name":"complete"}""");
        ITokenService tokens = (await TestConnections.ConnectAsync(raw.BaseUri, "Devo", _clock)).Tokens;

        ApiToken token = await tokens.GetAsync("3", default);

        Assert.Equal("complete", token.Name);
        Assert.Equal(2, raw.Requests.Count);
    }

    [Fact]
    public async Task List_ConnectionLost_ThrowsConnectionErrorWithoutRetry()
    {
        await using var raw = new RawServer();
        raw.Write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n[{\"id\":1},{\"id\":2},");
        ITokenService tokens = (await TestConnections.ConnectAsync(raw.BaseUri, "Devo", _clock)).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

        Assert.Equal((ErrorKind.ConnectionError, false), (error.Kind, error.OutcomeUnknown));
        Assert.Single(raw.Requests);
    }

    [Theory]
    [InlineData("not gzip at all")]
    [InlineData("")]
    public async Task Response_FalseContentEncoding_ThrowsApiTokenException(string body)
    {
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 200, body, headers: ("Content-Encoding", "gzip"));

        await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync("3", default));
        await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.ListAsync());
    }

    [Fact]
    public async Task Get_ServerWithoutHttp_ThrowsConnectionError()
    {
        await using var raw = new RawServer();
        for (int i = 0; i < 6; i++)
        {
            raw.Write("SSH-2.0-OpenSSH_9.9\r\n");
        }

        ITokenService tokens = (await TestConnections.ConnectAsync(raw.BaseUri, "Devo", _clock)).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync("3", default));

        Assert.Equal(ErrorKind.ConnectionError, error.Kind);
    }

    private static ServiceRequest Read(int limit) => new(HttpMethod.Get, "x") { ResponseLimit = limit, Purpose = "read" };

    private ServiceClient Client() => new(
        new ServiceEndpoint { Service = "Devo", BaseUri = _server.BaseUri, Time = _clock, Timeout = TestConnections.LongTimeout },
        new SecretCredential("Bearer", SecretText.ToSecureString(TestConnections.Secret)));
}
