using System.Net;
using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.ApplicationUsers;

/// <summary>What is peculiar to ApplicationUsers, and what all services do alike.</summary>
public sealed class ApplicationUsersTests(RecipeSandbox<ApplicationUsersRecipe> sandbox)
    : ServiceConformanceTests<ApplicationUsersRecipe>(sandbox)
{
    private static readonly NewTokenRequest New = new()
    {
        Name = "ci",
        User = "jdoe",
        Access = new Dictionary<string, AccessLevel> { ["location"] = AccessLevel.Read, ["vendor"] = AccessLevel.Full },
    };

    [Fact]
    public async Task A_created_token_is_what_was_asked_for()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(("ci", "jdoe", "admin"), (issued.Name, issued.Owner, issued.Issuer));
        Assert.Equal(AccessLevel.Read, issued.Access!["location"]);
        Assert.Equal(AccessLevel.Full, issued.Access["vendor"]);
        Assert.Equal(AccessLevel.None, issued.Access["budget"]);
    }

    [Fact]
    public async Task A_secret_opens_what_its_access_says_and_no_more()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(HttpStatusCode.OK, await UseAsync(issued, HttpMethod.Get, "location"));
        Assert.Equal(HttpStatusCode.Forbidden, await UseAsync(issued, HttpMethod.Post, "location"));
        Assert.Equal(HttpStatusCode.OK, await UseAsync(issued, HttpMethod.Post, "vendor"));
        Assert.Equal(HttpStatusCode.Forbidden, await UseAsync(issued, HttpMethod.Get, "budget"));
    }

    [Fact]
    public async Task The_list_has_one_order_whatever_the_size_of_its_pages()
    {
        TokenConnection paging = await Sandbox.ConnectAsync("ApplicationUsers", pageSize: 3);
        var everything = new TokenFilter { Statuses = [TokenStatus.Active, TokenStatus.Expired, TokenStatus.Revoked] };
        List<ApiToken> whole = await Tokens.ListAsync(everything);
        long before = await Sandbox.CountAsync();

        List<ApiToken> paged = await paging.Tokens.ListAsync(everything);

        Assert.Equal(whole.Select(token => token.Id), paged.Select(token => token.Id));

        // The first page tells how many there are, and is read again in its turn.
        Assert.Equal(((whole.Count + 2) / 3) + 1, await Sandbox.CountAsync() - before);
    }

    [Fact]
    public async Task Access_can_be_changed_api_by_api_and_what_is_not_named_stays()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        await Tokens.UpdateAsync(
            issued.Id, new TokenChanges { Access = new Dictionary<string, AccessLevel> { ["location"] = AccessLevel.None, ["budget"] = AccessLevel.Read } }, default);

        Assert.Equal(HttpStatusCode.Forbidden, await UseAsync(issued, HttpMethod.Get, "location"));
        Assert.Equal(HttpStatusCode.OK, await UseAsync(issued, HttpMethod.Get, "budget"));
        Assert.Equal(HttpStatusCode.OK, await UseAsync(issued, HttpMethod.Post, "vendor"));
    }

    [Fact]
    public async Task One_level_for_all_comes_before_the_levels_of_single_apis()
    {
        IssuedToken issued = await Tokens.CreateAsync(
            new NewTokenRequest
            {
                User = "jdoe",
                ApplyToAll = AccessLevel.Read,
                Access = new Dictionary<string, AccessLevel> { ["vendor"] = AccessLevel.None },
            },
            default);

        Assert.Equal(AccessLevel.None, issued.Access!["vendor"]);
        Assert.All(issued.Access.Where(entry => entry.Key != "vendor"), entry => Assert.Equal(AccessLevel.Read, entry.Value));
    }

    [Fact]
    public async Task Without_given_months_a_token_lives_six()
    {
        DateTimeOffset now = Sandbox.Clock.GetUtcNow();

        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(now.AddMonths(6), issued.ExpiresAt!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task The_server_filters_by_user_and_status()
    {
        List<ApiToken> ofUser = await Tokens.ListAsync(new TokenFilter { User = "leaver" });
        List<ApiToken> expired = await Tokens.ListAsync(new TokenFilter { Statuses = [TokenStatus.Expired] });

        Assert.All(ofUser, token => Assert.Equal("leaver", token.Owner));
        Assert.Contains(expired, token => token.Name == "old integration");
        Assert.All(expired, token => Assert.Equal(TokenStatus.Expired, token.Status));
    }

    [Fact]
    public async Task All_tokens_of_a_user_go_with_one_request()
    {
        IssuedToken first = await Tokens.CreateAsync(new NewTokenRequest { User = "clerk", ApplyToAll = AccessLevel.Full }, default);
        IssuedToken second = await Tokens.CreateAsync(new NewTokenRequest { User = "clerk", ApplyToAll = AccessLevel.Full }, default);
        long before = await Sandbox.CountAsync();

        IReadOnlyList<string> removed = await Tokens.RemoveAllAsync("clerk", default);

        Assert.Equal(before + 1, await Sandbox.CountAsync());
        Assert.Contains(first.Id, removed);
        Assert.Contains(second.Id, removed);
        Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync(first, HttpMethod.Get, "location"));
        Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync(second, HttpMethod.Get, "location"));
    }

    [Fact]
    public async Task Removing_all_tokens_of_the_caller_leaves_the_callers_own()
    {
        await Tokens.CreateAsync(new NewTokenRequest { User = "admin" }, default);

        await Tokens.RemoveAllAsync("admin", default);

        await Tokens.CheckAsync(default);
        ApiToken left = Assert.Single(await Tokens.ListAsync(new TokenFilter { User = "admin" }));
        Assert.True(await Tokens.IsOwnTokenAsync(left, default));
    }

    [Fact]
    public async Task Who_lacks_the_control_over_api_tokens_is_not_permitted()
    {
        IssuedToken clerk = await Tokens.CreateAsync(new NewTokenRequest { User = "clerk", ApplyToAll = AccessLevel.Full }, default);
        TokenConnection asClerk = await Sandbox.ConnectAsync("ApplicationUsers", secret: SecretText.ToPlainText(clerk.Secret));

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => asClerk.Tokens.ListAsync());

        Assert.Equal(ErrorKind.PermissionDenied, error.Kind);
        Assert.Contains("Application Users > API Tokens", error.Message);
    }

    [Fact]
    public async Task CheckSecret_WithoutItsToken_NamesTheTokenAndTheOwner()
    {
        IssuedToken token = await NewAsync();

        SecretCheck check = await Tokens.CheckSecretAsync(token.Secret, token: null, default);

        Assert.Equal((SecretState.Accepted, token.Id), (check.State, check.TokenId));
        Assert.NotNull(check.Owner);
    }

    private Task<HttpStatusCode> UseAsync(IssuedToken token, HttpMethod method, string api) =>
        Sandbox.UseAsync(method, api, token.Owner!, SecretText.ToPlainText(token.Secret));
}
