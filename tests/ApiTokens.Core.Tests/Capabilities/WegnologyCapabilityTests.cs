using System.Net;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Capabilities;

public sealed class WegnologyCapabilityTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private static readonly NewTokenRequest New = new() { Name = "ci", Scope = ["All"], Description = "for the pipeline" };

    private TokenConnection _connection = null!;

    private ITokenService Tokens => _connection.Tokens;

    public async Task InitializeAsync() => _connection = await sandbox.ConnectAsync("Wegnology");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_created_token_is_what_was_asked_for_and_its_secret_is_accepted()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(("ci", "for the pipeline"), (issued.Name, issued.Description));
        Assert.Equal(["all.User"], issued.Scope);
        Assert.Null(issued.ExpiresAt);
        Assert.Equal(HttpStatusCode.OK, await WhoAmIAsync(issued));
    }

    [Fact]
    public async Task A_created_token_is_listed_and_read()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        ApiToken listed = Assert.Single(await Tokens.ListAsync(), token => token.Id == issued.Id);
        ApiToken read = await Tokens.GetAsync(issued.Id, default);

        Assert.Equal((issued.Name, issued.CreatedAt), (listed.Name, listed.CreatedAt));
        Assert.Equal((issued.Name, issued.Description), (read.Name, read.Description));
    }

    [Fact]
    public async Task The_list_is_paged()
    {
        TokenConnection paging = await sandbox.ConnectAsync("Wegnology", pageSize: 2);
        List<ApiToken> whole = await Tokens.ListAsync();
        long before = await sandbox.CountAsync();

        List<ApiToken> paged = await paging.Tokens.ListAsync();

        Assert.Equal(whole.Select(token => token.Id).Order(StringComparer.Ordinal), paged.Select(token => token.Id).Order(StringComparer.Ordinal));

        // The first page tells how many there are, and is read again in its turn.
        Assert.Equal(((whole.Count + 1) / 2) + 1, await sandbox.CountAsync() - before);
    }

    [Fact]
    public async Task A_disabled_secret_is_refused_and_accepted_again_once_enabled()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        ApiToken? disabled = await Tokens.SetEnabledAsync(issued.Id, enabled: false, default);
        Assert.Equal(TokenStatus.Inactive, disabled!.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await WhoAmIAsync(issued));

        ApiToken? enabled = await Tokens.SetEnabledAsync(issued.Id, enabled: true, default);
        Assert.Equal(TokenStatus.Active, enabled!.Status);
        Assert.Equal(HttpStatusCode.OK, await WhoAmIAsync(issued));
    }

    [Fact]
    public async Task A_renamed_token_has_its_new_name_and_its_old_secret()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        await Tokens.RenameAsync(issued.Id, "new name", default);

        ApiToken read = await Tokens.GetAsync(issued.Id, default);
        Assert.Equal(("new name", "for the pipeline"), (read.Name, read.Description));
        Assert.Equal(HttpStatusCode.OK, await WhoAmIAsync(issued));
    }

    [Fact]
    public async Task A_description_can_be_changed()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        ApiToken? changed = await Tokens.UpdateAsync(issued.Id, new TokenChanges { Description = "other" }, default);

        Assert.Equal(("ci", "other"), (changed!.Name, changed.Description));
        Assert.Equal("other", (await Tokens.GetAsync(issued.Id, default)).Description);
    }

    [Fact]
    public async Task A_removed_token_is_gone_and_its_secret_is_refused()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        await Tokens.RemoveAsync(issued.Id, default);

        Assert.Equal(HttpStatusCode.Unauthorized, await WhoAmIAsync(issued));
        var error = await Assert.ThrowsAsync<ApiTokenException>(() => Tokens.GetAsync(issued.Id, default));
        Assert.Equal(ErrorKind.ObjectNotFound, error.Kind);
    }

    [Fact]
    public async Task A_token_expires_at_the_date_it_was_given()
    {
        DateTimeOffset end = sandbox.Clock.GetUtcNow().AddDays(90);
        IssuedToken issued = await Tokens.CreateAsync(new NewTokenRequest { Name = "short", Scope = ["All"], Expiry = TokenExpiry.AtMoment(end) }, default);
        Assert.Equal(end, issued.ExpiresAt!.Value, TimeSpan.FromMilliseconds(1));
        Assert.Equal(HttpStatusCode.OK, await WhoAmIAsync(issued));

        sandbox.Clock.Advance(TimeSpan.FromDays(90) + TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.Unauthorized, await WhoAmIAsync(issued));
        Assert.Equal(TokenStatus.Expired, (await Tokens.GetAsync(issued.Id, default)).Status);
    }

    [Fact]
    public async Task A_token_that_never_expires_has_no_end()
    {
        IssuedToken issued = await Tokens.CreateAsync(new NewTokenRequest { Name = "forever", Scope = ["All"], Expiry = TokenExpiry.NeverExpires }, default);

        Assert.Null(issued.ExpiresAt);
        Assert.Contains(await Tokens.ListAsync(new TokenFilter { NeverExpires = true }), token => token.Id == issued.Id);
    }

    [Fact]
    public async Task An_end_in_the_past_is_refused_by_the_parameters_name()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.CreateAsync(
            new NewTokenRequest { Name = "x", Expiry = TokenExpiry.AtMoment(sandbox.Clock.GetUtcNow().AddSeconds(-1)) }, default));

        Assert.Equal("InvalidExpiresAt", error.ErrorId);
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
        string application = sandbox.Describe("Wegnology").Applications![0];
        TokenConnection ofApplication = await sandbox.ConnectAsync("Wegnology", $"application/{application}");
        TokenConnection ofInstance = await sandbox.ConnectAsync("Wegnology", $"instance/{sandbox.Describe("Wegnology").Instances![0]}");

        IssuedToken issued = await ofApplication.Tokens.CreateAsync(new NewTokenRequest { Name = "app", Scope = ["All"] }, default);

        Assert.Equal(["all.Application"], issued.Scope);
        Assert.Equal($"application/{application}", issued.Account);
        Assert.Contains(await ofApplication.Tokens.ListAsync(), token => token.Id == issued.Id);
        Assert.DoesNotContain(await Tokens.ListAsync(), token => token.Id == issued.Id);
        Assert.Equal("billing", Assert.Single(await ofInstance.Tokens.ListAsync()).Name);
    }

    [Fact]
    public async Task Changing_permissions_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(
            () => Tokens.UpdateAsync("5e0000000000000000000001", new TokenChanges { ApplyToAll = AccessLevel.Read }, default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task Regenerating_in_place_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(
            () => Tokens.RegenerateAsync("5e0000000000000000000001", TokenExpiry.ServiceDefault, default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task Reading_a_secret_again_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.GetWithSecretAsync("5e0000000000000000000001", default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task Removing_all_tokens_of_a_user_in_one_request_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.RemoveAllAsync("x", default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task A_filter_by_last_use_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.ListAsync(new TokenFilter { UnusedSince = DateTimeOffset.UnixEpoch }));

        Assert.Equal("OperationNotSupported", error.ErrorId);
        Assert.All(await Tokens.ListAsync(), token => Assert.Null(token.LastUsedAt));
    }

    private Task<HttpStatusCode> WhoAmIAsync(IssuedToken token) => sandbox.WhoAmIAsync("Wegnology", SecretText.ToPlainText(token.Secret));
}
