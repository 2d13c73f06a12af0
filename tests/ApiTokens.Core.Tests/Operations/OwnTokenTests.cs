using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>Whether a connection recognizes its own token.</summary>
public sealed class OwnTokenTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Theory]
    [InlineData("Devo")]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    [InlineData("ApplicationUsers")]
    public async Task IsOwnToken_AllTokens_IsTrueOnlyForTokenInUse(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        List<ApiToken> tokens = await connection.Tokens.ListAsync();

        var own = new List<ApiToken>();
        foreach (ApiToken token in tokens)
        {
            if (await connection.Tokens.IsOwnTokenAsync(token, default))
            {
                own.Add(token);
            }
        }

        Assert.InRange(tokens.Count, 3, 100);
        Assert.Equal("administrator", Assert.Single(own).Name);
    }

    [Theory]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    public async Task IsOwnToken_ConnectionWithAnotherToken_IsTrueOnlyForThatToken(string service)
    {
        TokenConnection administrator = await sandbox.ConnectAsync(service);
        IssuedToken issued = await administrator.Tokens.CreateAsync(
            new NewTokenRequest
            {
                Name = "mine",
                Scope = service == "Wegnology" ? ["All"] : [],
                Role = service == "Gcore" ? "Administrators" : null,
                Expiry = TokenExpiry.NeverExpires,
            },
            default);
        TokenConnection other = await sandbox.ConnectAsync(service, secret: SecretText.ToPlainText(issued.GetSecret()));

        Assert.True(await other.Tokens.IsOwnTokenAsync(issued, default));
        Assert.False(await administrator.Tokens.IsOwnTokenAsync(issued, default));
        foreach (ApiToken token in (await other.Tokens.ListAsync()).Where(token => token.Id != issued.Id))
        {
            Assert.False(await other.Tokens.IsOwnTokenAsync(token, default));
        }
    }

    [Fact]
    public async Task IsOwnToken_DevoDataToken_IsFalseWithoutRequest()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Devo");
        ApiToken data = (await connection.Tokens.ListAsync()).First(token => token.Audience.Contains("apiv2"));
        long before = await sandbox.CountAsync();

        Assert.False(await connection.Tokens.IsOwnTokenAsync(data, default));

        Assert.Equal(before, await sandbox.CountAsync());
    }

    [Theory]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    public async Task IsOwnToken_Login_IsFalseForAllTokens(string service)
    {
        Sandbox.ServiceDescription description = sandbox.Describe(service);
        TokenConnection connection = await TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = service,
                BaseUri = description.BaseUri,
                UserName = description.Username,
                Password = SecretText.ToSecureString(description.Password!),
                Time = sandbox.Clock,
                RequestsPerSecond = TestConnections.UnlimitedRate,
            },
            default);

        foreach (ApiToken token in await connection.Tokens.ListAsync())
        {
            Assert.False(await connection.Tokens.IsOwnTokenAsync(token, default));
        }
    }
}
