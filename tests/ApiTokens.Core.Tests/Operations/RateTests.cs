using System.Net.Http.Json;
using System.Text.Json;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Sandbox;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>Against a service that allows a hundred requests a second, by the system's clock.</summary>
public sealed class RateTests : IAsyncLifetime
{
    private const int Rate = 100;

    private SandboxServer _server = null!;

    public async Task InitializeAsync() => _server = await SandboxServer.StartAsync(new SandboxOptions { Rate = Rate });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Who_is_told_the_rate_is_hardly_ever_limited()
    {
        TokenConnection connection = await ConnectAsync("Wegnology", Rate);
        int limited = int.MaxValue;

        // A machine that stands still for a moment sends what is due all at once: three chances.
        for (int run = 0; run < 3 && limited >= 4; run++)
        {
            RunResult result = await ReadAsync(connection, 200);
            Assert.Equal((200, 0), (result.Summary.Done, result.Summary.Failed));
            limited = await LimitedAsync(200 + result.Summary.Retried);
        }

        Assert.InRange(limited, 0, 3);
    }

    [Fact]
    public async Task Who_is_not_told_finds_it_out_and_nothing_fails()
    {
        TokenConnection connection = await ConnectAsync("Devo", requestsPerSecond: null);

        RunResult result = await ReadAsync(connection, 150);

        Assert.Equal((150, 0), (result.Summary.Done, result.Summary.Failed));
        Assert.True(result.Summary.Retried > 0);
        Assert.Equal(result.Summary.Retried, await LimitedAsync(150 + result.Summary.Retried));
    }

    private static async Task<RunResult> ReadAsync(TokenConnection connection, int count)
    {
        string id = (await connection.Tokens.ListAsync()).First().Id;
        return await RunResult.OfAsync(
            null, throttleLimit: 32, [.. Enumerable.Range(0, count).Select(i => new TestOperation(connection, $"{i}", "x", "t", context => connection.Tokens.GetAsync(id, context.CancellationToken)))]);
    }

    private async Task<int> LimitedAsync(int last)
    {
        using var http = new HttpClient();
        JsonElement log = await http.GetFromJsonAsync<JsonElement>(new Uri(_server.BaseAddress, $"sandbox/requests/log?last={last}"));
        return log.EnumerateArray().Count(entry => entry.TryGetProperty("status", out JsonElement status) && status.GetInt32() == 429);
    }

    private Task<TokenConnection> ConnectAsync(string service, double? requestsPerSecond)
    {
        ServiceDescription description = _server.Description.Services[ServiceCatalog.Find(service).ConnectionName];
        return TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = service,
                BaseUri = description.BaseUri,
                Account = description.Account,
                Secret = SecretText.ToSecureString(description.Secret),
                RequestsPerSecond = requestsPerSecond,
                SkipCheck = true,
            },
            default);
    }
}
