using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

public sealed class RedirectTests : IAsyncLifetime
{
    private ScriptedServer _server = null!;
    private ScriptedServer _other = null!;

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _other = await ScriptedServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirect_ToAnotherHost_ThrowsWithoutFollowing(int status)
    {
        _server.DefaultHandler = context =>
            ScriptedServer.WriteAsync(context, status, "", headers: ("Location", _other.BaseUri.AbsoluteUri));
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Devo")).Tokens;

        var read = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync("3", default));
        var list = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());
        var create = await Assert.ThrowsAsync<ApiTokenException>(
            () => tokens.CreateAsync(new NewTokenRequest
            {
                Name = "x",
                User = "u",
                Audience = ["apiv2"],
                Scope = ["table://my.app.**", "level://admin"],
            }, default));

        Assert.All(
            [read, list, create], error => Assert.Equal(("UnexpectedRedirect", ErrorKind.InvalidResult), (error.ErrorId, error.Kind)));
        Assert.Empty(_other.Requests);
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task Cookie_FromService_IsNotSentBack()
    {
        _server.Respond(200, "[]", headers: ("Set-Cookie", "session=1; Path=/")).Json("[]");
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Devo")).Tokens;

        await tokens.ListAsync();
        await tokens.ListAsync();

        Assert.DoesNotContain("Cookie", _server.Requests[1].Headers.Keys);
    }
}
