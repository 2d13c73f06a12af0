namespace ApiTokens.Sandbox.Tests;

/// <summary>Gives every test a sandbox of its own, with a clock that the test moves.</summary>
public abstract class SandboxTest : IAsyncLifetime
{
    private SandboxServer? server;
    private HttpClient? http;

    internal ManualClock Clock { get; } = new();

    internal SandboxServer Server => server!;

    internal HttpClient Http => http!;

    internal virtual SandboxOptions Options => new() { TimeProvider = Clock };

    public async Task InitializeAsync()
    {
        server = await SandboxServer.StartAsync(Options);
        http = new HttpClient(CreateHandler());
    }

    public async Task DisposeAsync()
    {
        http?.Dispose();
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    internal virtual HttpMessageHandler CreateHandler() => new SocketsHttpHandler();

    internal ServiceDescription Service(string name) => Server.Description.Services[name];

    internal Client Administrator(string name, string scheme) =>
        new(Http, Service(name).BaseUri, $"{scheme} {Service(name).Secret}");
}
