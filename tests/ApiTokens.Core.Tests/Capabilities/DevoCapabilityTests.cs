using System.Net;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Capabilities;

public sealed class DevoCapabilityTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private static readonly NewTokenRequest New = new()
    {
        Name = "ci",
        User = "jdoe@example.com",
        Audience = ["apiv2", "http"],
        Scope = ["table://my.app.** level://admin"],
    };

    private TokenConnection _connection = null!;

    private ITokenService Tokens => _connection.Tokens;

    public async Task InitializeAsync() => _connection = await sandbox.ConnectAsync("Devo");

    public Task DisposeAsync() => Task.CompletedTask;

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
        Assert.Equal(HttpStatusCode.OK, await WhoAmIAsync(issued));
    }

    [Fact]
    public async Task A_created_token_is_listed_and_read_without_its_secret()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        ApiToken listed = Assert.Single(await Tokens.ListAsync(), token => token.Id == issued.Id);
        ApiToken read = await Tokens.GetAsync(issued.Id, default);

        Assert.IsNotType<IssuedToken>(listed);
        Assert.IsNotType<IssuedToken>(read);
        Assert.Equal((issued.Name, issued.ExpiresAt, issued.CreatedAt), (listed.Name, listed.ExpiresAt, listed.CreatedAt));
        Assert.Equal((issued.Name, issued.ExpiresAt, issued.CreatedAt), (read.Name, read.ExpiresAt, read.CreatedAt));
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

        ApiToken? renamed = await Tokens.RenameAsync(issued.Id, "new name", default);

        Assert.Equal("new name", renamed!.Name);
        Assert.Equal("new name", (await Tokens.GetAsync(issued.Id, default)).Name);
        Assert.Equal(HttpStatusCode.OK, await WhoAmIAsync(issued));
    }

    [Fact]
    public async Task A_removed_token_is_gone_and_its_secret_is_refused()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        await Tokens.RemoveAsync(issued.Id, default);

        Assert.Equal(HttpStatusCode.Unauthorized, await WhoAmIAsync(issued));
        Assert.DoesNotContain(await Tokens.ListAsync(), token => token.Id == issued.Id);
        var error = await Assert.ThrowsAsync<ApiTokenException>(() => Tokens.GetAsync(issued.Id, default));
        Assert.Equal(ErrorKind.ObjectNotFound, error.Kind);
    }

    [Fact]
    public async Task The_issuer_can_read_the_secret_again()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        IssuedToken read = await Tokens.GetWithSecretAsync(issued.Id, default);

        Assert.Equal(SecretText.ToPlainText(issued.Secret), SecretText.ToPlainText(read.Secret));
    }

    [Fact]
    public async Task A_secret_that_the_service_masks_is_not_taken_for_one()
    {
        ApiToken seeded = (await Tokens.ListAsync()).Single(token => token.Name == "dashboard");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => Tokens.GetWithSecretAsync(seeded.Id, default));

        Assert.Equal("SecretNotShown", error.ErrorId);
    }

    [Fact]
    public async Task A_description_is_not_supported()
    {
        ApiTokenException atIssue = await sandbox.RefusedUnsentAsync(
            () => Tokens.CreateAsync(new NewTokenRequest { Name = "x", User = New.User, Audience = New.Audience, Description = "d" }, default));
        ApiTokenException later = await sandbox.RefusedUnsentAsync(() => Tokens.UpdateAsync("2", new TokenChanges { Description = "d" }, default));

        Assert.Equal("OperationNotSupported", atIssue.ErrorId);
        Assert.Equal("OperationNotSupported", later.ErrorId);
        Assert.NotNull(later.RecommendedAction);
    }

    [Fact]
    public async Task Changing_permissions_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(
            () => Tokens.UpdateAsync("2", new TokenChanges { Access = new Dictionary<string, AccessLevel> { ["x"] = AccessLevel.Read } }, default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task Regenerating_in_place_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.RegenerateAsync("2", TokenExpiry.ServiceDefault, default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task Removing_all_tokens_of_a_user_in_one_request_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.RemoveAllAsync("jdoe@example.com", default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task An_expiry_at_creation_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.CreateAsync(
            new NewTokenRequest { Name = "x", User = New.User, Audience = New.Audience, Expiry = TokenExpiry.AfterMonths(3) }, default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task A_filter_by_last_use_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.ListAsync(new TokenFilter { UnusedSince = DateTimeOffset.UnixEpoch }));

        Assert.Equal("OperationNotSupported", error.ErrorId);
        Assert.All(await Tokens.ListAsync(), token => Assert.Null(token.LastUsedAt));
    }

    [Fact]
    public async Task Filters_are_applied_on_our_side_and_the_list_is_asked_for_once()
    {
        long before = await sandbox.CountAsync();
        List<ApiToken> found = await Tokens.ListAsync(new TokenFilter { User = "LEAVER@example.com", Statuses = [TokenStatus.Inactive] });

        Assert.Equal("alert bridge", Assert.Single(found).Name);
        Assert.Equal(before + 1, await sandbox.CountAsync());
    }

    [Fact]
    public async Task An_expired_token_is_not_an_inactive_one()
    {
        Assert.Equal(TokenStatus.Expired, (await Tokens.ListAsync()).Single(token => token.Name == "old collector").Status);
    }

    private Task<HttpStatusCode> WhoAmIAsync(IssuedToken token) => sandbox.WhoAmIAsync("Devo", SecretText.ToPlainText(token.Secret));
}
