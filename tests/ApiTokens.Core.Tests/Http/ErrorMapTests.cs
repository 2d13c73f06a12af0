using System.Net;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

public sealed class ErrorMapTests : IAsyncLifetime
{
    private ScriptedServer _server = null!;
    private ITokenService _tokens = null!;

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _tokens = (await TestConnections.ConnectAsync(_server, "Devo")).Tokens;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(400, ErrorKind.InvalidData)]
    [InlineData(401, ErrorKind.AuthenticationError)]
    [InlineData(403, ErrorKind.PermissionDenied)]
    [InlineData(404, ErrorKind.ObjectNotFound)]
    [InlineData(405, ErrorKind.InvalidData)]
    [InlineData(408, ErrorKind.OperationTimeout)]
    [InlineData(409, ErrorKind.ResourceExists)]
    [InlineData(413, ErrorKind.InvalidData)]
    [InlineData(422, ErrorKind.InvalidData)]
    [InlineData(429, ErrorKind.LimitsExceeded)]
    [InlineData(500, ErrorKind.ConnectionError)]
    [InlineData(503, ErrorKind.ConnectionError)]
    [InlineData(511, ErrorKind.ConnectionError)]
    public async Task Error_Status_HasKindIdAndRecommendedAction(int status, ErrorKind kind)
    {
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, status, "<html>sorry</html>", "text/html");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync("3", default));

        Assert.Equal((kind, kind.ToString(), (HttpStatusCode)status), (error.Kind, error.ErrorId, error.StatusCode!.Value));
        Assert.False(string.IsNullOrWhiteSpace(error.RecommendedAction));
        Assert.Contains($"({status})", error.Message);
        Assert.Contains("read token 3", error.Message);
        Assert.DoesNotContain("sorry", error.Message);
    }

    [Fact]
    public async Task Error_AfterRetries_HasLastCorrelationId()
    {
        _server.DefaultHandler = context =>
            ScriptedServer.WriteAsync(context, 500, "", headers: ("x-devo-cid", $"cid-{_server.Requests.Count}"));

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync("3", default));

        Assert.Equal("cid-6", error.CorrelationId);
    }

    [Theory]
    [InlineData("""{"error":{"code":400,"message":"the message."}}""")]
    [InlineData("""{"error":"the message"}""")]
    [InlineData("""{"message":"the message"}""")]
    [InlineData("""{"error":{"message":["the message"]}}""")]
    public async Task Error_ServiceMessage_IsQuotedOnceWithOneFullStop(string body)
    {
        _server.Json(body, 400);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync("3", default));

        Assert.EndsWith("(400: the message).", error.Message);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("17")]
    [InlineData("null")]
    [InlineData("{\"error\":null}")]
    [InlineData("{\"error\":{\"message\":17}}")]
    [InlineData("{")]
    public async Task Error_AnyBody_KeepsStatus(string body)
    {
        foreach (string service in ServiceCatalog.All.Select(definition => definition.Name))
        {
            _server.Json(body, 403);
            ITokenService tokens = (await TestConnections.ConnectAsync(_server, service)).Tokens;

            var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

            Assert.Equal(ErrorKind.PermissionDenied, error.Kind);
        }
    }

    [Fact]
    public async Task Error_LongMessage_IsTruncatedAndControlCharactersAreRemoved()
    {
        _server.Json($$"""{"message":"a\u001b[31m\r\nb {{string.Concat(Enumerable.Repeat("word ", 1000))}}"}""", 400);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync("3", default));

        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.InRange(error.Message.Length, 500, 700);
    }

    [Fact]
    public async Task Error_DeeplyNestedBody_KeepsStatus()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "\"x\"" + new string('}', 60);
        _server.Json(deep, 400);
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Gcore")).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

        Assert.Equal(ErrorKind.InvalidData, error.Kind);
    }

    [Theory]
    [InlineData(500, true)]
    [InlineData(502, true)]
    [InlineData(503, true)]
    [InlineData(408, true)]
    [InlineData(400, false)]
    [InlineData(429, false)]
    public async Task Write_ServiceFailure_ReportsUnknownOutcome(int status, bool unknown)
    {
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, status, "");

        var write = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.RemoveAsync("3", default));
        var read = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync("3", default));

        Assert.Equal((unknown, false), (write.OutcomeUnknown, read.OutcomeUnknown));
    }
}
