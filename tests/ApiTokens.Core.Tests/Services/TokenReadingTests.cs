using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services;

/// <summary>A 404 says that a token does not exist only if it is not the page of a proxy.</summary>
public sealed class TokenReadingTests
{
    [Theory]
    [InlineData("text/plain", "Not found", false)]
    [InlineData("text/html", "<html>Not found</html>", false)]
    [InlineData("application/json", """{"error":{"code":404,"message":"Token not found"}}""", true)]
    [InlineData("text/plain", "", true)]
    public async Task ReadIfExists_NotFound_IsBelievedUnlessItIsAPage(string type, string body, bool isMissing)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.DefaultHandler = async context =>
        {
            context.Response.StatusCode = 404;
            context.Response.ContentType = type;
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body));
        };
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");

        Task<ApiToken?> reading = connection.ReadIfExistsAsync("5002", default);

        if (isMissing)
        {
            Assert.Null(await reading);
        }
        else
        {
            await Assert.ThrowsAsync<ApiTokenException>(() => reading);
        }
    }
}
