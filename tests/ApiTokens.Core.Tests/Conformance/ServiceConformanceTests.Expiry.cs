using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Conformance;

public abstract partial class ServiceConformanceTests<TRecipe>
{
    private static readonly TimeSpan Precision = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData("moment")]
    [InlineData("duration")]
    [InlineData("never")]
    [InlineData("3")]
    [InlineData("6")]
    [InlineData("12")]
    [InlineData("4")]
    public async Task Create_Expiry_IsKeptOrRefused(string what)
    {
        DateTimeOffset now = Sandbox.Clock.GetUtcNow();
        (TokenExpiry expiry, DateTimeOffset? end) = what switch
        {
            "moment" => (TokenExpiry.AtMoment(now.AddDays(45)), now.AddDays(45)),
            "duration" => (TokenExpiry.AfterDuration(TimeSpan.FromDays(45)), now.AddDays(45)),
            "never" => (TokenExpiry.NeverExpires, (DateTimeOffset?)null),
            _ => (TokenExpiry.AfterMonths(int.Parse(what)), now.AddMonths(int.Parse(what))),
        };
        NewTokenRequest request = Recipe.NewWith(NewTokenFields.Expiry, expiry);
        switch (Capabilities.Expiry)
        {
            case ExpiryChoice.None:
                await AssertNotSupportedAsync(() => Tokens.CreateAsync(request, default));
                break;
            case ExpiryChoice.Months when what is not ("3" or "6" or "12"):
                ApiTokenException error = await Sandbox.RefusedUnsentAsync(() => Tokens.CreateAsync(request, default));
                Assert.Equal((ErrorKind.InvalidArgument, "InvalidExpirationMonths"), (error.Kind, error.ErrorId));
                break;
            default:
                IssuedToken issued = await Tokens.CreateAsync(request, default);
                ApiToken read = await Tokens.GetAsync(issued.Id, default);
                Assert.Equal(issued.ExpiresAt, read.ExpiresAt);
                Assert.Equal(end is null, read.ExpiresAt is null);
                Assert.Equal(end ?? now, read.ExpiresAt ?? now, Precision);
                List<ApiToken> endless = await Tokens.ListAsync(new TokenFilter { NeverExpires = true });
                Assert.Equal(end is null, endless.Exists(token => token.Id == issued.Id));
                break;
        }
    }

    [Fact]
    public async Task Create_ExpiryThatCannotBe_IsRefused()
    {
        DateTimeOffset now = Sandbox.Clock.GetUtcNow();
        foreach ((TokenExpiry expiry, string errorId) in ((TokenExpiry, string)[])
        [
            (TokenExpiry.AtMoment(now.AddSeconds(-1)), "InvalidExpiresAt"),
            (TokenExpiry.AfterDuration(TimeSpan.Zero), "InvalidExpiresIn"),
            (TokenExpiry.AfterMonths(0), "InvalidExpirationMonths"),
        ])
        {
            NewTokenRequest request = Recipe.NewWith(NewTokenFields.Expiry, expiry);
            ApiTokenException error = await Sandbox.RefusedUnsentAsync(() => Tokens.CreateAsync(request, default));
            string expected = Capabilities.Expiry switch
            {
                ExpiryChoice.None => "OperationNotSupported",
                ExpiryChoice.Months => "InvalidExpirationMonths",
                _ => errorId,
            };
            Assert.Equal(expected, error.ErrorId);
        }
    }

    [Fact]
    public async Task Token_AfterItsExpiry_IsExpiredAndItsSecretIsRefused()
    {
        NewTokenRequest request = Capabilities.Expiry switch
        {
            ExpiryChoice.None => Recipe.New("short"),
            ExpiryChoice.Months => Recipe.NewWith(NewTokenFields.Expiry, TokenExpiry.AfterMonths(3)),
            _ => Recipe.NewWith(NewTokenFields.Expiry, TokenExpiry.AfterDuration(TimeSpan.FromDays(3))),
        };

        // Where the service sets the end, the administrator's own token may end with it: in a sandbox that no other test needs.
        var sandbox = new RecipeSandbox<TRecipe>();
        await sandbox.InitializeAsync();
        try
        {
            ITokenService tokens = (await sandbox.ConnectAsync(Recipe.Service)).Tokens;
            IssuedToken issued = await tokens.CreateAsync(request, default);
            sandbox.Clock.Advance(issued.ExpiresAt!.Value - sandbox.Clock.GetUtcNow() - TimeSpan.FromSeconds(1));
            Assert.True(await sandbox.AcceptsAsync(issued));
            sandbox.Clock.Advance(TimeSpan.FromSeconds(2));

            Assert.False(await sandbox.AcceptsAsync(issued));
            if (Capabilities.Expiry != ExpiryChoice.None)
            {
                Assert.Equal(TokenStatus.Expired, (await tokens.GetAsync(issued.Id, default)).Status);
            }
        }
        finally
        {
            await sandbox.DisposeAsync();
        }
    }
}
