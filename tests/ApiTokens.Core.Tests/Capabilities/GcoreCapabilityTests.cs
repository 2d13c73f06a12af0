using System.Net;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Capabilities;

public sealed class GcoreCapabilityTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private static readonly NewTokenRequest New = new() { Name = "ci", Role = "Engineers", Description = "for the pipeline" };

    private TokenConnection _connection = null!;

    private ITokenService Tokens => _connection.Tokens;

    public async Task InitializeAsync() => _connection = await sandbox.ConnectAsync("Gcore");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_created_token_is_what_was_asked_for_and_its_secret_is_accepted()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(("ci", "for the pipeline", "Engineers"), (issued.Name, issued.Description, issued.Role));
        Assert.Equal("admin@example.com", issued.Issuer);
        Assert.StartsWith(issued.Id + "_", SecretText.ToPlainText(issued.Secret));
        Assert.Equal(HttpStatusCode.OK, await WhoAmIAsync(issued));
    }

    [Fact]
    public async Task A_created_token_is_listed_and_read()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        ApiToken listed = Assert.Single(await Tokens.ListAsync(), token => token.Id == issued.Id);
        ApiToken read = await Tokens.GetAsync(issued.Id, default);

        Assert.Equal((issued.Name, issued.ExpiresAt), (listed.Name, listed.ExpiresAt));
        Assert.Equal((issued.Name, issued.Description, issued.Role), (read.Name, read.Description, read.Role));
    }

    [Fact]
    public async Task A_removed_token_is_listed_only_when_asked_for_and_its_secret_is_refused()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        await Tokens.RemoveAsync(issued.Id, default);

        Assert.Equal(HttpStatusCode.Unauthorized, await WhoAmIAsync(issued));
        Assert.DoesNotContain(await Tokens.ListAsync(), token => token.Id == issued.Id);
        Assert.Contains(await Tokens.ListAsync(new TokenFilter { Statuses = [TokenStatus.Revoked] }), token => token.Id == issued.Id);
    }

    [Fact]
    public async Task Removing_a_token_twice_is_an_error_the_second_time()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);
        await Tokens.RemoveAsync(issued.Id, default);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => Tokens.RemoveAsync(issued.Id, default));

        Assert.Equal(ErrorKind.ObjectNotFound, error.Kind);
    }

    [Fact]
    public async Task A_token_expires_at_the_date_it_was_given()
    {
        DateTimeOffset end = sandbox.Clock.GetUtcNow().AddDays(3).AddMinutes(1);
        IssuedToken issued = await Tokens.CreateAsync(new NewTokenRequest { Name = "short", Role = "Users", Expiry = TokenExpiry.AtMoment(end) }, default);
        Assert.Equal(end, issued.ExpiresAt!.Value, TimeSpan.FromMilliseconds(1));
        Assert.Equal(HttpStatusCode.OK, await WhoAmIAsync(issued));

        sandbox.Clock.Advance(TimeSpan.FromDays(3) + TimeSpan.FromMinutes(2));

        Assert.Equal(HttpStatusCode.Unauthorized, await WhoAmIAsync(issued));
        Assert.Equal(TokenStatus.Expired, (await Tokens.GetAsync(issued.Id, default)).Status);
    }

    [Fact]
    public async Task A_token_that_never_expires_has_no_end()
    {
        IssuedToken issued = await Tokens.CreateAsync(new NewTokenRequest { Name = "forever", Role = "2", Expiry = TokenExpiry.NeverExpires }, default);

        Assert.Null(issued.ExpiresAt);
        Assert.Equal("Users", issued.Role);
    }

    [Fact]
    public async Task Without_a_given_end_a_token_lives_a_year()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);

        Assert.Equal(sandbox.Clock.GetUtcNow().AddYears(1), issued.ExpiresAt!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task The_last_use_is_told()
    {
        IssuedToken issued = await Tokens.CreateAsync(New, default);
        Assert.Null((await Tokens.GetAsync(issued.Id, default)).LastUsedAt);

        await WhoAmIAsync(issued);

        Assert.Equal(sandbox.Clock.GetUtcNow(), (await Tokens.GetAsync(issued.Id, default)).LastUsedAt!.Value, TimeSpan.FromMilliseconds(1));
        List<ApiToken> unused = await Tokens.ListAsync(new TokenFilter { UnusedSince = sandbox.Clock.GetUtcNow().AddSeconds(-1) });
        Assert.DoesNotContain(unused, token => token.Id == issued.Id);
        Assert.Contains(unused, token => token.Name == "cdn purge");
    }

    [Theory]
    [InlineData("Engineers")]
    [InlineData("engineers")]
    [InlineData("5")]
    public async Task A_role_filters_by_name_or_id(string role)
    {
        List<ApiToken> found = await Tokens.ListAsync(new TokenFilter { Role = role });

        Assert.Contains(found, token => token.Name == "log shipper");
        Assert.All(found, token => Assert.Equal("Engineers", token.Role));
    }

    [Theory]
    [InlineData("2003")]
    [InlineData("jdoe@example.com")]
    public async Task An_issuer_filters_by_id_or_address(string issuer)
    {
        List<ApiToken> found = await Tokens.ListAsync(new TokenFilter { Issuer = issuer });

        Assert.Contains(found, token => token.Name == "log shipper");
        Assert.All(found, token => Assert.Equal("jdoe@example.com", token.Issuer));
    }

    [Fact]
    public async Task A_role_above_the_connections_own_is_refused_by_the_parameters_name()
    {
        IssuedToken engineer = await Tokens.CreateAsync(New, default);
        TokenConnection lower = await sandbox.ConnectAsync("Gcore", secret: SecretText.ToPlainText(engineer.Secret));
        long writes = await sandbox.CountAsync("writes");

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => lower.Tokens.CreateAsync(new NewTokenRequest { Name = "x", Role = "Administrators" }, default));

        Assert.Equal("InvalidRole", error.ErrorId);
        Assert.Equal(writes, await sandbox.CountAsync("writes"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Enabling_and_disabling_are_not_supported(bool enabled)
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.SetEnabledAsync("42", enabled, default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
        Assert.Equal("Gcore tokens cannot be disabled. Remove the token, or reset it.", error.RecommendedAction);
    }

    [Fact]
    public async Task Renaming_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.RenameAsync("42", "new", default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task Changing_a_description_later_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.UpdateAsync("42", new TokenChanges { Description = "d" }, default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task Changing_permissions_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.UpdateAsync("42", new TokenChanges { ApplyToAll = AccessLevel.Full }, default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task Regenerating_in_place_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.RegenerateAsync("42", TokenExpiry.ServiceDefault, default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task Reading_a_secret_again_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.GetWithSecretAsync("42", default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    [Fact]
    public async Task Removing_all_tokens_of_a_user_in_one_request_is_not_supported()
    {
        ApiTokenException error = await sandbox.RefusedUnsentAsync(() => Tokens.RemoveAllAsync("x", default));

        Assert.Equal("OperationNotSupported", error.ErrorId);
    }

    private Task<HttpStatusCode> WhoAmIAsync(IssuedToken token) => sandbox.WhoAmIAsync("Gcore", SecretText.ToPlainText(token.Secret));
}
