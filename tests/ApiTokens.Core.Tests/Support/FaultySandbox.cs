using System.Security;
using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Sandbox;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Support;

/// <summary>A sandbox with faults on demand, and connections whose waits take no time.</summary>
public sealed class FaultySandbox : IAsyncLifetime
{
    public const string User = "jdoe";

    private static int _names;

    private readonly SandboxFixture _sandbox = new()
    {
        Clock = new TestTimeProvider(DateTimeOffset.UtcNow) { SkipUpTo = TimeSpan.FromMinutes(20) },
        Options = new SandboxOptions { GcoreTokenLimit = 1_000_000 },
    };

    public static TheoryData<string> Services => [.. ServiceNames];

    /// <summary>The services that reset a token by issuing a new one.</summary>
    public static TheoryData<string> ServicesWithSuccessors => [.. NamesWithSuccessors];

    /// <summary>All services in the catalogue.</summary>
    internal static IEnumerable<string> ServiceNames => ServiceCatalog.All.Select(service => service.Name);

    internal static IEnumerable<string> NamesWithSuccessors =>
        ServiceCatalog.All.Where(service => !service.Capabilities.Regenerate).Select(service => service.Name);

    internal FakeTimeProvider Clock => _sandbox.Clock;

    public Task InitializeAsync() => _sandbox.InitializeAsync();

    public Task DisposeAsync() => _sandbox.DisposeAsync();

    /// <summary>Returns a unique name for a token.</summary>
    public static string NewName() => $"token {Interlocked.Increment(ref _names)}";

    public static NewTokenRequest New(string service, string name) => ServiceRecipe.Of(service).New(name);

    public Task<TokenConnection> ConnectAsync(string service, string? name = null, SecureString? secret = null)
    {
        ServiceDescription description = _sandbox.Describe(service);
        return TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = service,
                Name = name,
                BaseUri = description.BaseUri,
                Account = description.Account,
                Secret = secret ?? SecretText.ToSecureString(description.Secret),
                RequestsPerSecond = TestConnections.UnlimitedRate,
                Time = Clock,
                Timeout = TestConnections.LongTimeout,
                SkipCheck = true,
            },
            default);
    }

    /// <summary>Plans a fault for the requests to a service.</summary>
    internal PlannedFault Plan(string service, Fault fault) =>
        _sandbox.Faults.Add(fault with { Service = ServiceCatalog.Find(service).ConnectionName });

    internal void Clear() => _sandbox.Faults.Clear();

    /// <summary>Returns whether the service accepts a token's secret.</summary>
    internal Task<bool> WorksAsync(IssuedToken token) => _sandbox.AcceptsAsync(token);

    internal static async Task<List<ApiToken>> ListByNameAsync(TokenConnection connection, string name) =>
        await connection.Tokens.ListAsync(new TokenFilter { Names = [NamePattern.Literal(name)] });

    internal Task<long> CountAsync(string kind = "total") => _sandbox.CountAsync(kind);

    internal async Task<string[]> WritesAsync(long since)
    {
        int last = (int)(await CountAsync() - since);
        return [.. (await _sandbox.LogAsync(last)).Where(line => !line.StartsWith("GET", StringComparison.Ordinal))];
    }
}
