using System.Text.Json;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.Wegnology;

/// <summary>The maximum role of a token (<c>defaultRole</c>), which only Losant has, and only for tokens of users.</summary>
public sealed class LosantRoleTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private const string Id = "575ec7417ae143cd83dc4a95";

    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("view", "view")]
    [InlineData("Admin", "admin")]
    public async Task Create_Role_IsSentReadAndListed(string given, string expected)
    {
        ITokenService tokens = (await LosantAsync()).Tokens;
        Assert.Equal(
            ["admin", "edit", "collaborate", "view", "none"],
            tokens.KnownPermissions.Where(permission => permission.Kind == "Role").Select(permission => permission.Value));

        IssuedToken issued = await tokens.CreateAsync(
            new NewTokenRequest { Name = "with role", Scope = ["ReadOnly"], Role = given }, default);

        Assert.Equal(expected, issued.Role);
        Assert.Equal(expected, (await tokens.GetAsync(issued.Id, default)).Role);
        Assert.Contains(
            await tokens.ListAsync(new TokenFilter { Roles = [new NamePattern(expected)] }), token => token.Id == issued.Id);
    }

    [Fact]
    public async Task Create_UnknownRole_FailsWithoutRequest()
    {
        TokenConnection losant = await LosantAsync();

        ApiTokenException error = await sandbox.AssertFailsWithoutRequestAsync(
            () => losant.Tokens.CreateAsync(new NewTokenRequest { Name = "n", Scope = ["ReadOnly"], Role = "owner" }, default));

        Assert.Equal("InvalidRole", error.ErrorId);
    }

    [Theory]
    [InlineData("https://api.losant.com", "user", true)]
    [InlineData("https://api.losant.com", "application/575ec7417ae143cd83dc4a95", false)]
    [InlineData("https://api.app.wnology.io", "user", false)]
    [InlineData("http://127.0.0.1:5000/wegnology", "user", false)]
    [InlineData("http://127.0.0.1:5000/losant", "user", true)]
    public async Task Validate_Role_IsSupportedForUsersOfLosantOnly(string address, string account, bool supported)
    {
        ITokenService tokens = (await TokenConnection.ConnectAsync(
            TestConnections.Request(new Uri(address), "Wegnology", account), default)).Tokens;

        Exception? error = Record.Exception(() => tokens.Validate(new NewTokenRequest { Name = "n", Scope = ["All"], Role = "view" }));

        Assert.Equal(supported ? null : "InvalidRole", (error as ApiTokenException)?.ErrorId);
        Assert.Equal(supported, tokens.KnownPermissions.Any(permission => permission.Kind == "Role"));
    }

    [Fact]
    public async Task Reset_TokenWithRole_GivesItsRoleToTheNewToken()
    {
        TokenConnection losant = await LosantAsync();
        var request = new NewTokenRequest { Name = "capped", Scope = ["ReadOnly"], Role = "view" };
        ApiToken old = await losant.Tokens.CreateAsync(request, default);

        NewTokenRequest successor = losant.Tokens.CreateSuccessorRequest(old, TokenExpiry.ServiceDefault);

        Assert.Equal("view", (await losant.Tokens.CreateAsync(successor, default)).Role);
        Assert.Equal("none", new SuccessorPermissions { Role = "none" }.Apply(successor).Role);
    }

    [Theory]
    [InlineData("losant", "orgRoles", """[{"orgId":"sandbox","role":"view"}]""")]
    [InlineData("wegnology", "defaultRole", "\"view\"")]
    public async Task Reset_TokenHasPermissionsThatCannotBeCopied_IssuesNoToken(string path, string field, string value)
    {
        _server.Json($$"""{"id":"{{Id}}","name":"n","scope":["all.User"],"status":"active","{{field}}":{{value}}}""");
        ITokenService tokens = (await TestConnections.ConnectAsync(new Uri(_server.BaseUri, path), "Wegnology")).Tokens;
        ApiToken old = await tokens.GetAsync(Id, default);

        var error = Assert.Throws<ApiTokenException>(() => tokens.CreateSuccessorRequest(old, TokenExpiry.ServiceDefault));

        Assert.Equal("PermissionsUnknown", error.ErrorId);
        Assert.Contains(field, error.Message);
    }

    [Fact]
    public async Task Create_WithoutRole_SendsNoRole()
    {
        _server.Json($$"""{"id":"{{Id}}","name":"n","scope":["all.User"],"status":"active","token":"the.actual.secret"}""");
        ITokenService tokens = (await TestConnections.ConnectAsync(new Uri(_server.BaseUri, "losant"), "Wegnology")).Tokens;

        await tokens.CreateAsync(new NewTokenRequest { Name = "n", Scope = ["All"] }, default);

        Assert.False(JsonDocument.Parse(_server.Request.Body).RootElement.TryGetProperty("defaultRole", out _));
    }

    private Task<TokenConnection> LosantAsync()
    {
        string secret = sandbox.Describe("Wegnology").Secret;
        return TokenConnection.ConnectAsync(
            TestConnections.Request(new Uri(sandbox.BaseAddress, "losant"), "Wegnology", "user", TimeProvider.System, secret), default);
    }
}
