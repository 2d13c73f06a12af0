using System.Collections.Concurrent;

namespace ApiTokens.Sandbox.Tests;

/// <summary>Validates each request and response of the Application Users API against its published description.</summary>
internal sealed class ContractHandler() : DelegatingHandler(new SocketsHttpHandler())
{
    private const string BasePath = "/application-users";

    /// <summary>The pairs of operation and status that have been validated.</summary>
    public ConcurrentDictionary<string, bool> Seen { get; } = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        string path = request.RequestUri!.AbsolutePath;
        if (path.StartsWith(BasePath, StringComparison.Ordinal))
        {
            string pair = await OpenApiContract.Instance.CheckAsync(
                request.Method,
                path[BasePath.Length..],
                request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken),
                (int)response.StatusCode,
                response.Content.Headers.ContentType?.MediaType,
                await response.Content.ReadAsStringAsync(cancellationToken));
            Seen.TryAdd(pair, true);
        }

        return response;
    }
}
