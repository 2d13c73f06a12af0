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
        _tokens = (await Connecting.ToAsync(_server, "Devo")).Tokens;
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
    public async Task A_status_has_its_kind_its_stable_id_and_an_action(int status, ErrorKind kind)
    {
        _server.Otherwise = context => ScriptedServer.WriteAsync(context, status, "<html>sorry</html>", "text/html");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync("3", default));

        Assert.Equal((kind, kind.ToString(), (HttpStatusCode)status), (error.Kind, error.ErrorId, error.StatusCode!.Value));
        Assert.False(string.IsNullOrWhiteSpace(error.RecommendedAction));
        Assert.Contains($"({status})", error.Message);
        Assert.Contains("read token 3", error.Message);
        Assert.DoesNotContain("sorry", error.Message);
    }

    [Fact]
    public async Task The_correlation_id_is_kept_after_retries_too()
    {
        _server.Otherwise = context => ScriptedServer.WriteAsync(context, 500, "", headers: ("x-devo-cid", $"cid-{_server.Requests.Count}"));

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync("3", default));

        Assert.Equal("cid-6", error.CorrelationId);
    }

    [Theory]
    [InlineData("""{"error":{"code":400,"message":"the words."}}""")]
    [InlineData("""{"error":"the words"}""")]
    [InlineData("""{"message":"the words"}""")]
    [InlineData("""{"error":{"message":["the words"]}}""")]
    public async Task The_services_words_are_told_once_and_end_once(string body)
    {
        _server.Json(body, 400);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync("3", default));

        Assert.EndsWith("(400: the words).", error.Message);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("17")]
    [InlineData("null")]
    [InlineData("{\"error\":null}")]
    [InlineData("{\"error\":{\"message\":17}}")]
    [InlineData("{")]
    public async Task An_error_body_of_any_form_never_hides_the_status(string body)
    {
        foreach (string service in ServiceCatalog.All.Select(definition => definition.Name))
        {
            _server.Json(body, 403);
            ITokenService tokens = (await Connecting.ToAsync(_server, service)).Tokens;

            var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

            Assert.Equal(ErrorKind.PermissionDenied, error.Kind);
        }
    }

    [Fact]
    public async Task Long_words_are_cut_and_control_characters_dropped()
    {
        _server.Json($$"""{"message":"a\u001b[31m\r\nb {{string.Concat(Enumerable.Repeat("word ", 1000))}}"}""", 400);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync("3", default));

        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.InRange(error.Message.Length, 500, 700);
    }

    [Fact]
    public async Task Deeply_nested_words_are_no_problem()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "\"x\"" + new string('}', 60);
        _server.Json(deep, 400);
        ITokenService tokens = (await Connecting.ToAsync(_server, "Gcore")).Tokens;

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
    public async Task A_write_that_the_service_failed_at_may_have_taken_effect(int status, bool unknown)
    {
        _server.Otherwise = context => ScriptedServer.WriteAsync(context, status, "");

        var write = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.RemoveAsync("3", default));
        var read = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync("3", default));

        Assert.Equal((unknown, false), (write.OutcomeUnknown, read.OutcomeUnknown));
    }
}
