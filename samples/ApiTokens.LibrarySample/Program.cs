using System.Security;
using ApiTokens;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Sandbox;
using ApiTokens.Services;

// The library from C#: connect, list, reset with a journal, revoke. The sandbox in this process stands for the service.
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
    CancellationToken.None);

var expiring = new List<ApiToken>();
await foreach (
    ApiToken token in connection.Tokens.ListAsync(
        new TokenFilter { ExpiresBefore = DateTimeOffset.UtcNow.AddDays(30) }, CancellationToken.None))
{
    Console.WriteLine($"{token.ExpiresAt:yyyy-MM-dd}: {token.Name} ({token.Status})");
    expiring.Add(token);
}

// Each old token is removed only after the new secret was saved and accepted by the service. If the process is killed, a run
// with the same journal continues where this one ended.
var vault = new Vault();
string path = Path.Combine(Path.GetTempPath(), $"rotation-{Guid.NewGuid():N}.jsonl");
using (var run = new OperationRunner(throttleLimit: 8, vault, vault, JournalWriter.Open(path, "Reset", [connection.AccountIdentity])))
{
    expiring.Where(token => token.Status == TokenStatus.Active).ToList().ForEach(token => run.Add(new ResetOperation(connection, token)));
    run.Complete();
    Console.WriteLine(run.Summary);
}

foreach (IssuedToken token in vault.Secrets.Values)
{
    await new RemoveOperation(connection, token).RunAsync();
    Console.WriteLine($"Revoked {token}");
}

internal sealed class Vault : ISecretSink, IOperationOutput
{
    public Dictionary<string, IssuedToken> Secrets { get; } = [];

    public void Save(Operation operation, IssuedToken issued) => Secrets[operation.Name] = issued;

    public bool? Contains(Operation operation, ApiToken token) => Secrets.Values.Any(saved => saved.Id == token.Id);

    public SecureString? Read(Operation operation, ApiToken token) =>
        Secrets.Values.FirstOrDefault(saved => saved.Id == token.Id)?.GetSecret();

    public void Revert(Operation operation) => Secrets.Remove(operation.Name);

    public void Complete(Operation operation)
    {
    }

    public void WriteResult(Operation operation, object result) => Console.WriteLine($"Reset {result}");

    public void WriteError(Operation operation, Exception error) => Console.Error.WriteLine(error.Message);

    public void WriteVerbose(Operation operation, string message) => Console.WriteLine(message);
}
