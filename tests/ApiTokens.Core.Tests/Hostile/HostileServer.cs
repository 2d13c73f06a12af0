using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>How a response is sent.</summary>
internal enum Delivery
{
    Complete,
    Chunked,
    Gzip,

    /// <summary>A Content-Encoding of gzip, with an uncompressed body.</summary>
    FalseGzip,

    /// <summary>A few kilobytes that decompress to hundreds of megabytes.</summary>
    Bomb,

    /// <summary>A body shorter than its Content-Length.</summary>
    Truncated,

    /// <summary>A body without end.</summary>
    Endless,

    /// <summary>One byte at a time.</summary>
    Slow,

    /// <summary>Headers, and then nothing more.</summary>
    HalfOpen,

    /// <summary>The connection is closed without a response.</summary>
    Closed,

    /// <summary>The connection stays open without a response.</summary>
    Silent,

    /// <summary>Bytes that are not HTTP.</summary>
    Garbage,
}

/// <summary>One response of a hostile service.</summary>
internal sealed record HostileResponse(int Status, IReadOnlyList<string> Headers, byte[] Body, Delivery Delivery)
{
    public override string ToString() => $"{Status} {Delivery} [{string.Join(" | ", Headers)}] {Excerpt()}";

    private string Excerpt()
    {
        string text = Encoding.UTF8.GetString(Body);
        return text.Length > 400 ? $"{text[..400]}... ({text.Length})" : text;
    }
}

/// <summary>
/// A service that writes bytes to a socket, for responses that a standard HTTP server cannot send. The first segment of the path
/// identifies the case that a request belongs to, so that many cases can run at once.
/// </summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private static readonly byte[] Spaces = Encoding.ASCII.GetBytes(new string(' ', 64 * 1024));
    private static readonly Lazy<byte[]> BombBytes = new(() => Compress(new byte[256 * 1024 * 1024]));

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, HostileCase> _cases = new();
    private readonly ConcurrentDictionary<Task, bool> _serving = new();
    private readonly Task _accepting;
    private int _redirectsFollowed;

    public HostileServer()
    {
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    /// <summary>The number of requests that followed a redirect, which must stay 0.</summary>
    public int RedirectsFollowed => Volatile.Read(ref _redirectsFollowed);

    private Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Allocates the large buffers, once.</summary>
    public static void WarmUp() => _ = BombBytes.Value;

    /// <summary>Starts a case and returns its address.</summary>
    public (Uri BaseUri, HostileCase Case) Begin(IReadOnlyList<HostileResponse> responses)
    {
        var key = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        var one = new HostileCase(responses);
        _cases[key] = one;
        return (new Uri(Address, key), one);
    }

    /// <summary>Returns an address that is reached only by following a redirect.</summary>
    public string Elsewhere(string host) => $"http://{host}:{Address.Port}/elsewhere";

    public void End(Uri baseUri) => _cases.TryRemove(baseUri.AbsolutePath.Trim('/'), out _);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_serving.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            Task serving = Task.Run(() => ServeAsync(client));
            _serving[serving] = true;
            _ = serving.ContinueWith(ended => _serving.TryRemove(ended, out _), TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            NetworkStream stream = client.GetStream();
            try
            {
                while (await ReadRequestAsync(stream) is { } path)
                {
                    string key = path.Split('/')[1];
                    if (!_cases.TryGetValue(key, out HostileCase? one))
                    {
                        // Other unknown keys belong to cases that have ended.
                        _redirectsFollowed += key == "elsewhere" ? 1 : 0;
                        return;
                    }

                    if (!await RespondAsync(stream, one.Next()))
                    {
                        client.Client.Shutdown(SocketShutdown.Send);
                        return;
                    }
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client closed the connection, as it must when a response has no end.
            }
        }
    }

    /// <summary>Sends a response; returns whether the connection can be used for another request.</summary>
    private async Task<bool> RespondAsync(NetworkStream stream, HostileResponse response)
    {
        byte[] body = response.Delivery switch
        {
            Delivery.Gzip => Compress(response.Body),
            Delivery.Bomb => BombBytes.Value,
            _ => response.Body,
        };
        switch (response.Delivery)
        {
            case Delivery.Closed:
                return false;
            case Delivery.Silent:
                await WaitForEndAsync(stream);
                return false;
            case Delivery.Garbage:
                await stream.WriteAsync(
                    response.Body.Length > 0 ? response.Body : Encoding.ASCII.GetBytes("SSH-2.0-OpenSSH_9.6\r\n"), _stop.Token);
                return false;
            case Delivery.Chunked:
                await WriteHeadersAsync(stream, response, "Transfer-Encoding: chunked");
                foreach (byte[] chunk in body.Chunk(7))
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"), _stop.Token);
                    await stream.WriteAsync(chunk, _stop.Token);
                    await stream.WriteAsync("\r\n"u8.ToArray(), _stop.Token);
                }

                await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), _stop.Token);
                return true;
            case Delivery.Gzip or Delivery.FalseGzip or Delivery.Bomb:
                await WriteHeadersAsync(stream, response, $"Content-Length: {body.Length}", "Content-Encoding: gzip");
                await stream.WriteAsync(body, _stop.Token);
                return true;
            case Delivery.Truncated:
                await WriteHeadersAsync(stream, response, $"Content-Length: {body.Length + 10}");
                await stream.WriteAsync(body, _stop.Token);
                return false;
            case Delivery.Endless:
                await WriteHeadersAsync(stream, response, "Connection: close");
                await stream.WriteAsync(body.AsMemory(0, body.Length / 2), _stop.Token);
                while (true)
                {
                    await stream.WriteAsync(Spaces, _stop.Token);
                }

            case Delivery.Slow:
                await WriteHeadersAsync(stream, response, $"Content-Length: {body.Length}");
                foreach (byte b in body)
                {
                    await stream.WriteAsync(new[] { b }, _stop.Token);
                    await Task.Delay(2, _stop.Token);
                }

                return true;
            case Delivery.HalfOpen:
                await WriteHeadersAsync(stream, response, $"Content-Length: {body.Length + 1}");
                await WaitForEndAsync(stream);
                return false;
            default:
                await WriteHeadersAsync(stream, response, $"Content-Length: {body.Length}");
                await stream.WriteAsync(body, _stop.Token);
                return true;
        }
    }

    private async Task WriteHeadersAsync(NetworkStream stream, HostileResponse response, params string[] more) => await stream.WriteAsync(
        Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {response.Status} "
                + $"Whatever\r\n{string.Concat(response.Headers.Concat(more).Select(header => header + "\r\n"))}\r\n"), _stop.Token);

    private async Task WaitForEndAsync(NetworkStream stream)
    {
        var buffer = new byte[256];
        while (await stream.ReadAsync(buffer, _stop.Token) > 0)
        {
            // Ignore further input.
        }
    }

    private async Task<string?> ReadRequestAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true, bufferSize: 1);
        string? first = await reader.ReadLineAsync(_stop.Token);
        int length = 0;
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
        {
            length = header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)
                ? int.Parse(header[15..], CultureInfo.InvariantCulture)
                : length;
        }

        if (length > 0)
        {
            await reader.ReadBlockAsync(new char[length], _stop.Token);
        }

        return string.IsNullOrEmpty(first) ? null : first.Split(' ')[1];
    }
}

/// <summary>The responses of one case, in order; the last one is repeated.</summary>
internal sealed class HostileCase(IReadOnlyList<HostileResponse> responses)
{
    private int _requests;

    public int Requests => Volatile.Read(ref _requests);

    public HostileResponse Next() => responses[Math.Min(Interlocked.Increment(ref _requests), responses.Count) - 1];
}
