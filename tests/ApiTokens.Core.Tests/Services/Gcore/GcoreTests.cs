using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.Gcore;

/// <summary>The behaviour specific to Gcore, and the conformance tests.</summary>
public sealed class GcoreTests(RecipeSandbox<GcoreRecipe> sandbox) : ServiceConformanceTests<GcoreRecipe>(sandbox)
{
    private static readonly NewTokenRequest New =
        new() { Name = "ci", Role = "Engineers", Description = "for the pipeline", Expiry = TokenExpiry.AfterMonths(12) };

    [Fact]
    public async Task Create_TokenWithRole_HasRequestedValuesAndWorkingSecret()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(("ci", "for the pipeline", "Engineers"), (issued.Name, issued.Description, issued.Role));
        Assert.Equal("admin@example.com", issued.Issuer);
        Assert.StartsWith(issued.Id + "_", SecretText.ToPlainText(issued.GetSecret()));
        Assert.True(await WorksAsync(issued));
    }

    [Fact]
    public async Task Remove_AlreadyRemoved_Throws()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);
        await Tokens.RemoveAsync(issued.Id, default);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => Tokens.RemoveAsync(issued.Id, default));

        Assert.Equal(ErrorKind.ObjectNotFound, error.Kind);
    }

    [Fact]
    public async Task Create_NeverExpires_HasNoExpiry()
    {
        IssuedToken issued = await Tokens.CreateAsync(
            new NewTokenRequest { Name = "forever", Role = "2", Expiry = TokenExpiry.NeverExpires }, default);

        Assert.Null(issued.ExpiresAt);
        Assert.Equal("Users", issued.Role);
    }

    [Fact]
    public async Task Create_NoExpiry_ExpiresAfterOneYear()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(Sandbox.Clock.GetUtcNow().AddYears(1), issued.ExpiresAt!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Theory]
    [InlineData("Engineers")]
    [InlineData("engineers")]
    [InlineData("5")]
    public async Task List_RoleNameOrId_ReturnsTokensWithRole(string role)
    {
        List<ApiToken> found = await Tokens.ListAsync(new TokenFilter { Roles = [new NamePattern(role)] });

        Assert.Contains(found, token => token.Name == "log shipper");
        Assert.All(found, token => Assert.Equal("Engineers", token.Role));
    }

    [Theory]
    [InlineData("2003")]
    [InlineData("jdoe@example.com")]
    public async Task List_IssuerIdOrAddress_ReturnsTokensOfIssuer(string issuer)
    {
        List<ApiToken> found = await Tokens.ListAsync(new TokenFilter { Issuers = [new NamePattern(issuer)] });

        Assert.Contains(found, token => token.Name == "log shipper");
        Assert.All(found, token => Assert.Equal("jdoe@example.com", token.Issuer));
    }

    [Fact]
    public async Task Create_RoleAboveOwnRole_ThrowsInvalidRole()
    {
        IssuedToken engineer = await Tokens.CreateAsync(New, default);
        TokenConnection lower = await Sandbox.ConnectAsync("Gcore", secret: SecretText.ToPlainText(engineer.GetSecret()));
        long writes = await Sandbox.CountAsync("writes");

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => lower.Tokens.CreateAsync(
                new NewTokenRequest { Name = "x", Role = "Administrators", Expiry = TokenExpiry.NeverExpires }, default));

        Assert.Equal("InvalidRole", error.ErrorId);
        Assert.Equal(writes, await Sandbox.CountAsync("writes"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SetEnabled_IsNotSupported(bool enabled)
    {
        ApiTokenException error = await Sandbox.AssertFailsWithoutRequestAsync(() => Tokens.SetEnabledAsync("42", enabled, default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
        Assert.Equal("Gcore tokens cannot be disabled. Remove the token, or reset it.", error.RecommendedAction);
    }

    [Fact]
    public async Task List_UnusedSince_ContainsNeverUsedTokens()
    {
        List<ApiToken> unused = await Tokens.ListAsync(new TokenFilter { UnusedSince = Sandbox.Clock.GetUtcNow().AddSeconds(-1) });

        Assert.Contains(unused, token => token.Name == "cdn purge");
    }

    [Fact]
    public async Task CheckSecret_TokenNotSpecified_ReturnsTokenAndOwner()
    {
        IssuedToken token = await NewAsync();

        SecretCheck check = await Tokens.CheckSecretAsync(token.GetSecret(), token: null, default);

        Assert.Equal((SecretState.Accepted, token.Id), (check.State, check.TokenId));
        Assert.NotNull(check.Owner);
    }
}
