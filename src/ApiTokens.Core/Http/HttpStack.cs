using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace ApiTokens.Http;

/// <summary>
/// Creates the HTTP clients of the process. They have no address, credentials or cookies, so that runspaces can share their
/// connections.
/// </summary>
internal static class HttpStack
{
    private const string ClientName = "ApiTokens";

    // The default of .NET Framework is two connections per host.
    private const int ConnectionsPerHost = 256;

    private static readonly Lazy<IHttpClientFactory> Factory = new(Build);

#pragma warning disable RS0030 // The only place that uses HttpClient.
    /// <summary>Sends a request, and returns when the headers of the response have arrived.</summary>
    public static Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken) =>
        Factory.Value.CreateClient(ClientName).SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    private static IHttpClientFactory Build()
    {
        AllowTls12();
        var services = new ServiceCollection();
        services.AddHttpClient(ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new HttpClientHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
                MaxConnectionsPerServer = ConnectionsPerHost,
            })
            .RemoveAllLoggers();
        return services.BuildServiceProvider().GetRequiredService<IHttpClientFactory>();
    }
#pragma warning restore RS0030

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
