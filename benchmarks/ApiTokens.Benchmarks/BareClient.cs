using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Benchmarks;

/// <summary>A minimal client for WEGnology for comparison: one HttpClient and concurrent requests, nothing else.</summary>
public static class BareClient
{
    private const int PageSize = 1000;

    /// <summary>Sends one request for each id and returns the number of successful requests.</summary>
    /// <param name="tokens">The address of the token collection.</param>
    /// <param name="secret">The credential.</param>
    /// <param name="method"><c>DELETE</c>, or <c>PATCH</c> to disable.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="concurrency">The number of concurrent requests.</param>
    /// <returns>The number of successful requests.</returns>
    public static int ForEach(Uri tokens, string secret, string method, string[] ids, int concurrency)
    {
        using HttpClient client = Create(secret, concurrency);
        int succeeded = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = concurrency };
        Parallel.ForEachAsync(ids, options, async (id, cancellationToken) =>
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"{tokens}/{id}");
            if (method == "PATCH")
            {
                request.Content = new StringContent("{\"status\":\"inactive\"}", Encoding.UTF8, "application/json");
            }

            using HttpResponseMessage response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                Interlocked.Increment(ref succeeded);
            }
        }).GetAwaiter().GetResult();
        return succeeded;
    }

    /// <summary>Reads all pages one after the other and returns the number of tokens.</summary>
    /// <param name="tokens">The address of the token collection.</param>
    /// <param name="secret">The credential.</param>
    /// <returns>The number of tokens.</returns>
    public static int List(Uri tokens, string secret)
    {
        using HttpClient client = Create(secret, 1);
        int read = 0;
        for (int page = 0; ; page++)
        {
            var address = new Uri($"{tokens}?page={page}&perPage={PageSize}&sortField=id");
            using Stream body = client.GetStreamAsync(address).GetAwaiter().GetResult();
            BarePage result = JsonSerializer.Deserialize(body, BareJson.Default.BarePage)!;
            read += result.Items.Length;
            if (result.Items.Length < PageSize)
            {
                return read;
            }
        }
    }

    private static HttpClient Create(string secret, int concurrency) =>
        new(new SocketsHttpHandler { MaxConnectionsPerServer = concurrency })
        {
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", secret) },
        };
}

internal sealed record BareToken(
    string Id, string Name, string? Description, string Status, string? OwnerId, string? CreatorName, string[] Scope,
    DateTimeOffset? CreationDate, DateTimeOffset? LastUpdated, DateTimeOffset? ExpirationDate);

internal sealed record BarePage(BareToken[] Items);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(BarePage))]
internal sealed partial class BareJson : JsonSerializerContext;
