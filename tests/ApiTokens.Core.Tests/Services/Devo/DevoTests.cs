using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;
using Microsoft.AspNetCore.Http;

namespace ApiTokens.Core.Tests.Services.Devo;

/// <summary>The behaviour specific to Devo, and the conformance tests.</summary>
public sealed class DevoTests(RecipeSandbox<DevoRecipe> sandbox) : ServiceConformanceTests<DevoRecipe>(sandbox)
{
    private static readonly NewTokenRequest New = new()
    {
        Name = "ci",
        User = "jdoe@example.com",
        Audience = ["apiv2", "http"],
        Scope = ["table://my.app.** level://admin"],
    };

    [Fact]
    public async Task Create_TokenWithScope_HasRequestedValuesAndWorkingSecret()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal("ci", issued.Name);
        Assert.Equal("jdoe@example.com", issued.Owner);
        Assert.Equal("admin@example.com", issued.Issuer);
        Assert.Equal(["apiv2", "http"], issued.Audience);
        Assert.Equal(["table://my.app.**", "level://admin"], issued.Scope);
        Assert.Equal(TokenStatus.Active, issued.Status);
        Assert.True(await WorksAsync(issued));
    }

    [Fact]
    public async Task GetWithSecret_OwnerOrUser_ReadsWorkingSecretOfSeededToken()
    {
        ApiToken seeded = (await Tokens.ListAsync()).Single(token => token.Name == "dashboard");

        IssuedToken read = await Tokens.GetWithSecretAsync(seeded.Id, default);

        Assert.True(await WorksAsync(read));
        Assert.Equal(
            SecretText.ToPlainText(read.GetSecret()),
            SecretText.ToPlainText((await Tokens.GetWithSecretAsync(seeded.Id, default)).GetSecret()));
    }

    [Fact]
    public async Task GetWithSecret_NeitherOwnerNorUser_NamesThem()
    {
        ApiToken seeded = (await Tokens.ListAsync()).Single(token => token.Name == "dashboard");
        IssuedToken other = await Tokens.CreateAsync(
            new NewTokenRequest
            {
                Name = "m",
                User = "jdoe@example.com",
                Audience = ["credentials"],
                Scope = ["table://my.app.**", "level://admin"],
            }, default);
        TokenConnection connection = await Sandbox.ConnectAsync("Devo", secret: SecretText.ToPlainText(other.GetSecret()));

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.GetWithSecretAsync(seeded.Id, default));

        Assert.Equal("SecretNotShown", error.ErrorId);
        Assert.Contains("its owner, whom Devo calls user: admin@example.com and user@example.com.", error.Message);
    }

    [Fact]
    public async Task List_Filter_IsAppliedLocallyAfterOneRequest()
    {
        long before = await Sandbox.CountAsync();
        List<ApiToken> found = await Tokens.ListAsync(
            new TokenFilter { Users = [new NamePattern("LEAVER@example.com")], Statuses = [TokenStatus.Inactive] });

        Assert.Equal("alert bridge", Assert.Single(found).Name);
        Assert.Equal(before + 1, await Sandbox.CountAsync());
    }

    [Fact]
    public async Task Status_ExpiredToken_IsExpired()
    {
        Assert.Equal(TokenStatus.Expired, (await Tokens.ListAsync()).Single(token => token.Name == "old collector").Status);
    }

    [Fact]
    public async Task CheckSecret_OwnSecretWithoutToken_IsAcceptedAndUnknownSecretIsRefused()
    {
        SecretCheck own = await Tokens.CheckSecretAsync(SecretText.ToSecureString(Sandbox.Describe("Devo").Secret), token: null, default);
        SecretCheck other = await Tokens.CheckSecretAsync(
            SecretText.ToSecureString("0123456789abcdef0123456789abcdef"), token: null, default);

        Assert.Equal((SecretState.Accepted, Connection.Account), (own.State, own.Account));
        Assert.Equal(SecretState.Refused, other.State);
    }

    [Theory]
    [InlineData("apiv2")]
    [InlineData("apiv2-admin")]
    [InlineData("aggregations")]
    [InlineData("alerts")]
    [InlineData("http")]
    [InlineData("credentials")]
    public async Task CheckSecret_AnyAudience_IsAcceptedWhileEnabled(string audience)
    {
        var request = new NewTokenRequest
        {
            Name = "ci",
            User = "jdoe@example.com",
            Audience = [audience],
            Scope = ["table://my.app.**", "level://admin"],
        };
        IssuedToken token = await Tokens.CreateAsync(request, default);
        SecretCheck enabled = await Tokens.CheckSecretAsync(token.GetSecret(), token, default);
        await Tokens.SetEnabledAsync(token.Id, enabled: false, default);
        SecretCheck disabled = await Tokens.CheckSecretAsync(token.GetSecret(), token, default);

        Assert.Equal((SecretState.Accepted, Connection.Account), (enabled.State, enabled.Account));
        Assert.Equal(SecretState.Refused, disabled.State);
    }

    [Theory]
    [InlineData(403, """{"error":{"code":403,"message":"Forbidden"}}""")]
    [InlineData(404, """{"error":{"code":404,"message":"Not found"}}""")]
    [InlineData(400, """{"error":{"code":400,"message":"Bad request"}}""")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"email":"somebody.else@example.com"}""")]
    [InlineData(200, "[]")]
    public async Task CheckSecret_AnythingButUserOr401_IsUnknownWithReason(int status, string body)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.DefaultHandler = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body);
        };
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");
        var token = new ApiToken { Id = "1", Owner = "jdoe@example.com" };

        SecretCheck check = await connection.Tokens.CheckSecretAsync(
            SecretText.ToSecureString("0123456789abcdef0123456789abcdef"), token, default);

        Assert.Equal(SecretState.Unknown, check.State);
        Assert.NotNull(check.Error);
    }

    [Fact]
    public async Task CheckSecret_CredentialOfConnectionIsRejected_IsUnknown()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");
        server.DefaultHandler = async context =>
        {
            context.Response.StatusCode = 401;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"error":{"code":401,"message":"Unauthorized"}}""");
        };

        SecretCheck check = await connection.Tokens.CheckSecretAsync(
            SecretText.ToSecureString("0123456789abcdef0123456789abcdef"), token: null, default);

        Assert.Equal(SecretState.Unknown, check.State);
    }
}
