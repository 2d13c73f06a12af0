using ApiTokens.Audit;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Audit;

/// <summary>The notice about tokens that expire soon, which connecting shows, and its cost in requests.</summary>
public sealed class ExpiryNoticeTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    public static TheoryData<string> Services => FaultySandbox.Services;

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Look_TokensExpireWithinSevenDays_CountsActiveOnesWithOneRequest(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        DateTimeOffset now = sandbox.Clock.GetUtcNow();
        List<ApiToken> expected =
        [
            .. (await connection.Tokens.ListAsync()).Where(
                t => t.Status == TokenStatus.Active && t.ExpiresAt > now && t.ExpiresAt <= now.AddDays(7)),
        ];
        long before = await sandbox.CountAsync();

        ExpiryNotice notice = await ExpiryNotice.ReadAsync(connection, default);

        Assert.Equal(before + 1, await sandbox.CountAsync());
        Assert.Equal((expected.Count, expected.MinBy(t => t.ExpiresAt)!.Id, true), (notice.Count, notice.First!.Id, notice.IsComplete));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task ListFirst_MoreTokensThanMaximum_IsIncompleteAfterOneRequest(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        long before = await sandbox.CountAsync();

        TokenPreview preview = await connection.Tokens.ListFirstAsync(2, default);

        Assert.Equal(before + 1, await sandbox.CountAsync());
        Assert.Equal((2, false), (preview.Tokens.Count, preview.IsComplete));
    }
}
