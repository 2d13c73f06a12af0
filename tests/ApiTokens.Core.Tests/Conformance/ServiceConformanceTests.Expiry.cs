using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Conformance;

public abstract partial class ServiceConformanceTests<TRecipe>
{
    private static readonly TimeSpan Precision = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData("date")]
    [InlineData("duration")]
    [InlineData("never")]
    [InlineData("3")]
    [InlineData("6")]
    [InlineData("12")]
    [InlineData("4")]
    public async Task Create_ValidExpiry_IsStoredOrIsNotSupported(string kind)
    {
        DateTimeOffset now = Sandbox.Clock.GetUtcNow();
        (TokenExpiry expiry, DateTimeOffset? expected) = kind switch
        {
            "date" => (TokenExpiry.AtTime(now.AddDays(45)), now.AddDays(45)),
            "duration" => (TokenExpiry.AfterDuration(TimeSpan.FromDays(45)), now.AddDays(45)),
            "never" => (TokenExpiry.NeverExpires, (DateTimeOffset?)null),
            _ => (TokenExpiry.AfterMonths(int.Parse(kind)), now.AddMonths(int.Parse(kind))),
        };
        NewTokenRequest request = Recipe.NewWith(NewTokenFields.Expiry, expiry);
        switch (Capabilities.Expiry)
        {
            case ExpiryChoice.None:
                await AssertNotSupportedAsync(() => Tokens.CreateAsync(request, default));
                break;
            case ExpiryChoice.Months when kind is not ("3" or "6" or "12"):
                ApiTokenException error = await Sandbox.AssertFailsWithoutRequestAsync(() => Tokens.CreateAsync(request, default));
                Assert.Equal((ErrorKind.InvalidArgument, "InvalidExpirationMonths"), (error.Kind, error.ErrorId));
                break;
            default:
                IssuedToken issued = await Tokens.CreateAsync(request, default);
                ApiToken read = await Tokens.GetAsync(issued.Id, default);
                Assert.Equal(issued.ExpiresAt, read.ExpiresAt);
                Assert.Equal(expected is null, read.ExpiresAt is null);
                Assert.Equal(expected ?? now, read.ExpiresAt ?? now, Precision);
                List<ApiToken> neverExpiring = await Tokens.ListAsync(new TokenFilter { NeverExpires = true });
                Assert.Equal(expected is null, neverExpiring.Exists(token => token.Id == issued.Id));
                break;
        }
    }

    [Fact]
    public async Task Create_InvalidExpiry_ThrowsWithoutRequest()
    {
        DateTimeOffset now = Sandbox.Clock.GetUtcNow();
        foreach ((TokenExpiry expiry, string errorId) in ((TokenExpiry, string)[])
        [
            (TokenExpiry.AtTime(now.AddSeconds(-1)), "InvalidExpiresAt"),
            (TokenExpiry.AfterDuration(TimeSpan.Zero), "InvalidExpiresIn"),
            (TokenExpiry.AfterMonths(0), "InvalidExpirationMonths"),
        ])
        {
            NewTokenRequest request = Recipe.NewWith(NewTokenFields.Expiry, expiry);
            ApiTokenException error = await Sandbox.AssertFailsWithoutRequestAsync(() => Tokens.CreateAsync(request, default));
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
    public async Task Token_AfterExpiry_IsExpiredAndSecretIsRejected()
    {
        NewTokenRequest request = Capabilities.Expiry switch
        {
            ExpiryChoice.None => Recipe.New("short"),
            ExpiryChoice.Months => Recipe.NewWith(NewTokenFields.Expiry, TokenExpiry.AfterMonths(3)),
            _ => Recipe.NewWith(NewTokenFields.Expiry, TokenExpiry.AfterDuration(TimeSpan.FromDays(3))),
        };

        // Where the service sets the expiry, the administrator's own token may expire too: use a sandbox of its own.
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
