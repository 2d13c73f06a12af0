using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Sandbox;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>An account near its token limit: a reset that issues a new token checks the quota first.</summary>
public sealed class TokenQuotaTests
{
    [Fact]
    public async Task Reset_AccountAtLimit_IssuesNothing()
    {
        await using Account account = await Account.CreateAsync(limit: 100, tokens: 100);
        long writes = await account.Sandbox.CountAsync("writes");

        RunResult result = await account.ResetAsync(account.Tokens.Take(3));

        Assert.All(
            result.Errors,
            error => Assert.Equal(
                ("TokenLimitReached", ErrorKind.LimitsExceeded), (((ApiTokenException)error).ErrorId, ((ApiTokenException)error).Kind)));
        Assert.Equal(3, result.Errors.Count);
        Assert.Equal(writes, await account.Sandbox.CountAsync("writes"));
    }

    [Fact]
    public async Task Reset_ConcurrentNearLimit_WaitsForQuotaAndCountsAccountOnce()
    {
        await using Account account = await Account.CreateAsync(limit: 100, tokens: 98);
        long before = await account.Sandbox.CountAsync();

        RunResult result = await account.ResetAsync(account.Tokens.Take(20));

        Assert.Equal((20, 0), (result.Summary.Done, result.Errors.Count));
        IReadOnlyList<string> log = await account.Sandbox.LogAsync((int)(await account.Sandbox.CountAsync() - before));
        Assert.Single(log, line => line.StartsWith("GET", StringComparison.Ordinal) && line.EndsWith("/tokens", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reset_KeepOldTokenNearLimit_UsesUpQuota()
    {
        await using Account account = await Account.CreateAsync(limit: 100, tokens: 98);

        RunResult result = await account.ResetAsync(account.Tokens.Take(5), new ResetOptions { Predecessor = OldTokenAction.Keep });

        Assert.Equal(2, result.Summary.Done);
        Assert.Equal(3, result.Errors.Count(error => error is ApiTokenException { ErrorId: "TokenLimitReached" }));
    }

    [Fact]
    public async Task Reset_AccountAboveDocumentedLimit_IsNotLimited()
    {
        await using Account account = await Account.CreateAsync(limit: 1000, tokens: 105);

        RunResult result = await account.ResetAsync(account.Tokens.Take(3));

        Assert.Equal((3, 0), (result.Summary.Done, result.Errors.Count));
    }

    private sealed class Account : IAsyncDisposable
    {
        private Account(SandboxFixture sandbox)
        {
            Sandbox = sandbox;
        }

        public SandboxFixture Sandbox { get; }

        public List<ApiToken> Tokens { get; } = [];

        private TokenConnection Connection { get; set; } = null!;

        public static async Task<Account> CreateAsync(int limit, int tokens)
        {
            var account = new Account(new SandboxFixture { Options = new SandboxOptions { GcoreTokenLimit = limit } });
            await account.Sandbox.InitializeAsync();
            account.Connection = await account.Sandbox.ConnectAsync("Gcore");
            int active = (await account.Connection.Tokens.ListAsync()).Count(token => token.Status != TokenStatus.Expired);
            for (int i = active; i < tokens; i++)
            {
                account.Tokens.Add(
                    await account.Connection.Tokens.CreateAsync(
                        new NewTokenRequest { Name = $"t{i}", Role = "Users", Expiry = TokenExpiry.NeverExpires }, default));
            }

            return account;
        }

        public Task<RunResult> ResetAsync(IEnumerable<ApiToken> tokens, ResetOptions? options = null) =>
            RunResult.RunAsync(
                journal: null, throttleLimit: 16, [.. tokens.Select(token => TestOperations.Reset(Connection, token, options))]);

        public async ValueTask DisposeAsync() => await Sandbox.DisposeAsync();
    }
}
