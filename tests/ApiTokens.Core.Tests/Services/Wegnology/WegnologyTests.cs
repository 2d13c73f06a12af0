using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.Wegnology;

/// <summary>What is peculiar to Wegnology, and what all services do alike.</summary>
public sealed class WegnologyTests(RecipeSandbox<WegnologyRecipe> sandbox) : ServiceConformanceTests<WegnologyRecipe>(sandbox)
{
    private static readonly NewTokenRequest New = new() { Name = "ci", Scope = ["All"], Description = "for the pipeline" };

    [Fact]
    public async Task A_created_token_is_what_was_asked_for_and_its_secret_is_accepted()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(("ci", "for the pipeline"), (issued.Name, issued.Description));
        Assert.Equal(["all.User"], issued.Scope);
        Assert.Null(issued.ExpiresAt);
        Assert.True(await WorksAsync(issued));
    }

    [Fact]
    public async Task The_server_filters_by_name_with_wildcards()
    {
        await Tokens.CreateAsync(new NewTokenRequest { Name = "filter-a", Scope = ["ReadOnly"] }, default);
        await Tokens.CreateAsync(new NewTokenRequest { Name = "filter-b", Scope = ["ReadOnly"] }, default);

        List<ApiToken> found = await Tokens.ListAsync(new TokenFilter { Names = [new NamePattern("FILTER-*")] });

        Assert.Equal(["filter-a", "filter-b"], found.Select(token => token.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_server_filters_by_status()
    {
        List<ApiToken> found = await Tokens.ListAsync(new TokenFilter { Statuses = [TokenStatus.Inactive] });

        Assert.Contains(found, token => token.Name == "paused exporter");
        Assert.All(found, token => Assert.Equal(TokenStatus.Inactive, token.Status));
    }

    [Fact]
    public async Task Tokens_of_applications_and_instances_are_apart_from_the_users()
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
    public async Task CheckSecret_WithItsToken_NamesTheOwner()
    {
        IssuedToken token = await NewAsync();

        Assert.NotNull((await Tokens.CheckSecretAsync(token.Secret, token, default)).Owner);
    }

    [Fact]
    public async Task A_token_that_lacks_the_scope_was_let_in_all_the_same()
    {
        IssuedToken token = await Tokens.CreateAsync(new NewTokenRequest { Name = "narrow", Scope = ["userApiTokens.get"] }, default);

        SecretCheck check = await Tokens.CheckSecretAsync(token.Secret, token, default);

        Assert.Equal((SecretState.Accepted, null), (check.State, check.Error));
    }
}
