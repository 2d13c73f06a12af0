using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

public sealed class RetireOperationTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    [Fact]
    public async Task Run_DisabledTokenIsReturnedByTheService_IsNotReadAgain()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        IssuedToken old = await connection.Tokens.CreateAsync(FaultySandbox.New("Wegnology", FaultySandbox.NewName()), default);
        IssuedToken successor = await connection.Tokens.CreateAsync(FaultySandbox.New("Wegnology", FaultySandbox.NewName()), default);
        var due = new DueToken(
            connection.Name,
            new TokenIdentity(connection.AccountIdentity, old.Id),
            old.Name,
            successor.Id,
            DateTimeOffset.UnixEpoch,
            OldTokenAction.Disable);
        long before = await sandbox.CountAsync();

        RunResult result = await RunResult.RunAsync(
            journal: null, new RetireOperation(connection, due, successor.Id) { ReturnsToken = true, AllowOwnToken = true });

        // The old token and its successor are read, and the old token is disabled.
        Assert.Equal(3, await sandbox.CountAsync() - before);
        Assert.Equal(TokenStatus.Inactive, Assert.IsType<ApiToken>(Assert.Single(result.Outputs)).Status);
    }
}
