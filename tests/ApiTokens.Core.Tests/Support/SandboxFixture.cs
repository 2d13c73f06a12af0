using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Sandbox;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Support;

/// <summary>A sandbox for one test class, whose methods run one after the other.</summary>
public class SandboxFixture : IAsyncLifetime
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
    private SandboxServer _server = null!;

    internal FakeTimeProvider Clock { get; init; } = new(DateTimeOffset.UtcNow);

    internal SandboxOptions Options { get; init; } = new();

    public Uri BaseAddress => _server.BaseAddress;

    /// <summary>The planned faults.</summary>
    internal FaultPlan Faults => _server.Faults;

    public async Task InitializeAsync() => _server = await SandboxServer.StartAsync(Options with { TimeProvider = Clock });

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    /// <summary>The emulated services, by the default names of their connections.</summary>
    public IEnumerable<string> ServiceNames => _server.Description.Services.Keys;

    public ServiceDescription Describe(string service) => _server.Description.Services[ServiceCatalog.Find(service).ConnectionName];

    /// <summary>Connects as the administrator.</summary>
    public Task<TokenConnection> ConnectAsync(
        string service, string? account = null, string? secret = null, int pageSize = 1000, int? tokenLimit = null) =>
        TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = service,
                BaseUri = Describe(service).BaseUri,
                Account = account ?? Describe(service).Account,
                Secret = SecretText.ToSecureString(secret ?? Describe(service).Secret),
                PageSize = pageSize,
                TokenLimit = tokenLimit,
                RequestsPerSecond = TestConnections.UnlimitedRate,
                Time = Clock,
            },
            CancellationToken.None);

    /// <summary>Returns the status of a request that checks a token's secret.</summary>
    internal Task<HttpStatusCode> GetProofStatusAsync(ApiToken token, string secret)
    {
        (string path, (string, string)[] headers) = ServiceRecipe.Of(token.Service).Proof(token.Owner, token.Account, secret);
        return GetStatusAsync(HttpMethod.Get, path, headers);
    }

    /// <summary>Returns whether the service accepts a token's secret.</summary>
    internal async Task<bool> AcceptsAsync(IssuedToken token)
    {
        HttpStatusCode status = await GetProofStatusAsync(token, SecretText.ToPlainText(token.GetSecret()));
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Unauthorized, $"{status}");
        return status == HttpStatusCode.OK;
    }

    /// <summary>Returns the status of a request to the data API of ApplicationUsers with a secret.</summary>
    internal Task<HttpStatusCode> GetDataStatusAsync(HttpMethod method, string api, string userId, string secret) => GetStatusAsync(
        method,
        $"application-users/data/{api}",
        ("authenticationtoken", secret),
        ("sitename", Describe("ApplicationUsers").Account),
        ("userid", userId));

    internal async Task<HttpStatusCode> GetStatusAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(BaseAddress, path));
        foreach ((string name, string value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using HttpResponseMessage response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    /// <summary>Reads one of the sandbox's own paths.</summary>
    internal static async Task<JsonElement> ReadAsync(HttpClient http, SandboxServer server, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.BaseAddress, path));
        request.Headers.Authorization = new("Bearer", server.Description.ControlToken);
        using HttpResponseMessage response = await http.SendAsync(request);
        return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Returns the number of requests that the services have received.</summary>
    internal async Task<long> CountAsync(string kind = "total") =>
        (await ReadAsync(_http, _server, "sandbox/requests")).GetProperty(kind).GetInt64();

    /// <summary>Returns the last requests, oldest first, as "METHOD path".</summary>
    internal async Task<IReadOnlyList<string>> LogAsync(int last)
    {
        JsonElement log = await ReadAsync(_http, _server, $"sandbox/requests/log?last={last}");
        return [.. log.EnumerateArray().Select(entry => $"{entry.GetProperty("method")} {entry.GetProperty("path")}")];
    }

    /// <summary>Asserts that an operation fails without sending a request, and returns its error.</summary>
    internal async Task<ApiTokenException> AssertFailsWithoutRequestAsync(Func<Task> operation)
    {
        long before = await CountAsync();
        var error = await Assert.ThrowsAsync<ApiTokenException>(operation);
        Assert.Equal(before, await CountAsync());
        return error;
    }
}
