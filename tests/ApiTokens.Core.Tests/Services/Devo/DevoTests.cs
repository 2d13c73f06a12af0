using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Core.Tests.Support;

namespace ApiTokens.Core.Tests.Services.Devo;

/// <summary>The behaviour specific to Devo, and the conformance tests.</summary>
public sealed class DevoTests(RecipeSandbox<DevoRecipe> sandbox) : ServiceConformanceTests<DevoRecipe>(sandbox)
{
    private static readonly NewTokenRequest New = new()
    {
        Name = "ci",
        User = "jdoe@example.com",
        Audience = ["apiv2", "http"],
        Scope = ["table://my.app.** level://admin"],
    };

    [Fact]
    public async Task Create_TokenWithScope_HasRequestedValuesAndWorkingSecret()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal("ci", issued.Name);
        Assert.Equal("jdoe@example.com", issued.Owner);
        Assert.Equal("admin@example.com", issued.Issuer);
        Assert.Equal(["apiv2", "http"], issued.Audience);
        Assert.Equal(["table://my.app.**", "level://admin"], issued.Scope);
        Assert.Equal(TokenStatus.Active, issued.Status);
        Assert.True(await WorksAsync(issued));
    }

    [Fact]
    public async Task GetWithSecret_MaskedSecret_ThrowsSecretNotShown()
    {
        ApiToken seeded = (await Tokens.ListAsync()).Single(token => token.Name == "dashboard");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => Tokens.GetWithSecretAsync(seeded.Id, default));

        Assert.Equal("SecretNotShown", error.ErrorId);
    }

    [Fact]
    public async Task List_Filter_IsAppliedLocallyAfterOneRequest()
    {
        long before = await Sandbox.CountAsync();
        List<ApiToken> found = await Tokens.ListAsync(new TokenFilter { User = "LEAVER@example.com", Statuses = [TokenStatus.Inactive] });

        Assert.Equal("alert bridge", Assert.Single(found).Name);
        Assert.Equal(before + 1, await Sandbox.CountAsync());
    }

    [Fact]
    public async Task Status_ExpiredToken_IsExpired()
    {
        Assert.Equal(TokenStatus.Expired, (await Tokens.ListAsync()).Single(token => token.Name == "old collector").Status);
    }

    [Fact]
    public async Task CheckSecret_DataToken_IsUnknownWithoutRequest()
    {
        IssuedToken token = await NewAsync();
        long before = await Sandbox.CountAsync();

        SecretCheck check = await Tokens.CheckSecretAsync(token.Secret, token, default);

        Assert.Equal((SecretState.Unknown, null), (check.State, check.Error));
        Assert.Equal(before, await Sandbox.CountAsync());
    }

    [Fact]
    public async Task CheckSecret_ManagementToken_IsAcceptedAndOthersAreUnknown()
    {
        SecretCheck own = await Tokens.CheckSecretAsync(SecretText.ToSecureString(Sandbox.Describe("Devo").Secret), token: null, default);
        SecretCheck other = await Tokens.CheckSecretAsync(
            SecretText.ToSecureString("0123456789abcdef0123456789abcdef"), token: null, default);

        Assert.Equal((SecretState.Accepted, Connection.Account), (own.State, own.Account));
        Assert.Equal(SecretState.Unknown, other.State);
    }
}
