namespace ApiTokens.Sandbox.Tests;

/// <summary>Provides each test with its own sandbox, whose clock the test advances.</summary>
public abstract class SandboxTest : IAsyncLifetime
{
    private SandboxServer? _server;
    private HttpClient? _http;

    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2030, 1, 31, 12, 0, 0, TimeSpan.Zero));

    internal SandboxServer Server => _server!;

    internal HttpClient Http => _http!;

    internal virtual SandboxOptions Options => new() { TimeProvider = Clock };

    public async Task InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(Options);
        _http = new HttpClient(CreateHandler());
    }

    public async Task DisposeAsync()
    {
        _http?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    internal virtual HttpMessageHandler CreateHandler() => new SocketsHttpHandler();

    internal ServiceDescription Service(string name) => Server.Description.Services[name];

    internal Client Administrator(string name, string scheme) =>
        new(Http, Service(name).BaseUri, $"{scheme} {Service(name).Secret}");
}
