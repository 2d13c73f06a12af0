using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace ApiTokens.Http;

/// <summary>
/// The process's HTTP clients. They hold sockets and nothing else: no address, credential or cookie, so that runspaces
/// can share them.
/// </summary>
internal static class HttpStack
{
    private const string ClientName = "ApiTokens";

    // .NET Framework allows two connections to a host unless told otherwise.
    private const int ConnectionsPerHost = 256;

    private static readonly Lazy<IHttpClientFactory> Factory = new(Build);

#pragma warning disable RS0030 // The one place that knows HttpClient.
    /// <summary>Sends a request, and returns when the headers of the answer are there.</summary>
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

    // Windows PowerShell 5.1 may run with a list of protocols that lacks TLS 1.2; the system's default (0) has it.
    private static void AllowTls12()
    {
#pragma warning disable SYSLIB0014 // The one way on .NET Framework; without effect elsewhere.
        if (ServicePointManager.SecurityProtocol is not 0 and var allowed && !allowed.HasFlag(SecurityProtocolType.Tls12))
        {
            ServicePointManager.SecurityProtocol = allowed | SecurityProtocolType.Tls12;
        }
#pragma warning restore SYSLIB0014
    }
}
