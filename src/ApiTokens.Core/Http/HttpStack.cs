using System.Net;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace ApiTokens.Http;

/// <summary>
/// Creates HTTP clients. They have no address, credential of a service or cookies, so that runspaces can share their connections.
/// A connection with its own proxy has its own stack.
/// </summary>
internal sealed class HttpStack
{
    private const string RemoteClient = "remote";
    private const string LoopbackClient = "loopback";

    // The default of .NET Framework is two connections per host.
    private const int ConnectionsPerHost = 256;

    // HttpVersion.Version20 is not in netstandard2.0.
    private static readonly Version Http2 = new(2, 0);

    // The data that a server may send before the client confirms it. A page of a list has some 300 KB, and each response starts with this
    // value: with .NET's 64 KB, a distant server would wait five times for each page.
    private const int Http2WindowSize = 1024 * 1024;

    // A connection with requests but without any data for this time is checked, and closed if the check has no response for the same time.
    // Without the check, all requests would share a connection that the network dropped, and time out one after the other.
    private static readonly TimeSpan Http2PingDelay = TimeSpan.FromSeconds(15);

    // SocketsHttpHandler is not in netstandard2.0. .NET Framework and Mono do not have it, or not all of it.
    private static readonly Type? SocketsHandler =
        typeof(HttpMessageHandler).Assembly.GetType("System.Net.Http.SocketsHttpHandler") is { } type
        && type.GetProperty("ActivityHeadersPropagator") is not null ? type : null;

    private readonly Lazy<IHttpClientFactory> _factory;

    /// <summary>Creates a stack.</summary>
    /// <param name="proxy">The proxy; null for the system's proxy.</param>
    public HttpStack(ProxySettings? proxy)
    {
        Proxy = proxy;
        _factory = new Lazy<IHttpClientFactory>(Build);
    }

    /// <summary>The stack with the system's proxy.</summary>
    public static HttpStack Default { get; } = new(proxy: null);

    /// <summary>The stack without a proxy.</summary>
    public static HttpStack Direct { get; } = new(new ProxySettings(Address: null));

    /// <summary>The proxy; null for the system's proxy.</summary>
    public ProxySettings? Proxy { get; }

    /// <summary>Adjusts the handler that connects, for tests that trust the certificate of their own server.</summary>
    internal Action<HttpMessageHandler>? Adjust { get; init; }

    /// <summary>Replaces the sockets, for tests that simulate the network. Set it before the first request.</summary>
    internal static HttpMessageHandler? Sockets { get; set; }

    /// <summary>
    /// Creates the client for an address on another thread. .NET compiles some 400 methods for it, and meanwhile the caller's thread can
    /// compile the code that creates the request.
    /// </summary>
    public void Prepare(Uri address)
    {
        // The simulated network decides which thread runs.
        if (!_factory.IsValueCreated && Sockets is null)
        {
#pragma warning disable RS0030 // Sends nothing. The first request uses the result, or fails with its exception.
            _ = Task.Run(() => _factory.Value.CreateClient(ClientFor(address)));
#pragma warning restore RS0030
        }
    }

#pragma warning disable RS0030 // The only place that uses HttpClient.
    /// <summary>Sends a request, and returns when the headers of the response have arrived.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        // With TLS, the server selects the version: HTTP/2 if it supports it, otherwise HTTP/1.1. .NET Framework rejects any version above
        // 1.1.
        if (SocketsHandler is not null && message.RequestUri.Scheme == Uri.UriSchemeHttps)
        {
            message.Version = Http2;
        }

        return _factory.Value.CreateClient(ClientFor(message.RequestUri))
            .SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private static string ClientFor(Uri address) => address.IsLoopback ? LoopbackClient : RemoteClient;

    private IHttpClientFactory Build()
    {
        AllowTls12();
        var services = new ServiceCollection();
        AddClient(services, RemoteClient, useProxy: Proxy is null or { Address: not null });

        // A request to this machine never leaves it, whatever proxy is set: http is allowed for it.
        AddClient(services, LoopbackClient, useProxy: false);
        return services.BuildServiceProvider().GetRequiredService<IHttpClientFactory>();
    }

    private void AddClient(ServiceCollection services, string name, bool useProxy) =>
        services.AddHttpClient(name, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => Sockets ?? CreateAdjusted(useProxy))
            .RemoveAllLoggers();

    private HttpMessageHandler CreateAdjusted(bool useProxy)
    {
        HttpMessageHandler handler = CreateHandler(useProxy, useProxy ? Proxy?.ToWebProxy() : null);
        Adjust?.Invoke(handler);
        return handler;
    }

    private static HttpMessageHandler CreateHandler(bool useProxy, IWebProxy? proxy)
    {
        const DecompressionMethods Decompression = DecompressionMethods.GZip | DecompressionMethods.Deflate;
        if (SocketsHandler is not null)
        {
            var sockets = (HttpMessageHandler)Activator.CreateInstance(SocketsHandler);
            Set(sockets, "AllowAutoRedirect", value: false);
            Set(sockets, "UseCookies", value: false);
            Set(sockets, "AutomaticDecompression", Decompression);
            Set(sockets, "MaxConnectionsPerServer", ConnectionsPerHost);
            Set(sockets, "UseProxy", useProxy);
            Set(sockets, "Proxy", proxy);

            // A server limits the requests of one HTTP/2 connection, often to 100. More requests use another connection.
            Set(sockets, "EnableMultipleHttp2Connections", value: true);
            Set(sockets, "InitialHttp2StreamWindowSize", Http2WindowSize);
            Set(sockets, "KeepAlivePingDelay", Http2PingDelay);
            Set(sockets, "KeepAlivePingTimeout", Http2PingDelay);
            SetEnum(sockets, "KeepAlivePingPolicy", "WithActiveRequests");

            // No trace headers, such as traceparent and baggage: they are not for the service.
            Set(sockets, "ActivityHeadersPropagator", value: null);
            return sockets;
        }

        // The handler of .NET Framework does not add trace headers.
        return new HttpClientHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = Decompression,
            MaxConnectionsPerServer = ConnectionsPerHost,
            UseProxy = useProxy,
            Proxy = proxy,
        };
    }
#pragma warning restore RS0030

    private static void Set(HttpMessageHandler handler, string name, object? value) =>
        handler.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance)!.SetValue(handler, value);

    private static void SetEnum(HttpMessageHandler handler, string name, string value) =>
        Set(handler, name, Enum.Parse(handler.GetType().GetProperty(name)!.PropertyType, value));

    // Windows PowerShell 5.1 may run with a protocol list without TLS 1.2. The system default (0) includes it.
    private static void AllowTls12()
    {
#pragma warning disable SYSLIB0014 // The only way on .NET Framework; it has no effect on .NET.
        if (ServicePointManager.SecurityProtocol is not 0 and var allowed && !allowed.HasFlag(SecurityProtocolType.Tls12))
        {
            ServicePointManager.SecurityProtocol = allowed | SecurityProtocolType.Tls12;
        }
#pragma warning restore SYSLIB0014
    }
}
