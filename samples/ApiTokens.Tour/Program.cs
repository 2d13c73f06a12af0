using ApiTokens;
using ApiTokens.Lifecycle;
using ApiTokens.Sandbox;
using ApiTokens.Services;
using ApiTokens.Tour;

// The life of tokens of four services in C#, on ApiTokens.Core: what samples/demo.ps1 tells in PowerShell. The sandbox
// runs in this process, and every claim is checked by using the secret over HTTP.
CancellationToken stop = CancellationToken.None;
await using SandboxServer sandbox = await SandboxServer.StartAsync(new SandboxOptions());
using var client = new SecretUser(sandbox.BaseAddress);
var claims = new Claims();

Dictionary<string, NewTokenRequest> requests = new()
{
    ["devo"] = new() { Name = "ci", User = "ci@example.com", Audience = ["apiv2"], Scope = ["table://my.app.**", "level://admin"] },
    ["wegnology"] = new() { Name = "ci", Scope = ["ReadOnly"], Expiry = TokenExpiry.AfterDuration(TimeSpan.FromDays(90)) },
    ["gcore"] = new() { Name = "ci", Role = "Engineers", Expiry = TokenExpiry.AfterDuration(TimeSpan.FromDays(90)) },
    ["application-users"] = new()
    {
        Name = "ci",
        User = "jdoe",
        Access = new Dictionary<string, AccessLevel> { ["location"] = AccessLevel.Read },
        Expiry = TokenExpiry.AfterMonths(3),
    },
};

foreach ((string service, NewTokenRequest request) in requests)
{
    ServiceDescription described = sandbox.Description.Services[service];
    TokenConnection connection = await TokenConnection.ConnectAsync(
        new ConnectionRequest
        {
            Service = service,
            Account = described.Account,
            BaseUri = described.BaseUri,
            Secret = SecretText.Protect(described.Secret),
        },
        stop);
    Console.WriteLine(connection.Name);

    IssuedToken token = await connection.Tokens.CreateAsync(request, stop);
    claims.Hold(service, $"issued {token}; its secret is accepted", await client.IsAcceptedAsync(token));

    if (connection.Capabilities.SetEnabled)
    {
        await connection.Tokens.SetEnabledAsync(token.Id, enabled: false, stop);
        claims.Hold(service, "disabled: its secret is refused", !await client.IsAcceptedAsync(token));
        await connection.Tokens.SetEnabledAsync(token.Id, enabled: true, stop);
        claims.Hold(service, "enabled: its secret is accepted again", await client.IsAcceptedAsync(token));
    }
    else
    {
        await claims.NotSupportedAsync(service, "cannot be disabled, and says so", () => connection.Tokens.SetEnabledAsync(token.Id, enabled: false, stop));
    }

    if (connection.Capabilities.Rename)
    {
        await connection.Tokens.RenameAsync(token.Id, "ci (renamed)", stop);
        ApiToken renamed = await connection.Tokens.GetAsync(token.Id, stop);
        claims.Hold(service, $"renamed to '{renamed.Name}'; its secret is accepted", renamed.Name == "ci (renamed)" && await client.IsAcceptedAsync(token));
    }
    else
    {
        await claims.NotSupportedAsync(service, "cannot be renamed, and says so", () => connection.Tokens.RenameAsync(token.Id, "x", stop));
    }

    IssuedToken? successor = null;
    await TokenReset.ResetAsync(
        connection,
        token.Id,
        new ResetOptions(),
        issued =>
        {
            successor = issued;
            return Task.CompletedTask;
        },
        stop);
    claims.Hold(service, $"reset: the new secret of {successor} is accepted", await client.IsAcceptedAsync(successor!));
    claims.Hold(service, "reset: the old secret is refused", !await client.IsAcceptedAsync(token));

    await connection.Tokens.RemoveAsync(successor!.Id, stop);
    claims.Hold(service, "revoked: its secret is refused", !await client.IsAcceptedAsync(successor));
}

return claims.Summarize();
