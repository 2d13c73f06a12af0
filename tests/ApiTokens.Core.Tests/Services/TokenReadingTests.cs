using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services;

/// <summary>A 404 says that a token does not exist only if it is from the service, and not from a proxy or a gateway.</summary>
public sealed class TokenReadingTests
{
    private const string Error = """{"error":{"code":404,"message":"Token not found"}}""";

    [Theory]
    [InlineData("text/plain", "Not found", "[]", null)]
    [InlineData("text/html", "<html>Not found</html>", "[]", null)]
    [InlineData("application/json", Error, "[]", false)]
    [InlineData("application/json", Error, """[{"id":5002,"name":"ci"}]""", true)]
    [InlineData("application/json", Error, null, null)]
    [InlineData("text/plain", "", "[]", false)]
    public async Task ReadIfExists_NotFound_IsBelievedIfTheListConfirmsIt(string type, string body, string? list, bool? exists)
    {
        await using ScriptedServer server = await StartAsync(type, body, list);
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");

        Task<ApiToken?> reading = connection.ReadIfExistsAsync("5002", default);

        if (exists is null)
        {
            await Assert.ThrowsAsync<ApiTokenException>(() => reading);
        }
        else
        {
            Assert.Equal(exists == true ? "5002" : null, (await reading)?.Id);
        }
    }

    [Fact]
    public async Task ReadIfExists_NotFoundInDocumentedForm_IsBelievedWithoutList()
    {
        await using ScriptedServer server = await StartAsync(
            "application/problem+json", """{"type":"urn:api-tokens:problem:not-found","title":"Not found"}""", list: null);
        TokenConnection connection = await TestConnections.ConnectAsync(server, "ApplicationUsers");

        Assert.Null(await connection.ReadIfExistsAsync("at_0123456789abcdefghij", default));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("[]", true)]
    [InlineData("""[{"id":5002,"name":"ci"}]""", false)]
    [InlineData(null, false)]
    public async Task Remove_NotFoundAfterLostResponse_IsDoneIfTheListConfirmsIt(string? list, bool isDone)
    {
        await using ScriptedServer server = await StartAsync("application/json", Error, list);
        server.Respond(500, "");
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");

        Task removal = connection.Tokens.RemoveAsync("5002", default);

        if (isDone)
        {
            await removal;
        }
        else
        {
            Assert.True((await Assert.ThrowsAsync<ApiTokenException>(() => removal)).OutcomeUnknown);
        }
    }

    private static async Task<ScriptedServer> StartAsync(string type, string body, string? list)
    {
        ScriptedServer server = await ScriptedServer.StartAsync();
        server.DefaultHandler = async context =>
        {
            bool isList = list is not null && context.Request.Path.Value!.EndsWith("/tokens", StringComparison.Ordinal);
            context.Response.StatusCode = isList ? 200 : 404;
            context.Response.ContentType = isList ? "application/json" : type;
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(isList ? list! : body));
        };
        return server;
    }
}
