using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.Wegnology;

/// <summary>The behaviour specific to Wegnology, and the conformance tests.</summary>
public sealed class WegnologyTests(RecipeSandbox<WegnologyRecipe> sandbox) : ServiceConformanceTests<WegnologyRecipe>(sandbox)
{
    private static readonly NewTokenRequest New = new() { Name = "ci", Scope = ["All"], Description = "for the pipeline" };

    [Fact]
    public async Task Create_TokenWithPreset_HasRequestedValuesAndWorkingSecret()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(("ci", "for the pipeline"), (issued.Name, issued.Description));
        Assert.Equal(["all.User"], issued.Scope);
        Assert.Null(issued.ExpiresAt);
        Assert.True(await WorksAsync(issued));
    }

    [Fact]
    public async Task List_NameWithWildcard_ReturnsMatchingTokens()
    {
        await Tokens.CreateAsync(new NewTokenRequest { Name = "filter-a", Scope = ["ReadOnly"] }, default);
        await Tokens.CreateAsync(new NewTokenRequest { Name = "filter-b", Scope = ["ReadOnly"] }, default);

        List<ApiToken> found = await Tokens.ListAsync(new TokenFilter { Names = [new NamePattern("FILTER-*")] });

        Assert.Equal(["filter-a", "filter-b"], found.Select(token => token.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task List_Status_ReturnsTokensWithStatus()
    {
        List<ApiToken> found = await Tokens.ListAsync(new TokenFilter { Statuses = [TokenStatus.Inactive] });

        Assert.Contains(found, token => token.Name == "paused exporter");
        Assert.All(found, token => Assert.Equal(TokenStatus.Inactive, token.Status));
    }

    [Fact]
    public async Task List_ApplicationOrInstance_HasItsOwnTokens()
    {
        string application = Sandbox.Describe("Wegnology").Applications![0];
        TokenConnection ofApplication = await Sandbox.ConnectAsync("Wegnology", $"application/{application}");
        TokenConnection ofInstance = await Sandbox.ConnectAsync("Wegnology", $"instance/{Sandbox.Describe("Wegnology").Instances![0]}");

        IssuedToken issued = await ofApplication.Tokens.CreateAsync(new NewTokenRequest { Name = "app", Scope = ["All"] }, default);

        Assert.Equal(["all.Application"], issued.Scope);
        Assert.Equal($"application/{application}", issued.Account);
        Assert.Contains(await ofApplication.Tokens.ListAsync(), token => token.Id == issued.Id);
        Assert.DoesNotContain(await Tokens.ListAsync(), token => token.Id == issued.Id);
        Assert.Equal("billing", Assert.Single(await ofInstance.Tokens.ListAsync()).Name);
    }

    [Fact]
    public async Task CheckSecret_TokenSpecified_ReturnsOwner()
    {
        IssuedToken token = await NewAsync();

        Assert.NotNull((await Tokens.CheckSecretAsync(token.GetSecret(), token, default)).Owner);
    }

    [Fact]
    public async Task CheckSecret_TokenWithoutRequiredScope_IsAccepted()
    {
        IssuedToken token = await Tokens.CreateAsync(new NewTokenRequest { Name = "narrow", Scope = ["userApiTokens.get"] }, default);

        SecretCheck check = await Tokens.CheckSecretAsync(token.GetSecret(), token, default);

        Assert.Equal((SecretState.Accepted, null), (check.State, check.Error));
    }
}
