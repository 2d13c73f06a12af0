using ApiTokens;
using ApiTokens.Operations;
using ApiTokens.Sandbox;
using ApiTokens.Services;

// The library from C#: connect, list, issue, reset, revoke. The sandbox runs in this process and stands for the service.
CancellationToken cancellationToken = CancellationToken.None;
await using SandboxServer sandbox = await SandboxServer.StartAsync(new SandboxOptions());
ServiceDescription wegnology = sandbox.Description.Services["wegnology"];

TokenConnection connection = await TokenConnection.ConnectAsync(
    new ConnectionRequest
    {
        Service = "Wegnology",
        Account = wegnology.Account,
        BaseUri = wegnology.BaseUri,
        Secret = SecretText.ToSecureString(wegnology.Secret),
    },
    cancellationToken);

await foreach (ApiToken token in connection.Tokens.ListAsync(new TokenFilter { ExpiresBefore = DateTimeOffset.UtcNow.AddDays(7) }, cancellationToken))
{
    Console.WriteLine($"{token.ExpiresAt:yyyy-MM-dd}: {token.Name} ({token.Status})");
}

IssuedToken issued = await connection.Tokens.CreateAsync(
    new NewTokenRequest { Name = "ci", Scope = ["ReadOnly"], Expiry = TokenExpiry.AfterDuration(TimeSpan.FromDays(90)) },
    cancellationToken);
Console.WriteLine($"Issued {issued}");

// The old token is removed only after the new secret was delivered (here) and accepted by the service.
IssuedToken? successor = null;
await TokenReset.ResetAsync(
    connection,
    issued.Id,
    new ResetOptions(),
    delivered =>
    {
        successor = delivered;
        return Task.CompletedTask;
    },
    cancellationToken);
Console.WriteLine($"Reset it: {successor}");

await connection.Tokens.RemoveAsync(successor!.Id, cancellationToken);
Console.WriteLine("Revoked it");
