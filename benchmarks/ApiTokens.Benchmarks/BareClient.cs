using System.Diagnostics;
using System.Net;
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
        return ForEach(client, HttpVersion.Version11, tokens, method, ids, concurrency);
    }

    /// <summary>Removes tokens after one request that is not measured, so that one connection exists.</summary>
    /// <param name="tokens">The address of the token collection.</param>
    /// <param name="secret">The credential.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="concurrency">The number of concurrent requests.</param>
    /// <param name="version">The version of HTTP, <c>1.1</c> or <c>2.0</c>.</param>
    /// <returns>The time of the removals.</returns>
    public static TimeSpan Remove(Uri tokens, string secret, string[] ids, int concurrency, string version)
    {
        using HttpClient client = Create(secret, concurrency);
        var httpVersion = Version.Parse(version);
        using var first = new HttpRequestMessage(HttpMethod.Get, new Uri($"{tokens}?perPage=1")) { Version = httpVersion };
        using HttpResponseMessage answer = client.SendAsync(first).GetAwaiter().GetResult();
        if (answer.EnsureSuccessStatusCode().Version != httpVersion)
        {
            throw new InvalidOperationException($"The server answered with HTTP/{answer.Version}.");
        }

        long start = Stopwatch.GetTimestamp();
        int removed = ForEach(client, httpVersion, tokens, "DELETE", ids, concurrency);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        return removed == ids.Length ? elapsed : throw new InvalidOperationException($"Only {removed} tokens were removed.");
    }

    private static int ForEach(HttpClient client, Version httpVersion, Uri tokens, string method, string[] ids, int concurrency)
    {
        int succeeded = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = concurrency };
        Parallel.ForEachAsync(ids, options, async (id, cancellationToken) =>
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"{tokens}/{id}") { Version = httpVersion };
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

    /// <summary>Sends GET requests one after the other, and parses the responses.</summary>
    /// <param name="addresses">The addresses.</param>
    /// <param name="secret">The credential.</param>
    /// <param name="version">The version of HTTP, <c>1.1</c> or <c>2.0</c>.</param>
    /// <returns>The time, with the creation of the client.</returns>
    public static TimeSpan Get(Uri[] addresses, string secret, string version)
    {
        long start = Stopwatch.GetTimestamp();
        using HttpClient client = Create(secret, 1);
        foreach (Uri address in addresses)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Version = Version.Parse(version) };
            using HttpResponseMessage response = client.SendAsync(request).GetAwaiter().GetResult();
            using var body = JsonDocument.Parse(response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync().GetAwaiter().GetResult());
        }

        return Stopwatch.GetElapsedTime(start);
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
