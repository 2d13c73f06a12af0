using System.Net;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Capabilities;

public sealed class ApplicationUsersCapabilityTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private static readonly NewTokenRequest New = new()
    {
        Name = "ci",
        User = "jdoe",
        Access = new Dictionary<string, AccessLevel> { ["location"] = AccessLevel.Read, ["vendor"] = AccessLevel.Full },
    };

    private TokenConnection _connection = null!;

    private ITokenService Tokens => _connection.Tokens;

    public async Task InitializeAsync() => _connection = await sandbox.ConnectAsync("ApplicationUsers");

    public Task DisposeAsync() => Task.CompletedTask;

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
    public async Task A_created_token_is_listed_and_read()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        ApiToken listed = Assert.Single(await Tokens.ListAsync(), token => token.Id == issued.Id);
        ApiToken read = await Tokens.GetAsync(issued.Id, default);

        Assert.Equal((issued.Name, issued.ExpiresAt), (listed.Name, listed.ExpiresAt));
        Assert.Equal(issued.Access, read.Access);
    }

    [Fact]
    public async Task The_list_is_paged()
    {
        TokenConnection paging = await sandbox.ConnectAsync("ApplicationUsers", pageSize: 3);
        var everything = new TokenFilter { Statuses = [TokenStatus.Active, TokenStatus.Expired, TokenStatus.Revoked] };
        List<ApiToken> whole = await Tokens.ListAsync(everything);
        long before = await sandbox.CountAsync();

        List<ApiToken> paged = await paging.Tokens.ListAsync(everything);

        Assert.Equal(whole.Select(token => token.Id), paged.Select(token => token.Id));

        // The first page tells how many there are, and is read again in its turn.
        Assert.Equal(((whole.Count + 2) / 3) + 1, await sandbox.CountAsync() - before);
    }

    [Fact]
    public async Task A_removed_token_is_revoked_listed_only_when_asked_for_and_its_secret_is_refused()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        await Tokens.RemoveAsync(issued.Id, default);

        Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync(issued, HttpMethod.Get, "location"));
        Assert.Equal(TokenStatus.Revoked, (await Tokens.GetAsync(issued.Id, default)).Status);
        Assert.DoesNotContain(await Tokens.ListAsync(), token => token.Id == issued.Id);
        Assert.Contains(await Tokens.ListAsync(new TokenFilter { Statuses = [TokenStatus.Revoked] }), token => token.Id == issued.Id);
    }

    [Fact]
    public async Task A_token_can_be_renamed()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        await Tokens.RenameAsync(issued.Id, "new name", default);

        ApiToken read = await Tokens.GetAsync(issued.Id, default);
        Assert.Equal("new name", read.Name);
        Assert.Equal(issued.Access, read.Access);
        Assert.Equal(HttpStatusCode.OK, await UseAsync(issued, HttpMethod.Get, "location"));
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
    public async Task A_regenerated_token_has_a_new_secret_and_the_old_one_is_dead()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        IssuedToken again = await Tokens.RegenerateAsync(issued.Id, TokenExpiry.ServiceDefault, default);

        Assert.Equal(issued.Id, again.Id);
        Assert.Equal(issued.Access, again.Access);
        Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync(issued, HttpMethod.Get, "location"));
        Assert.Equal(HttpStatusCode.OK, await UseAsync(again, HttpMethod.Get, "location"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(12)]
    public async Task A_token_lives_the_months_it_was_given(int months)
    {
        DateTimeOffset now = sandbox.Clock.GetUtcNow();

        IssuedToken issued = await Tokens.CreateAsync(new NewTokenRequest { User = "jdoe", Expiry = TokenExpiry.AfterMonths(months) }, default);

        Assert.Equal(now.AddMonths(months), issued.ExpiresAt!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Without_given_months_a_token_lives_six()
    {
        DateTimeOffset now = sandbox.Clock.GetUtcNow();

        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(now.AddMonths(6), issued.ExpiresAt!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_secret_is_refused_once_its_months_are_over()
    {
        IssuedToken issued = await Tokens.CreateAsync(
            new NewTokenRequest { User = "jdoe", ApplyToAll = AccessLevel.Read, Expiry = TokenExpiry.AfterMonths(3) }, default);
        Assert.Equal(HttpStatusCode.OK, await UseAsync(issued, HttpMethod.Get, "location"));

        sandbox.Clock.Advance(TimeSpan.FromDays(93));

        Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync(issued, HttpMethod.Get, "location"));
        Assert.Equal(TokenStatus.Expired, (await Tokens.GetAsync(issued.Id, default)).Status);
    }

    public static TheoryData<string> OtherExpiries => ["4", "never", "duration", "moment"];

    [Theory]
    [MemberData(nameof(OtherExpiries))]
    public async Task Any_other_expiry_is_refused_by_the_parameters_name(string what)
    {
        TokenExpiry expiry = what switch
        {
            "4" => TokenExpiry.AfterMonths(4),
            "never" => TokenExpiry.NeverExpires,
            "duration" => TokenExpiry.AfterDuration(TimeSpan.FromDays(90)),
            _ => TokenExpiry.AtMoment(sandbox.Clock.GetUtcNow().AddMonths(3)),
        };

        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.CreateAsync(new NewTokenRequest { User = "jdoe", Expiry = expiry }, default));

        Assert.Equal("InvalidExpirationMonths", error.ErrorId);
    }

    [Fact]
    public async Task The_last_use_is_told()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);
        Assert.Null((await Tokens.GetAsync(issued.Id, default)).LastUsedAt);

        await UseAsync(issued, HttpMethod.Get, "location");

        Assert.Equal(sandbox.Clock.GetUtcNow(), (await Tokens.GetAsync(issued.Id, default)).LastUsedAt!.Value, TimeSpan.FromMilliseconds(1));
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
        long before = await sandbox.CountAsync();

        IReadOnlyList<string> removed = await Tokens.RemoveAllAsync("clerk", default);

        Assert.Equal(before + 1, await sandbox.CountAsync());
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
        TokenConnection asClerk = await sandbox.ConnectAsync("ApplicationUsers", secret: SecretText.ToPlainText(clerk.Secret));

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => asClerk.Tokens.ListAsync());

        Assert.Equal(ErrorKind.PermissionDenied, error.Kind);
        Assert.Contains("Application Users > API Tokens", error.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Enabling_and_disabling_are_not_supported(bool enabled)
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.SetEnabledAsync("at_payrollexport0000001", enabled, default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task A_description_is_not_supported()
    {
        ApiTokenException atIssue = await sandbox.RefusedUnsentAsync(
            () => Tokens.CreateAsync(new NewTokenRequest { User = "jdoe", Description = "d" }, default));
        ApiTokenException later = await sandbox.RefusedUnsentAsync(
            () => Tokens.UpdateAsync("at_payrollexport0000001", new TokenChanges { Description = "d" }, default));

        Assert.Equal("OperationNotSupported", atIssue.ErrorId);
        Assert.Equal("OperationNotSupported", later.ErrorId);
    }

    [Fact]
    public async Task Reading_a_secret_again_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.GetWithSecretAsync("at_payrollexport0000001", default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    private Task<HttpStatusCode> UseAsync(IssuedToken token, HttpMethod method, string api) =>
        sandbox.UseAsync(method, api, token.Owner!, SecretText.ToPlainText(token.Secret));
}
