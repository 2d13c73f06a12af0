using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Sandbox;
using ApiTokens.Sandbox.Faults;
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
        var first = (ApiTokenException)result.Errors[0];
        Assert.Contains("the limit of 100 tokens that Gcore documents", first.Message);
        Assert.StartsWith("Remove a token that is no longer needed, then try again. If", first.RecommendedAction);
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

    [Fact]
    public async Task Reset_LimitOfConnectionReached_IssuesNothing()
    {
        await using Account account = await Account.CreateAsync(limit: 100, tokens: 12, tokenLimit: 10);
        long writes = await account.Sandbox.CountAsync("writes");

        RunResult result = await account.ResetAsync(account.Tokens.Take(1));

        Assert.Equal("TokenLimitReached", ((ApiTokenException)Assert.Single(result.Errors)).ErrorId);
        Assert.Contains("the limit of 10 tokens of this connection", result.Errors[0].Message);
        Assert.Equal(writes, await account.Sandbox.CountAsync("writes"));
    }

    [Fact]
    public async Task Issue_ConcurrentBeyondLimitOfConnection_IssuesUpToLimit()
    {
        await using Account account = await Account.CreateAsync(limit: 100, tokens: 7, tokenLimit: 10);
        long before = await account.Sandbox.CountAsync("writes");

        RunResult result = await account.IssueAsync(8);

        Assert.Equal(3, result.Summary.Done);
        Assert.Equal(5, result.Errors.Count(error => error is ApiTokenException { ErrorId: "TokenLimitReached" }));
        Assert.Equal(before + 3, await account.Sandbox.CountAsync("writes"));
    }

    [Fact]
    public async Task Issue_BeyondLimitOfService_IsTokenLimitReached()
    {
        await using Account account = await Account.CreateAsync(limit: 8, tokens: 7);

        RunResult result = await account.IssueAsync(2);

        Assert.Equal(1, result.Summary.Done);
        var error = (ApiTokenException)Assert.Single(result.Errors);
        Assert.Equal(("TokenLimitReached", ErrorKind.LimitsExceeded), (error.ErrorId, error.Kind));
    }

    [Theory]
    [InlineData("Devo", 50)]
    [InlineData("Wegnology", 50)]
    [InlineData("ApplicationUsers", 50)]
    [InlineData("Gcore", 0)]
    public async Task Connect_TokenLimitThatCannotApply_IsRefused(string service, int limit)
    {
        var request = new ConnectionRequest
        {
            Service = service,
            Account = "account",
            Secret = SecretText.ToSecureString("secret"),
            BaseUri = new Uri("http://127.0.0.1:1"),
            TokenLimit = limit,
        };

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => TokenConnection.ConnectAsync(request, default));

        Assert.Equal("InvalidTokenLimit", error.ErrorId);
        Assert.StartsWith("TokenLimit", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reset_OldTokenStaysNearLimitOfConnection_UsesUpQuota(bool hasGracePeriod)
    {
        await using Account account = await Account.CreateAsync(limit: 100, tokens: 8, tokenLimit: 10);
        using var file = new JournalFile();

        RunResult result = await account.ResetAsync(
            account.Tokens.Take(3),
            hasGracePeriod
                ? new ResetOptions { GracePeriod = TimeSpan.FromDays(1) }
                : new ResetOptions { Predecessor = OldTokenAction.Keep },
            file);

        Assert.Equal(2, result.Summary.Done);
        Assert.Equal("TokenLimitReached", Assert.IsType<ApiTokenException>(result.Error).ErrorId);
    }

    [Fact]
    public async Task Issue_CreateIsDenied_ReleasesQuota()
    {
        await using Account account = await Account.CreateAsync(limit: 100, tokens: 9, tokenLimit: 10);
        account.Sandbox.Faults.Add(new Fault { Kind = FaultKind.Status, Status = 403, Method = "POST", Service = "gcore" });

        RunResult result = await account.IssueAsync(2);

        Assert.Equal((1, 1), (result.Summary.Done, result.Errors.Count));
    }

    // A documented limit may be outdated, so the service decides, and no request counts the tokens.
    [Theory]
    [InlineData(null, 0)]
    [InlineData(50, 1)]
    public async Task Issue_Limit_IsCountedOnlyIfItWasSpecified(int? tokenLimit, int lists)
    {
        await using Account account = await Account.CreateAsync(limit: 100, tokens: 0, tokenLimit);
        long before = await account.Sandbox.CountAsync();

        RunResult result = await account.IssueAsync(1);

        Assert.Empty(result.Errors);

        // The role is read, and the token is created.
        Assert.Equal(2 + lists, await account.Sandbox.CountAsync() - before);
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

        public static async Task<Account> CreateAsync(int limit, int tokens, int? tokenLimit = null)
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

            account.Connection = await account.Sandbox.ConnectAsync("Gcore", tokenLimit: tokenLimit);
            Assert.Equal(tokenLimit ?? 100, account.Connection.TokenLimit);
            return account;
        }

        public Task<RunResult> IssueAsync(int count) =>
            RunResult.RunAsync(
                journal: null,
                throttleLimit: 16,
                [.. Enumerable.Range(0, count).Select(number => new IssueOperation(
                    Connection, new NewTokenRequest { Name = $"new{number}", Role = "Users", Expiry = TokenExpiry.NeverExpires }))]);

        public Task<RunResult> ResetAsync(IEnumerable<ApiToken> tokens, ResetOptions? options = null, JournalFile? file = null) =>
            RunResult.RunAsync(
                file?.Open("Reset", Connection),
                throttleLimit: 16,
                [.. tokens.Select(token => TestOperations.Reset(Connection, token, options))]);

        public async ValueTask DisposeAsync() => await Sandbox.DisposeAsync();
    }
}
