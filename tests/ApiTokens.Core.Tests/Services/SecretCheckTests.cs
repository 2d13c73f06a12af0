using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services;

/// <summary>Asking a service whether a secret works: with that secret, and without a word of it in what comes out.</summary>
public sealed class SecretCheckTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Theory]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    [InlineData("ApplicationUsers")]
    public async Task A_secret_is_accepted_as_long_as_its_token_lives(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        IssuedToken token = await connection.Tokens.CreateAsync(New(service), default);

        SecretCheck alive = await connection.Tokens.CheckSecretAsync(token.Secret, token, default);
        await connection.Tokens.RemoveAsync(token.Id, default);
        SecretCheck dead = await connection.Tokens.CheckSecretAsync(token.Secret, token, default);

        Assert.Equal(SecretState.Accepted, alive.State);
        Assert.Equal((token.Id, connection.Account), (alive.TokenId, alive.Account));
        Assert.NotNull(alive.Owner);
        Assert.Equal(SecretState.Refused, dead.State);
        Assert.Equal(ErrorKind.AuthenticationError, dead.Error!.Kind);
        Assert.DoesNotContain(SecretText.ToPlainText(token.Secret), dead.Error.ToString());
    }

    [Theory]
    [InlineData("Gcore")]
    [InlineData("ApplicationUsers")]
    public async Task The_answer_names_the_token_of_an_unknown_secret(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        IssuedToken token = await connection.Tokens.CreateAsync(New(service), default);

        SecretCheck check = await connection.Tokens.CheckSecretAsync(token.Secret, token: null, default);

        Assert.Equal((SecretState.Accepted, token.Id), (check.State, check.TokenId));
    }

    [Fact]
    public async Task Devo_has_no_call_for_a_data_token_and_is_not_asked()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Devo");
        IssuedToken token = await connection.Tokens.CreateAsync(New("Devo"), default);
        long before = await sandbox.CountAsync();

        SecretCheck check = await connection.Tokens.CheckSecretAsync(token.Secret, token, default);

        Assert.Equal((SecretState.Unknown, null), (check.State, check.Error));
        Assert.Equal(before, await sandbox.CountAsync());
    }

    [Fact]
    public async Task Devo_lets_a_management_token_in_and_a_refusal_tells_nothing()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Devo");

        SecretCheck own = await connection.Tokens.CheckSecretAsync(SecretText.ToSecureString(sandbox.Describe("Devo").Secret), token: null, default);
        SecretCheck other = await connection.Tokens.CheckSecretAsync(SecretText.ToSecureString("0123456789abcdef0123456789abcdef"), token: null, default);

        Assert.Equal((SecretState.Accepted, connection.Account), (own.State, own.Account));
        Assert.Equal(SecretState.Unknown, other.State);
    }

    [Fact]
    public async Task A_token_that_lacks_the_scope_was_let_in_all_the_same()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        IssuedToken token = await connection.Tokens.CreateAsync(new NewTokenRequest { Name = "narrow", Scope = ["userApiTokens.get"] }, default);

        SecretCheck check = await connection.Tokens.CheckSecretAsync(token.Secret, token, default);

        Assert.Equal((SecretState.Accepted, null), (check.State, check.Error));
    }

    [Theory]
    [InlineData("Wegnology", "/me", "Bearer tested-secret-1")]
    [InlineData("Gcore", "/iam/clients/me", "APIKey tested-secret-1")]
    [InlineData("ApplicationUsers", "/sites/acme/me", "Bearer tested-secret-1")]
    [InlineData("Devo", "/ws/accounts/acme/credentials/tokens", "Bearer tested-secret-1")]
    public async Task It_is_sent_in_the_place_of_the_connection_s_own_and_neither_comes_back(string service, string path, string header)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        string words = $"no tested-secret-1 and no {Connecting.Secret}";
        server.Answer(500).Json($$"""{"message":"{{words}}","detail":"{{words}}"}""", 400);
        TokenConnection connection = await Connecting.ToAsync(server, service);

        SecretCheck check = await connection.Tokens.CheckSecretAsync(SecretText.ToSecureString("tested-secret-1"), token: null, default);

        Assert.Equal(SecretState.Unknown, check.State);
        Assert.Contains("no *** and no ***", check.Error!.Message);
        Assert.Equal(path, server.Requests[0].Path);
        Assert.All(server.Requests, request => Assert.Equal(header, request.Headers["Authorization"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("a line\r\nInjected: header")]
    public async Task A_text_that_can_be_no_secret_is_not_sent(string text)
    {
        TokenConnection connection = await sandbox.ConnectAsync("Gcore");
        long before = await sandbox.CountAsync();

        SecretCheck check = await connection.Tokens.CheckSecretAsync(SecretText.ToSecureString(text), token: null, default);

        Assert.Equal((SecretState.Refused, "NoSecret"), (check.State, check.Error!.ErrorId));
        Assert.Equal(before, await sandbox.CountAsync());
    }

    private static NewTokenRequest New(string service) => service switch
    {
        "Devo" => new() { Name = "check", User = "jdoe@example.com", Audience = ["apiv2"] },
        "Wegnology" => new() { Name = "check", Scope = ["all.User"] },
        "Gcore" => new() { Name = "check", Role = "Users" },
        _ => new() { User = "jdoe", ApplyToAll = AccessLevel.None },
    };
}
