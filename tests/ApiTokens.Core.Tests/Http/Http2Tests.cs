using System.Collections.Concurrent;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;
using ApiTokens.Services.Devo;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiTokens.Core.Tests.Http;

/// <summary>HTTP/2 over TLS: when it is used, and what a request means that the server or the connection ends.</summary>
public sealed class Http2Tests
{
    // Error codes of RFC 9113, section 7.
    private const int InternalError = 2;
    private const int RefusedStream = 7;
    private const int Cancel = 8;
    private const int Http11Required = 13;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _protocols = new();
    private readonly ConcurrentDictionary<string, bool> _connections = new();

    [Fact]
    public async Task Https_ServerWithHttp2_SharesOneConnection()
    {
        await using TlsServer server = await StartAsync();
        ServiceClient client = server.CreateClient();
        await SendAsync(client, Read());
        _protocols.Clear();

        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => SendAsync(client, Remove())));

        Assert.Equal(Enumerable.Repeat("HTTP/2", 64), _protocols);
        Assert.Single(_connections);
    }

    [Fact]
    public async Task Https_ServerWithoutHttp2_UsesHttp11()
    {
        await using TlsServer server = await StartAsync(HttpProtocols.Http1);
        ServiceClient client = server.CreateClient();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => SendAsync(client, Remove())));

        Assert.Equal(Enumerable.Repeat("HTTP/1.1", 16), _protocols);
    }

    [Fact]
    public async Task Http_Loopback_UsesHttp11()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(0, listen => listen.Protocols = HttpProtocols.Http1);
        server.DefaultHandler = RecordAsync;
        var client = new ServiceClient(
            new ServiceEndpoint { Service = "Example", BaseUri = server.BaseUri },
            new SecretCredential("Bearer", SecretText.ToSecureString(TestConnections.Secret)));

        await SendAsync(client, Read());

        Assert.Equal(["HTTP/1.1"], _protocols);
    }

    [Fact]
    public async Task Https_MoreRequestsThanStreams_UsesMoreConnections()
    {
        const int Streams = 4;
        const int Requests = 10;
        await using TlsServer server = await StartAsync(setLimits: limits => limits.Http2.MaxStreamsPerConnection = Streams);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int arrived = 0;
        server.Script.DefaultHandler = async context =>
        {
            if (Interlocked.Increment(ref arrived) == Requests)
            {
                all.SetResult();
            }

            await all.Task.WaitAsync(Limit, context.RequestAborted);
            await RecordAsync(context);
        };
        ServiceClient client = server.CreateClient();

        await Task.WhenAll(Enumerable.Range(0, Requests).Select(_ => SendAsync(client, Remove()))).WaitAsync(Limit);

        Assert.Equal(Enumerable.Repeat("HTTP/2", Requests), _protocols);
        Assert.Equal(3, _connections.Count);
    }

    [Theory]
    [InlineData(InternalError)]
    [InlineData(Cancel)]
    [InlineData(Http11Required)]
    [InlineData(null)]
    public async Task Create_StreamReset_IsNotRepeatedAndReportsUnknownOutcome(int? code)
    {
        await using TlsServer server = await StartAsync();
        server.Script.Handle(context => ResetAsync(context, code));

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => SendAsync(server.CreateClient(), Create()));

        Assert.Equal((ErrorKind.ConnectionError, true), (error.Kind, error.OutcomeUnknown));
        Assert.StartsWith("No response from Example (127.0.0.1:", error.Message);
        Assert.Contains("The operation may have succeeded.", error.Message);
        Assert.Single(server.Script.Requests);
    }

    [Theory]
    [InlineData(InternalError)]
    [InlineData(Cancel)]
    [InlineData(Http11Required)]
    [InlineData(null)]
    public async Task Remove_StreamReset_IsRetried(int? code)
    {
        await using TlsServer server = await StartAsync();
        server.Script.Handle(context => ResetAsync(context, code)).Handle(context => ResetAsync(context, code));

        ServiceResponse response = await SendAsync(server.CreateClient(), Remove());

        Assert.True(response.EarlierOutcomeUnknown);
        Assert.Equal(3, server.Script.Requests.Count);
        Assert.Equal(["HTTP/2"], _protocols);
    }

    // A refused stream was not processed (RFC 9113, section 8.7), so .NET repeats it, even a create.
    [Fact]
    public async Task Create_StreamRefused_IsRepeated()
    {
        await using TlsServer server = await StartAsync();
        server.Script.Handle(context => ResetAsync(context, RefusedStream));

        ServiceResponse response = await SendAsync(server.CreateClient(), Create());

        Assert.True(response.IsSuccess);
        Assert.Equal(2, server.Script.Requests.Count);
        Assert.Single(server.Script.Requests.Select(request => request.Body).Distinct());
    }

    [Fact]
    public async Task Create_StreamAlwaysRefused_DoesNotClaimThatNothingWasSent()
    {
        await using TlsServer server = await StartAsync();
        server.Script.DefaultHandler = context => ResetAsync(context, RefusedStream);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => SendAsync(server.CreateClient(), Create()));

        Assert.True(error.OutcomeUnknown);
        Assert.StartsWith("No response from ", error.Message);
    }

    [Fact]
    public async Task Create_ConnectionLost_IsNotRepeatedAndReportsUnknownOutcome()
    {
        await using TlsServer server = await StartAsync();
        server.Script.Handle(context =>
        {
            context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
            return Task.CompletedTask;
        });

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => SendAsync(server.CreateClient(), Create()));

        Assert.True(error.OutcomeUnknown);
        Assert.Single(server.Script.Requests);
    }

    // The server ends the connection with GOAWAY, and answers the requests that it has.
    [Fact]
    public async Task Create_ServerGoesAway_RequestIsAnsweredAndNextUsesAnotherConnection()
    {
        await using TlsServer server = await StartAsync();
        server.Script.Handle(async context =>
        {
            context.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().RequestClose();
            await Task.Delay(100, context.RequestAborted);
            await RecordAsync(context);
        });
        ServiceClient client = server.CreateClient();

        await SendAsync(client, Create());
        await SendAsync(client, Create());

        Assert.Equal(2, server.Script.Requests.Count);
        Assert.Equal(2, _connections.Count);
    }

    [Fact]
    public async Task List_StreamResetInTheMiddle_ThrowsConnectionError()
    {
        await using TlsServer server = await StartAsync();
        server.Script.Handle(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""[{"id":1},""");
            await context.Response.Body.FlushAsync();
            await Task.Delay(100);
            await ResetAsync(context, InternalError);
        });
        ServiceClient client = server.CreateClient();

        var error = await Assert.ThrowsAsync<ApiTokenException>(async () =>
        {
            await foreach (var _ in client.StreamAsync(Read(), DevoJson.Default.DevoTokenWire, default))
            {
                // The first element arrives; the second does not.
            }
        });

        Assert.Equal((ErrorKind.ConnectionError, false), (error.Kind, error.OutcomeUnknown));
    }

    // Each page of a list would otherwise wait for several round trips.
    [Fact]
    public async Task Handler_Http2_ReceivesPageInOneRoundTrip()
    {
        SocketsHttpHandler? handler = null;
        await using TlsServer server = await StartAsync();

        await SendAsync(server.CreateClient(adjust: created => handler = created), Read());

        Assert.InRange(handler!.InitialHttp2StreamWindowSize, 512 * 1024, 4 * 1024 * 1024);
    }

    // Without the check, the pool would keep the connection until TCP gives it up, and every request would time out on it.
    [Fact]
    public async Task Handler_Http2_ChecksConnections()
    {
        SocketsHttpHandler? handler = null;
        await using TlsServer server = await StartAsync();

        await SendAsync(server.CreateClient(adjust: created => handler = created), Read());

        Assert.True(handler!.EnableMultipleHttp2Connections);
        Assert.Equal(HttpKeepAlivePingPolicy.WithActiveRequests, handler.KeepAlivePingPolicy);
        Assert.InRange(handler.KeepAlivePingDelay + handler.KeepAlivePingTimeout, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60));
    }

    private static ServiceRequest Read() => new(HttpMethod.Get, "tokens") { Purpose = "list the tokens" };

    private static ServiceRequest Remove() => new(HttpMethod.Delete, "tokens", "3") { Purpose = "remove the token 3" };

    private static ServiceRequest Create() => new(HttpMethod.Post, "tokens")
    {
        Purpose = "create the token 'ci'",
        Body = """{"name":"ci"}"""u8.ToArray(),
        IsIdempotent = false,
    };

    private static Task<ServiceResponse> SendAsync(ServiceClient client, ServiceRequest request) =>
        client.SendAsync(request, CancellationToken.None).WaitAsync(Limit);

    private static Task ResetAsync(HttpContext context, int? code)
    {
        if (code is { } error)
        {
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(error);
        }
        else
        {
            context.Abort();
        }

        return Task.CompletedTask;
    }

    private async Task<TlsServer> StartAsync(
        HttpProtocols protocols = HttpProtocols.Http1AndHttp2, Action<KestrelServerLimits>? setLimits = null)
    {
        TlsServer server = await TlsServer.StartAsync(protocols, setLimits);
        server.Script.DefaultHandler = RecordAsync;
        return server;
    }

    private Task RecordAsync(HttpContext context)
    {
        _protocols.Enqueue(context.Request.Protocol);
        _connections[context.Connection.Id] = true;
        return ScriptedServer.WriteAsync(context, 200, "{}");
    }
}
