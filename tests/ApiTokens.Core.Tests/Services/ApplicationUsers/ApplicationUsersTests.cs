using System.Net;
using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.ApplicationUsers;

/// <summary>The behaviour specific to ApplicationUsers, and the conformance tests.</summary>
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
    public async Task Create_Token_HasRequestedAccess()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(("ci", "jdoe", "admin"), (issued.Name, issued.Owner, issued.Issuer));
        Assert.Equal(AccessLevel.Read, issued.Access!["location"]);
        Assert.Equal(AccessLevel.Full, issued.Access["vendor"]);
        Assert.Equal(AccessLevel.None, issued.Access["budget"]);
    }

    [Fact]
    public async Task Secret_AccessLevels_AllowOnlyThoseRequests()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(HttpStatusCode.OK, await GetDataStatusAsync(issued, HttpMethod.Get, "location"));
        Assert.Equal(HttpStatusCode.Forbidden, await GetDataStatusAsync(issued, HttpMethod.Post, "location"));
        Assert.Equal(HttpStatusCode.OK, await GetDataStatusAsync(issued, HttpMethod.Post, "vendor"));
        Assert.Equal(HttpStatusCode.Forbidden, await GetDataStatusAsync(issued, HttpMethod.Get, "budget"));
    }

    [Fact]
    public async Task List_AnyPageSize_HasSameOrder()
    {
        TokenConnection paging = await Sandbox.ConnectAsync("ApplicationUsers", pageSize: 3);
        var everything = new TokenFilter { Statuses = [TokenStatus.Active, TokenStatus.Expired, TokenStatus.Revoked] };
        List<ApiToken> unpaged = await Tokens.ListAsync(everything);
        long before = await Sandbox.CountAsync();

        List<ApiToken> paged = await paging.Tokens.ListAsync(everything);

        Assert.Equal(unpaged.Select(token => token.Id), paged.Select(token => token.Id));

        // One request reads the total; then each page is read, the first one again.
        Assert.Equal(((unpaged.Count + 2) / 3) + 1, await Sandbox.CountAsync() - before);
    }

    [Fact]
    public async Task Update_AccessOfSomeApis_KeepsOthers()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        await Tokens.UpdateAsync(
            issued.Id, new TokenChanges
            {
                Access = new Dictionary<string, AccessLevel> { ["location"] = AccessLevel.None, ["budget"] = AccessLevel.Read },
            },
            default);

        Assert.Equal(HttpStatusCode.Forbidden, await GetDataStatusAsync(issued, HttpMethod.Get, "location"));
        Assert.Equal(HttpStatusCode.OK, await GetDataStatusAsync(issued, HttpMethod.Get, "budget"));
        Assert.Equal(HttpStatusCode.OK, await GetDataStatusAsync(issued, HttpMethod.Post, "vendor"));
    }

    [Fact]
    public async Task Create_ApplyToAllAndAccess_AccessOverridesApplyToAll()
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
    public async Task Create_NoExpiry_ExpiresAfterSixMonths()
    {
        DateTimeOffset now = Sandbox.Clock.GetUtcNow();

        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(now.AddMonths(6), issued.ExpiresAt!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task List_UserOrStatus_ReturnsMatchingTokens()
    {
        List<ApiToken> ofUser = await Tokens.ListAsync(new TokenFilter { Users = [new NamePattern("leaver")] });
        List<ApiToken> expired = await Tokens.ListAsync(new TokenFilter { Statuses = [TokenStatus.Expired] });

        Assert.All(ofUser, token => Assert.Equal("leaver", token.Owner));
        Assert.Contains(expired, token => token.Name == "old integration");
        Assert.All(expired, token => Assert.Equal(TokenStatus.Expired, token.Status));
    }

    [Fact]
    public async Task RemoveAll_User_RemovesAllTokensWithOneRequest()
    {
        IssuedToken first = await Tokens.CreateAsync(new NewTokenRequest { User = "clerk", ApplyToAll = AccessLevel.Full }, default);
        IssuedToken second = await Tokens.CreateAsync(new NewTokenRequest { User = "clerk", ApplyToAll = AccessLevel.Full }, default);
        long before = await Sandbox.CountAsync();

        IReadOnlyList<string> removed = await Tokens.RemoveAllAsync("clerk", default);

        Assert.Equal(before + 1, await Sandbox.CountAsync());
        Assert.Contains(first.Id, removed);
        Assert.Contains(second.Id, removed);
        Assert.Equal(HttpStatusCode.Unauthorized, await GetDataStatusAsync(first, HttpMethod.Get, "location"));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetDataStatusAsync(second, HttpMethod.Get, "location"));
    }

    [Fact]
    public async Task RemoveAll_OwnUser_KeepsOwnToken()
    {
        await Tokens.CreateAsync(new NewTokenRequest { User = "admin" }, default);

        await Tokens.RemoveAllAsync("admin", default);

        await Tokens.CheckAsync(default);
        ApiToken remaining = Assert.Single(await Tokens.ListAsync(new TokenFilter { Users = [new NamePattern("admin")] }));
        Assert.True(await Tokens.IsOwnTokenAsync(remaining, default));
    }

    [Fact]
    public async Task List_WithoutControlOfApiTokens_ThrowsPermissionDenied()
    {
        IssuedToken clerk = await Tokens.CreateAsync(new NewTokenRequest { User = "clerk", ApplyToAll = AccessLevel.Full }, default);
        TokenConnection asClerk = await Sandbox.ConnectAsync("ApplicationUsers", secret: SecretText.ToPlainText(clerk.GetSecret()));

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => asClerk.Tokens.ListAsync());

        Assert.Equal(ErrorKind.PermissionDenied, error.Kind);
        Assert.Contains("Application Users > API Tokens", error.Message);
    }

    [Fact]
    public async Task CheckSecret_TokenNotSpecified_ReturnsTokenAndOwner()
    {
        IssuedToken token = await NewAsync();

        SecretCheck check = await Tokens.CheckSecretAsync(token.GetSecret(), token: null, default);

        Assert.Equal((SecretState.Accepted, token.Id), (check.State, check.TokenId));
        Assert.NotNull(check.Owner);
    }

    private Task<HttpStatusCode> GetDataStatusAsync(IssuedToken token, HttpMethod method, string api) =>
        Sandbox.GetDataStatusAsync(method, api, token.Owner!, SecretText.ToPlainText(token.GetSecret()));
}
