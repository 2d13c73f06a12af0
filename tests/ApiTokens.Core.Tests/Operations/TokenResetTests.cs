using System.Net;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

public sealed class TokenResetTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Theory]
    [InlineData("Devo")]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    public async Task A_successor_is_issued_then_delivered_and_only_then_the_predecessor_removed(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        IssuedToken predecessor = await connection.Tokens.CreateAsync(New(service), default);
        IssuedToken? successor = null;
        long atDelivery = 0;
        var seenAtDelivery = HttpStatusCode.Unused;

        await Running.ResetAsync(
            connection,
            predecessor.Id,
            new ResetOptions(),
            async token =>
            {
                successor = token;
                atDelivery = await sandbox.CountAsync("writes");
                seenAtDelivery = await WhoAmIAsync(predecessor);
            },
            default);

        Assert.NotEqual(predecessor.Id, successor!.Id);
        Assert.Equal(HttpStatusCode.OK, seenAtDelivery);
        Assert.Equal(HttpStatusCode.Unauthorized, await WhoAmIAsync(predecessor));
        Assert.Equal(HttpStatusCode.OK, await WhoAmIAsync(successor));
        string[] writes = [.. (await sandbox.LogAsync(10)).Where(line => !line.StartsWith("GET", StringComparison.Ordinal))];
        Assert.StartsWith("POST", writes[^2]);
        Assert.StartsWith("DELETE", writes[^1]);
        Assert.EndsWith("/" + predecessor.Id, writes[^1]);
        Assert.Equal(atDelivery + 1, await sandbox.CountAsync("writes"));
    }

    [Theory]
    [InlineData("Devo")]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    public async Task A_successor_is_like_its_predecessor(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        IssuedToken predecessor = await connection.Tokens.CreateAsync(New(service), default);

        IssuedToken successor = await ResetAsync(connection, predecessor.Id);

        Assert.Equal(
            (predecessor.Name, predecessor.Description, predecessor.Owner, predecessor.Role),
            (successor.Name, successor.Description, successor.Owner, successor.Role));
        Assert.Equal(predecessor.Scope, successor.Scope);
        Assert.Equal(predecessor.Audience, successor.Audience);
    }

    [Theory]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    public async Task The_length_of_life_is_kept_and_counts_anew(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        IssuedToken predecessor = await connection.Tokens.CreateAsync(New(service, TokenExpiry.AfterDuration(TimeSpan.FromDays(90))), default);
        IssuedToken endless = await connection.Tokens.CreateAsync(New(service, TokenExpiry.NeverExpires), default);
        sandbox.Clock.Advance(TimeSpan.FromDays(30));

        IssuedToken successor = await ResetAsync(connection, predecessor.Id);
        IssuedToken endlessSuccessor = await ResetAsync(connection, endless.Id);
        IssuedToken shorter = await ResetAsync(connection, successor.Id, TokenExpiry.AfterDuration(TimeSpan.FromDays(7)));

        Assert.Equal(sandbox.Clock.GetUtcNow().AddDays(90), successor.ExpiresAt!.Value, TimeSpan.FromSeconds(1));
        Assert.Null(endlessSuccessor.ExpiresAt);
        Assert.Equal(sandbox.Clock.GetUtcNow().AddDays(7), shorter.ExpiresAt!.Value, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("Devo")]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    public async Task A_delivery_that_fails_leaves_the_predecessor(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        IssuedToken predecessor = await connection.Tokens.CreateAsync(New(service), default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Running.ResetAsync(
            connection, predecessor.Id, new ResetOptions(), _ => throw new InvalidOperationException("nobody there"), default));

        Assert.Equal(HttpStatusCode.OK, await WhoAmIAsync(predecessor));
    }

    [Fact]
    public async Task Where_the_service_can_the_secret_changes_in_place()
    {
        TokenConnection connection = await sandbox.ConnectAsync("ApplicationUsers");
        var request = new NewTokenRequest { User = "jdoe", ApplyToAll = AccessLevel.Read, Expiry = TokenExpiry.AfterMonths(12) };
        IssuedToken before = await connection.Tokens.CreateAsync(request, default);
        sandbox.Clock.Advance(TimeSpan.FromDays(1));

        IssuedToken after = await ResetAsync(connection, before.Id);

        Assert.Equal(before.Id, after.Id);
        Assert.Equal(sandbox.Clock.GetUtcNow().AddMonths(12), after.ExpiresAt!.Value, TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await sandbox.UseAsync(HttpMethod.Get, "location", "jdoe", SecretText.ToPlainText(before.Secret)));
        Assert.Equal(HttpStatusCode.OK, await sandbox.UseAsync(HttpMethod.Get, "location", "jdoe", SecretText.ToPlainText(after.Secret)));
    }

    [Theory]
    [InlineData("Gcore")]
    [InlineData("ApplicationUsers")]
    public async Task A_revoked_token_is_refused_and_nothing_is_written(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        IssuedToken token = await connection.Tokens.CreateAsync(New(service), default);
        await connection.Tokens.RemoveAsync(token.Id, default);
        long writes = await sandbox.CountAsync("writes");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => ResetAsync(connection, token.Id));

        Assert.Equal("TokenRevoked", error.ErrorId);
        Assert.Equal(writes, await sandbox.CountAsync("writes"));
    }

    [Fact]
    public async Task A_predecessor_that_stays_is_told_with_what_to_do()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Json("""{"id":3,"name":"ci","user":"u","audience":"apiv2","active":true}""")
            .Json("""{"id":4,"name":"ci","user":"u","audience":"apiv2","active":true,"token":"thesecret"}""", 201)
            .Answer(403, """{"error":{"message":"Forbidden"}}""", headers: ("x-devo-cid", "cid-9"));
        TokenConnection connection = await Connecting.ToAsync(server, "Devo");
        IssuedToken? delivered = null;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => Running.ResetAsync(
            connection,
            "3",
            new ResetOptions(),
            token =>
            {
                delivered = token;
                return Task.CompletedTask;
            },
            default));

        Assert.Equal("4", delivered!.Id);
        Assert.Equal(("PredecessorNotRemoved", ErrorKind.PermissionDenied, "cid-9"), (error.ErrorId, error.Kind, error.CorrelationId));
        Assert.Contains("'ci' (3)", error.Message);
        Assert.Contains("remove the token '3' on the connection", error.RecommendedAction);
        Assert.DoesNotContain("thesecret", error.ToString());
    }

    [Fact]
    public async Task A_predecessor_that_someone_else_removed_meanwhile_is_no_error()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Json("""{"id":3,"name":"ci","user":"u","audience":"apiv2"}""").Json("""{"id":4,"token":"thesecret"}""").Answer(404);
        TokenConnection connection = await Connecting.ToAsync(server, "Devo");

        await ResetAsync(connection, "3");

        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_stop_after_the_delivery_removes_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        IssuedToken predecessor = await connection.Tokens.CreateAsync(New("Wegnology"), default);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Running.ResetAsync(connection, predecessor.Id, new ResetOptions(), _ => cancellation.CancelAsync(), cancellation.Token));

        Assert.Equal(HttpStatusCode.OK, await WhoAmIAsync(predecessor));
    }

    private static async Task<IssuedToken> ResetAsync(TokenConnection connection, string id, TokenExpiry? expiry = null)
    {
        IssuedToken? issued = null;
        await Running.ResetAsync(
            connection,
            id,
            new ResetOptions { Expiry = expiry ?? TokenExpiry.ServiceDefault },
            token =>
            {
                issued = token;
                return Task.CompletedTask;
            },
            default);
        return issued!;
    }

    private static NewTokenRequest New(string service, TokenExpiry? expiry = null) => service switch
    {
        "Devo" => new()
        {
            Name = "reset",
            User = "jdoe@example.com",
            Audience = ["apiv2", "http"],
            Scope = ["table://a level://admin table://b level://admin"],
        },
        "Wegnology" => new() { Name = "reset", Description = "d", Scope = ["all.User"], Expiry = expiry ?? TokenExpiry.ServiceDefault },
        "Gcore" => new() { Name = "reset", Description = "d", Role = "Users", Expiry = expiry ?? TokenExpiry.ServiceDefault },
        _ => new() { User = "jdoe", ApplyToAll = AccessLevel.Read },
    };

    private Task<HttpStatusCode> WhoAmIAsync(IssuedToken token) => sandbox.ProveAsync(token, SecretText.ToPlainText(token.Secret));
}
