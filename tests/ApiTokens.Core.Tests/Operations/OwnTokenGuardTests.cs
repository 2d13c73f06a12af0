using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>A connection does not remove, disable or reset its own token, also when the library is called directly.</summary>
public sealed class OwnTokenGuardTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Theory]
    [InlineData("Devo", "remove")]
    [InlineData("Devo", "disable")]
    [InlineData("Devo", "reset")]
    [InlineData("Devo", "retire")]
    [InlineData("Wegnology", "remove")]
    [InlineData("Wegnology", "disable")]
    [InlineData("Wegnology", "reset")]
    [InlineData("Gcore", "remove")]
    [InlineData("Gcore", "reset")]
    [InlineData("ApplicationUsers", "remove")]
    [InlineData("ApplicationUsers", "reset")]
    public async Task Run_OwnToken_IsRejectedAndUnchanged(string service, string kind)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        ApiToken own = (await connection.Tokens.ListAsync()).Single(token => token.Name == "administrator");
        long writes = await sandbox.CountAsync("writes");
        Operation operation = kind switch
        {
            "remove" => new RemoveOperation(connection, own),
            "disable" => new SetEnabledOperation(connection, own, enabled: false),
            "reset" => new ResetOperation(connection, own),
            _ => new RetireOperation(connection, Due(connection, own), own.Id),
        };

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => operation.RunAsync(new DelegateSink(_ => Task.CompletedTask)));

        Assert.Equal((ErrorIds.OwnTokenProtected, ErrorKind.InvalidOperation), (error.ErrorId, error.Kind));
        Assert.Contains("AllowOwnToken", error.RecommendedAction);
        Assert.Null(ErrorText.FindDefect(error));
        Assert.Equal(writes, await sandbox.CountAsync("writes"));
        Assert.Equal(TokenStatus.Active, (await connection.Tokens.GetAsync(own.Id, default)).Status);
    }

    [Fact]
    public async Task Run_OwnTokenIsAllowed_Removes()
    {
        TokenConnection administrator = await sandbox.ConnectAsync("Wegnology");
        IssuedToken issued = await administrator.Tokens.CreateAsync(new NewTokenRequest { Name = "mine", Scope = ["All"] }, default);
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology", secret: SecretText.ToPlainText(issued.GetSecret()));

        await new RemoveOperation(connection, issued) { AllowOwnToken = true }.RunAsync();

        Assert.DoesNotContain(await administrator.Tokens.ListAsync(), token => token.Id == issued.Id);
    }

    [Fact]
    public async Task Run_EnableOwnToken_IsNotRejected()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        ApiToken own = (await connection.Tokens.ListAsync()).Single(token => token.Name == "administrator");

        await new SetEnabledOperation(connection, own, enabled: true).RunAsync();

        Assert.Equal(TokenStatus.Active, (await connection.Tokens.GetAsync(own.Id, default)).Status);
    }

    [Fact]
    public async Task Run_TokenOfAnotherServer_IsRejectedWithoutRequest()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Gcore");
        ApiToken token = (await connection.Tokens.ListAsync()).First(token => token.Name != "administrator");
        var other = new ApiToken(token) { BaseUri = new Uri("https://api.gcore.com") };

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => new RemoveOperation(connection, other).RunAsync());

        Assert.Equal(ErrorIds.ConnectionMismatch, error.ErrorId);
        Assert.Null(ErrorText.FindDefect(error));
        Assert.Contains(await connection.Tokens.ListAsync(), kept => kept.Id == token.Id);
    }

    private static DueToken Due(TokenConnection connection, ApiToken token) => new(
        connection.Name,
        new TokenIdentity(connection.AccountIdentity, token.Id),
        token.Name,
        token.Id,
        DateTimeOffset.UnixEpoch,
        OldTokenAction.Remove);
}
