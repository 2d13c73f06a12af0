using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>Whether a connection knows the token that it uses itself.</summary>
public sealed class OwnTokenTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Theory]
    [InlineData("Devo")]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    [InlineData("ApplicationUsers")]
    public async Task The_token_in_use_is_told_from_all_others(string service)
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
    public async Task A_connection_with_another_token_has_that_for_its_own(string service)
    {
        TokenConnection administrator = await sandbox.ConnectAsync(service);
        IssuedToken issued = await administrator.Tokens.CreateAsync(
            new NewTokenRequest { Name = "mine", Scope = service == "Wegnology" ? ["All"] : [], Role = service == "Gcore" ? "Administrators" : null }, default);
        TokenConnection other = await sandbox.ConnectAsync(service, secret: SecretText.ToPlainText(issued.Secret));

        Assert.True(await other.Tokens.IsOwnTokenAsync(issued, default));
        Assert.False(await administrator.Tokens.IsOwnTokenAsync(issued, default));
        foreach (ApiToken token in (await other.Tokens.ListAsync()).Where(token => token.Id != issued.Id))
        {
            Assert.False(await other.Tokens.IsOwnTokenAsync(token, default));
        }
    }

    [Fact]
    public async Task Devo_is_asked_only_about_tokens_that_could_call_its_credentials_api()
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
    public async Task A_login_owns_none_of_the_tokens(string service)
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
                RequestsPerSecond = Connecting.Unpaced,
            },
            default);

        foreach (ApiToken token in await connection.Tokens.ListAsync())
        {
            Assert.False(await connection.Tokens.IsOwnTokenAsync(token, default));
        }
    }
}
