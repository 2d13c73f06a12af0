using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

public sealed class TokenResetStatusTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Theory]
    [InlineData("Devo")]
    [InlineData("Wegnology")]
    public async Task Reset_DisabledToken_ThrowsTokenInactive(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        NewTokenRequest request = service == "Devo"
            ? new NewTokenRequest
            {
                Name = "off",
                User = "ci@example.com",
                Audience = ["apiv2"],
                Scope = ["table://my.app.**", "level://admin"],
            }
            : new NewTokenRequest { Name = "off", Scope = ["ReadOnly"] };
        IssuedToken token = await connection.Tokens.CreateAsync(request, default);
        await connection.Tokens.SetEnabledAsync(token.Id, enabled: false, default);
        long writes = await sandbox.CountAsync("writes");

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => TestOperations.ResetAsync(connection, token.Id, new ResetOptions(), _ => Task.CompletedTask, default));

        Assert.Equal("TokenInactive", error.ErrorId);
        Assert.Null(ErrorText.FindDefect(error));
        Assert.Equal(writes, await sandbox.CountAsync("writes"));
    }

    [Fact]
    public async Task Reset_ScopeNotInCatalogue_IsKept()
    {
        const string Id = "575ec7417ae143cd83dc4a95";
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Json($$"""{"id":"{{Id}}","name":"new","status":"active","scope":["brandNew.get"]}""")
            .Json("""{"id":"675ec7417ae143cd83dc4a95","name":"new","status":"active","scope":["brandNew.get"],"token":"s"}""", 201)
            .Json("""{"id":"775ec7417ae143cd83dc4a95"}""")
            .Json("""{"success":true}""");
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Wegnology");

        await TestOperations.ResetAsync(connection, Id, new ResetOptions(), _ => Task.CompletedTask, default);

        Assert.Contains("brandNew.get", server.Requests[1].Body);
        Assert.Equal(("/me", "Bearer s"), (server.Requests[2].Path, server.Requests[2].Headers["Authorization"]));
        Assert.Equal("DELETE", server.Requests[3].Method);
    }
}
