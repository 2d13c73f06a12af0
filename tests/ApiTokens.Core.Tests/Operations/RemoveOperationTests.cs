using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

public sealed class RemoveOperationTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    private const string Service = "ApplicationUsers";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_ReturnsToken_ReadsItOnlyIfOnlyItsIdIsKnown(bool isKnown)
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        IssuedToken token = await connection.Tokens.CreateAsync(FaultySandbox.New("Wegnology", FaultySandbox.NewName()), default);
        ApiToken input = isKnown ? token.WithoutSecret() : connection.CreateReference(token.Id, string.Empty);
        long before = await sandbox.CountAsync();

        RunResult result = await RunResult.RunAsync(
            journal: null, new RemoveOperation(connection, input) { ReturnsToken = true, AllowOwnToken = true });

        Assert.Equal(token.Name, Assert.IsType<ApiToken>(Assert.Single(result.Outputs)).Name);
        Assert.Equal(isKnown ? 1 : 2, await sandbox.CountAsync() - before);
    }

    [Fact]
    public async Task Run_TokenIsRevoked_IsReturnedWithoutRequest()
    {
        TokenConnection connection = await sandbox.ConnectAsync(Service);
        var revoked = new ApiToken { Id = "1", Name = "old", Status = TokenStatus.Revoked };
        long before = await sandbox.CountAsync();

        RunResult result = await RunResult.RunAsync(
            journal: null, new RemoveOperation(connection, revoked) { ReturnsToken = true });

        Assert.Same(revoked, Assert.Single(result.Outputs));
        Assert.Equal((1, 0), (result.Summary.Done, result.Errors.Count));
        Assert.Equal(before, await sandbox.CountAsync());
    }

    [Fact]
    public async Task RemoveAll_TokensOfUser_RemovesAndReturnsThem()
    {
        TokenConnection connection = await sandbox.ConnectAsync(Service);
        IssuedToken token = await connection.Tokens.CreateAsync(FaultySandbox.New(Service, FaultySandbox.NewName()), default);
        List<ApiToken> tokens = await connection.Tokens.ListAsync(
            new TokenFilter { Users = [NamePattern.Literal(FaultySandbox.User)], Statuses = [TokenStatus.Active] });
        using var file = new JournalFile();

        RunResult result = await file.RunAsync(
            "Remove", new RemoveAllOperation(connection, FaultySandbox.User) { ReturnsToken = true });

        Assert.Equal(
            tokens.Select(each => (each.Id, TokenStatus.Revoked)).Order(),
            result.Outputs.Cast<ApiToken>().Select(each => (each.Id, each.Status)).Order());
        Assert.False(await sandbox.WorksAsync(token));
        Assert.Equal($"user {FaultySandbox.User}", $"{file.Lines[1].GetProperty("id")}");
    }
}
