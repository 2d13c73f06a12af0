using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Core.Tests.Support;

namespace ApiTokens.Core.Tests.Services.Devo;

/// <summary>What is peculiar to Devo, and what all services do alike.</summary>
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
    public async Task A_created_token_is_what_was_asked_for_and_its_secret_is_accepted()
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
    public async Task A_secret_that_the_service_masks_is_not_taken_for_one()
    {
        ApiToken seeded = (await Tokens.ListAsync()).Single(token => token.Name == "dashboard");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => Tokens.GetWithSecretAsync(seeded.Id, default));

        Assert.Equal("SecretNotShown", error.ErrorId);
    }

    [Fact]
    public async Task Filters_are_applied_on_our_side_and_the_list_is_asked_for_once()
    {
        long before = await Sandbox.CountAsync();
        List<ApiToken> found = await Tokens.ListAsync(new TokenFilter { User = "LEAVER@example.com", Statuses = [TokenStatus.Inactive] });

        Assert.Equal("alert bridge", Assert.Single(found).Name);
        Assert.Equal(before + 1, await Sandbox.CountAsync());
    }

    [Fact]
    public async Task An_expired_token_is_not_an_inactive_one()
    {
        Assert.Equal(TokenStatus.Expired, (await Tokens.ListAsync()).Single(token => token.Name == "old collector").Status);
    }

    [Fact]
    public async Task Devo_has_no_call_for_a_data_token_and_is_not_asked()
    {
        IssuedToken token = await NewAsync();
        long before = await Sandbox.CountAsync();

        SecretCheck check = await Tokens.CheckSecretAsync(token.Secret, token, default);

        Assert.Equal((SecretState.Unknown, null), (check.State, check.Error));
        Assert.Equal(before, await Sandbox.CountAsync());
    }

    [Fact]
    public async Task Devo_lets_a_management_token_in_and_a_refusal_tells_nothing()
    {
        SecretCheck own = await Tokens.CheckSecretAsync(SecretText.ToSecureString(Sandbox.Describe("Devo").Secret), token: null, default);
        SecretCheck other = await Tokens.CheckSecretAsync(SecretText.ToSecureString("0123456789abcdef0123456789abcdef"), token: null, default);

        Assert.Equal((SecretState.Accepted, Connection.Account), (own.State, own.Account));
        Assert.Equal(SecretState.Unknown, other.State);
    }
}
