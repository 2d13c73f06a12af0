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

    /// <summary>Replaces the sockets, for tests that simulate the network. Set it before the first request.</summary>
    internal static HttpMessageHandler? Sockets { get; set; }

#pragma warning disable RS0030 // The only place that uses HttpClient.
    /// <summary>Sends a request, and returns when the headers of the response have arrived.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        string name = message.RequestUri.IsLoopback ? LoopbackClient : RemoteClient;
        return _factory.Value.CreateClient(name).SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

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
            .ConfigurePrimaryHttpMessageHandler(() => Sockets ?? CreateHandler(useProxy, useProxy ? Proxy?.ToWebProxy() : null))
            .RemoveAllLoggers();

    private static HttpMessageHandler CreateHandler(bool useProxy, IWebProxy? proxy)
    {
        const DecompressionMethods Decompression = DecompressionMethods.GZip | DecompressionMethods.Deflate;
        if (CreateSocketsHandler() is { } sockets)
        {
            Set(sockets, "AllowAutoRedirect", value: false);
            Set(sockets, "UseCookies", value: false);
            Set(sockets, "AutomaticDecompression", Decompression);
            Set(sockets, "MaxConnectionsPerServer", ConnectionsPerHost);
            Set(sockets, "UseProxy", useProxy);
            Set(sockets, "Proxy", proxy);

            // No trace headers, such as traceparent and baggage: they are not for the service.
            Set(sockets, "ActivityHeadersPropagator", value: null);
            return sockets;
        }

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

    // SocketsHttpHandler is not in netstandard2.0. .NET Framework does not have it, and does not add trace headers.
    private static HttpMessageHandler? CreateSocketsHandler()
    {
        Type? type = typeof(HttpMessageHandler).Assembly.GetType("System.Net.Http.SocketsHttpHandler");
        return type?.GetProperty("ActivityHeadersPropagator") is null ? null : (HttpMessageHandler)Activator.CreateInstance(type);
    }

    private static void Set(HttpMessageHandler handler, string name, object? value) =>
        handler.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance)!.SetValue(handler, value);

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
