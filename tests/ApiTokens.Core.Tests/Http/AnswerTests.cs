using System.Text;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;
using ApiTokens.Services;
using ApiTokens.Services.Devo;
using Microsoft.AspNetCore.Http;

namespace ApiTokens.Core.Tests.Http;

/// <summary>Answers that cannot be what the service means.</summary>
public sealed class AnswerTests : IAsyncLifetime
{
    private readonly TestTimeProvider _clock = Connecting.Impatient();
    private ScriptedServer _server = null!;
    private ITokenService _tokens = null!;

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _tokens = (await Connecting.ToAsync(_server, "Devo", time: _clock)).Tokens;
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
    public async Task An_answer_that_is_not_the_json_expected_is_an_invalid_result_that_quotes_nothing(string body, string type)
    {
        _server.Answer(200, body, type);

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
    public async Task A_list_that_is_not_the_json_expected_is_an_invalid_result(string body)
    {
        _server.Answer(200, body);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.ListAsync());

        Assert.Equal(ErrorKind.InvalidResult, error.Kind);
    }

    [Fact]
    public async Task A_create_with_an_unreadable_answer_may_have_taken_effect()
    {
        _server.Answer(200, "<html></html>");

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => _tokens.CreateAsync(new NewTokenRequest { Name = "x", User = "u", Audience = ["apiv2"] }, default));

        Assert.True(error.OutcomeUnknown);
    }

    [Fact]
    public async Task An_answer_up_to_its_limit_is_read_and_one_byte_more_is_an_error()
    {
        string body = $$"""{"id":3,"name":"{{new string('x', 1000)}}"}""";
        _server.Json(body).Json(body);
        ServiceClient client = Client();

        DevoTokenWire wire = await client.GetAsync(Read(body.Length), DevoJson.Default.DevoTokenWire, default);
        var error = await Assert.ThrowsAsync<ApiTokenException>(() => client.GetAsync(Read(body.Length - 1), DevoJson.Default.DevoTokenWire, default));

        Assert.Equal("3", wire.Id);
        Assert.Equal(ErrorKind.InvalidResult, error.Kind);
        Assert.Contains("larger than", error.Message);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task The_limit_counts_what_a_compressed_answer_unpacks_to()
    {
        _server.Do(async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new System.IO.Compression.GZipStream(context.Response.Body, System.IO.Compression.CompressionLevel.Fastest);
            await gzip.WriteAsync(Encoding.UTF8.GetBytes($"{{\"id\":3,\"name\":\"{new string('x', 1_000_000)}\"}}"));
        });

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => Client().GetAsync(Read(100_000), DevoJson.Default.DevoTokenWire, default));

        Assert.Contains("larger than", error.Message);
    }

    [Fact]
    public async Task An_endless_answer_ends_at_its_limit()
    {
        var gone = new TaskCompletionSource();
        _server.Do(async context =>
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
                gone.TrySetResult();
            }
        });

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => Client().GetAsync(Read(1_000_000), DevoJson.Default.DevoTokenWire, default));

        Assert.Equal(ErrorKind.InvalidResult, error.Kind);
        await gone.Task;
    }

    [Fact]
    public async Task A_list_beyond_its_limit_gives_what_came_before_and_then_an_error()
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
    public async Task A_list_is_delivered_while_it_still_arrives()
    {
        var rest = new TaskCompletionSource();
        _server.Do(async context =>
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
    public async Task A_truncated_answer_is_read_again()
    {
        await using var raw = new RawServer();
        raw.Write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"id\":3,").Json("""{"id":3,"name":"whole"}""");
        ITokenService tokens = (await TokenConnection.ConnectAsync(Connecting.Request(raw.BaseUri, "Devo", time: _clock), default)).Tokens;

        ApiToken token = await tokens.GetAsync("3", default);

        Assert.Equal("whole", token.Name);
        Assert.Equal(2, raw.Requests.Count);
    }

    [Fact]
    public async Task A_list_that_breaks_off_is_a_connection_error_after_what_came_before()
    {
        await using var raw = new RawServer();
        raw.Write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n[{\"id\":1},{\"id\":2},");
        ITokenService tokens = (await TokenConnection.ConnectAsync(Connecting.Request(raw.BaseUri, "Devo", time: _clock), default)).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

        Assert.Equal((ErrorKind.ConnectionError, false), (error.Kind, error.OutcomeUnknown));
        Assert.Single(raw.Requests);
    }

    [Theory]
    [InlineData("not gzip at all")]
    [InlineData("")]
    public async Task An_answer_that_only_claims_to_be_compressed_is_an_error_of_ours(string body)
    {
        _server.Otherwise = context => ScriptedServer.WriteAsync(context, 200, body, headers: ("Content-Encoding", "gzip"));

        await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync("3", default));
        await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.ListAsync());
    }

    [Fact]
    public async Task What_does_not_speak_http_is_a_connection_error()
    {
        await using var raw = new RawServer();
        for (int i = 0; i < 6; i++)
        {
            raw.Write("SSH-2.0-OpenSSH_9.9\r\n");
        }

        ITokenService tokens = (await TokenConnection.ConnectAsync(Connecting.Request(raw.BaseUri, "Devo", time: _clock), default)).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync("3", default));

        Assert.Equal(ErrorKind.ConnectionError, error.Kind);
    }

    private static ServiceRequest Read(int limit) => new(HttpMethod.Get, "x") { ResponseLimit = limit, Purpose = "read" };

    private ServiceClient Client() => new(
        new ServiceEndpoint { Service = "Devo", BaseUri = _server.BaseUri, Time = _clock, Timeout = Connecting.LongTimeout },
        new SecretCredential("Bearer", SecretText.ToSecureString(Connecting.Secret)));
}
