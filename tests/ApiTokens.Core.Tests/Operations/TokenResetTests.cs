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
    public async Task Reset_Token_RemovesOldTokenAfterDelivery(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        IssuedToken predecessor = await connection.Tokens.CreateAsync(New(service), default);
        IssuedToken? successor = null;
        long atDelivery = 0;
        var statusAtDelivery = HttpStatusCode.Unused;

        await TestOperations.ResetAsync(
            connection,
            predecessor.Id,
            new ResetOptions(),
            async token =>
            {
                successor = token;
                atDelivery = await sandbox.CountAsync("writes");
                statusAtDelivery = await WhoAmIAsync(predecessor);
            },
            default);

        Assert.NotEqual(predecessor.Id, successor!.Id);
        Assert.Equal(HttpStatusCode.OK, statusAtDelivery);
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
    public async Task Reset_Token_KeepsValues(string service)
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
    public async Task Reset_TokenWithExpiry_KeepsLifetimeFromNow(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        IssuedToken predecessor = await connection.Tokens.CreateAsync(
            New(service, TokenExpiry.AfterDuration(TimeSpan.FromDays(90))), default);
        IssuedToken neverExpiring = await connection.Tokens.CreateAsync(New(service, TokenExpiry.NeverExpires), default);
        sandbox.Clock.Advance(TimeSpan.FromDays(30));

        IssuedToken successor = await ResetAsync(connection, predecessor.Id);
        IssuedToken neverExpiringSuccessor = await ResetAsync(connection, neverExpiring.Id);
        IssuedToken shorter = await ResetAsync(connection, successor.Id, TokenExpiry.AfterDuration(TimeSpan.FromDays(7)));

        Assert.Equal(sandbox.Clock.GetUtcNow().AddDays(90), successor.ExpiresAt!.Value, TimeSpan.FromSeconds(1));
        Assert.Null(neverExpiringSuccessor.ExpiresAt);
        Assert.Equal(sandbox.Clock.GetUtcNow().AddDays(7), shorter.ExpiresAt!.Value, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("Devo")]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    public async Task Reset_DeliveryFails_KeepsOldToken(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        IssuedToken predecessor = await connection.Tokens.CreateAsync(New(service), default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => TestOperations.ResetAsync(
            connection, predecessor.Id, new ResetOptions(), _ => throw new InvalidOperationException("delivery failed"), default));

        Assert.Equal(HttpStatusCode.OK, await WhoAmIAsync(predecessor));
    }

    [Fact]
    public async Task Reset_ServiceRegenerates_KeepsId()
    {
        TokenConnection connection = await sandbox.ConnectAsync("ApplicationUsers");
        var request = new NewTokenRequest { User = "jdoe", ApplyToAll = AccessLevel.Read, Expiry = TokenExpiry.AfterMonths(12) };
        IssuedToken before = await connection.Tokens.CreateAsync(request, default);
        sandbox.Clock.Advance(TimeSpan.FromDays(1));

        IssuedToken after = await ResetAsync(connection, before.Id);

        Assert.Equal(before.Id, after.Id);
        Assert.Equal(sandbox.Clock.GetUtcNow().AddMonths(12), after.ExpiresAt!.Value, TimeSpan.FromSeconds(1));
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            await sandbox.GetDataStatusAsync(HttpMethod.Get, "location", "jdoe", SecretText.ToPlainText(before.GetSecret())));
        Assert.Equal(
            HttpStatusCode.OK,
            await sandbox.GetDataStatusAsync(HttpMethod.Get, "location", "jdoe", SecretText.ToPlainText(after.GetSecret())));
    }

    [Fact]
    public async Task Reset_OtherPermissions_AreThoseOfTheNewToken()
    {
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        IssuedToken old = await connection.Tokens.CreateAsync(New("Wegnology"), default);
        IssuedToken? issued = null;

        await TestOperations.ResetAsync(
            connection,
            old.Id,
            new ResetOptions { Permissions = new SuccessorPermissions { Scope = ["all.User.read"] } },
            token =>
            {
                issued = token;
                return Task.CompletedTask;
            },
            default);

        Assert.Equal(["all.User.read"], issued!.Scope);
    }

    [Theory]
    [InlineData("Gcore")]
    [InlineData("ApplicationUsers")]
    public async Task Reset_RevokedToken_ThrowsWithoutWrite(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        IssuedToken token = await connection.Tokens.CreateAsync(New(service), default);
        await connection.Tokens.RemoveAsync(token.Id, default);
        long writes = await sandbox.CountAsync("writes");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => ResetAsync(connection, token.Id));

        Assert.Equal("TokenRevoked", error.ErrorId);
        Assert.Null(ErrorText.FindDefect(error));
        Assert.Equal(writes, await sandbox.CountAsync("writes"));
    }

    [Fact]
    public async Task Reset_OldTokenNotRemoved_ReportsItWithRecommendedAction()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Json("""{"id":3,"name":"ci","user":"u","audience":"apiv2","scope":"table://a level://b","active":true}""")
            .Json("""{"id":4,"name":"ci","user":"u","audience":"apiv2","active":true,"token":"thesecret"}""", 201)
            .Json("""{"email":"u"}""")
            .Respond(403, """{"error":{"message":"Forbidden"}}""", headers: ("x-devo-cid", "cid-9"));
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");
        IssuedToken? delivered = null;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => TestOperations.ResetAsync(
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
    public async Task Reset_OldTokenAlreadyRemoved_Succeeds()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Json("""{"id":3,"name":"ci","user":"u","audience":"apiv2","scope":"table://a level://b"}""")
            .Json("""{"id":4,"token":"thesecret"}""")
            .Json("""{"id":4,"user":"u"}""").Json("""{"email":"u"}""").Respond(404).Respond(404).Json("[]");
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");

        await ResetAsync(connection, "3");

        Assert.Equal(7, server.Requests.Count);
    }

    // Devo would give the successor of a token whose scope it does not return access to every table.
    [Fact]
    public async Task Reset_OldTokenHasNoScope_IsRefusedBeforeTheNewTokenIsIssued()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Json("""{"id":3,"name":"ci","user":"u","audience":"apiv2"}""");
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => ResetAsync(connection, "3"));

        Assert.Equal("InvalidScope", error.ErrorId);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Reset_StoppedAfterDelivery_KeepsOldToken()
    {
        using var cancellation = new CancellationTokenSource();
        TokenConnection connection = await sandbox.ConnectAsync("Wegnology");
        IssuedToken predecessor = await connection.Tokens.CreateAsync(New("Wegnology"), default);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => TestOperations.ResetAsync(
                connection, predecessor.Id, new ResetOptions(), _ => cancellation.CancelAsync(), cancellation.Token));

        Assert.Equal(HttpStatusCode.OK, await WhoAmIAsync(predecessor));
    }

    private static async Task<IssuedToken> ResetAsync(TokenConnection connection, string id, TokenExpiry? expiry = null)
    {
        IssuedToken? issued = null;
        await TestOperations.ResetAsync(
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
        "Gcore" => new() { Name = "reset", Description = "d", Role = "Users", Expiry = expiry ?? TokenExpiry.AfterMonths(12) },
        _ => new() { User = "jdoe", ApplyToAll = AccessLevel.Read },
    };

    private Task<HttpStatusCode> WhoAmIAsync(IssuedToken token) =>
        sandbox.GetProofStatusAsync(token, SecretText.ToPlainText(token.GetSecret()));
}
