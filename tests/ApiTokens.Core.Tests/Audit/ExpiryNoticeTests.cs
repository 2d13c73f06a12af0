using ApiTokens.Audit;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Audit;

/// <summary>What connecting says of tokens that expire soon, and what it costs.</summary>
public sealed class ExpiryNoticeTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    public static TheoryData<string> Services => FaultySandbox.Services;

    [Theory]
    [MemberData(nameof(Services))]
    public async Task It_counts_the_active_tokens_that_end_within_seven_days_with_one_request(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        DateTimeOffset now = sandbox.Clock.GetUtcNow();
        List<ApiToken> expected = [.. (await connection.Tokens.ListAsync()).Where(t => t.Status == TokenStatus.Active && t.ExpiresAt > now && t.ExpiresAt <= now.AddDays(7))];
        long before = await sandbox.CountAsync();

        ExpiryNotice notice = await ExpiryNotice.LookAsync(connection, default);

        Assert.Equal(before + 1, await sandbox.CountAsync());
        Assert.Equal((expected.Count, expected.MinBy(t => t.ExpiresAt)!.Id, true), (notice.Count, notice.First!.Id, notice.IsComplete));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Of_a_long_list_it_reads_a_part_and_says_so(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        long before = await sandbox.CountAsync();

        TokenPreview glimpse = await connection.Tokens.ListFirstAsync(2, default);

        Assert.Equal(before + 1, await sandbox.CountAsync());
        Assert.Equal((2, false), (glimpse.Tokens.Count, glimpse.IsComplete));
    }
}
