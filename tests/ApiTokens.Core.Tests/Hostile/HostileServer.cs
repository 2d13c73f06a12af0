using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>What is done to an answer on its way.</summary>
internal enum Delivery
{
    Whole,
    Chunked,
    Gzip,

    /// <summary>Says that it is compressed, and is not.</summary>
    FalseGzip,

    /// <summary>A few kilobytes that unpack to hundreds of megabytes.</summary>
    Bomb,

    /// <summary>Ends before its own length.</summary>
    Truncated,

    /// <summary>Goes on for ever.</summary>
    Endless,

    /// <summary>A byte now and then.</summary>
    Slow,

    /// <summary>Headers, and then silence.</summary>
    HalfOpen,

    /// <summary>The connection ends without an answer.</summary>
    Closed,

    /// <summary>The connection stays and nothing comes.</summary>
    Silent,

    /// <summary>No HTTP at all.</summary>
    Garbage,
}

/// <summary>One answer of a hostile service.</summary>
internal sealed record HostileAnswer(int Status, IReadOnlyList<string> Headers, byte[] Body, Delivery Delivery)
{
    public override string ToString() => $"{Status} {Delivery} [{string.Join(" | ", Headers)}] {Shown()}";

    private string Shown()
    {
        string text = Encoding.UTF8.GetString(Body);
        return text.Length > 400 ? $"{text[..400]}... ({text.Length})" : text;
    }
}

/// <summary>
/// A service that writes bytes on a socket, for answers that no decent HTTP server gives. The first segment of the path
/// says which case a request belongs to, so that many can run at once.
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
    private int _misled;

    public HostileServer()
    {
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    /// <summary>Requests that followed a redirect: nobody may send one.</summary>
    public int Misled => Volatile.Read(ref _misled);

    private Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Makes what takes memory to make, once.</summary>
    public static void WarmUp() => _ = BombBytes.Value;

    /// <summary>Begins a case and gives its address.</summary>
    public (Uri BaseUri, HostileCase Case) Begin(IReadOnlyList<HostileAnswer> answers)
    {
        var key = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        var one = new HostileCase(answers);
        _cases[key] = one;
        return (new Uri(Address, key), one);
    }

    /// <summary>An address that only a followed redirect leads to.</summary>
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
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
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
                        // Else one that its client dropped as its case ended.
                        _misled += key == "elsewhere" ? 1 : 0;
                        return;
                    }

                    if (!await AnswerAsync(stream, one.Next()))
                    {
                        client.Client.Shutdown(SocketShutdown.Send);
                        return;
                    }
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client has gone, as it should where an answer has no end.
            }
        }
    }

    /// <summary>True where another request can follow on the same connection.</summary>
    private async Task<bool> AnswerAsync(NetworkStream stream, HostileAnswer answer)
    {
        byte[] body = answer.Delivery switch
        {
            Delivery.Gzip => Compress(answer.Body),
            Delivery.Bomb => BombBytes.Value,
            _ => answer.Body,
        };
        switch (answer.Delivery)
        {
            case Delivery.Closed:
                return false;
            case Delivery.Silent:
                await WaitForEndAsync(stream);
                return false;
            case Delivery.Garbage:
                await stream.WriteAsync(answer.Body.Length > 0 ? answer.Body : Encoding.ASCII.GetBytes("SSH-2.0-OpenSSH_9.6\r\n"), _stop.Token);
                return false;
            case Delivery.Chunked:
                await HeadAsync(stream, answer, "Transfer-Encoding: chunked");
                foreach (byte[] chunk in body.Chunk(7))
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"), _stop.Token);
                    await stream.WriteAsync(chunk, _stop.Token);
                    await stream.WriteAsync("\r\n"u8.ToArray(), _stop.Token);
                }

                await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), _stop.Token);
                return true;
            case Delivery.Gzip or Delivery.FalseGzip or Delivery.Bomb:
                await HeadAsync(stream, answer, $"Content-Length: {body.Length}", "Content-Encoding: gzip");
                await stream.WriteAsync(body, _stop.Token);
                return true;
            case Delivery.Truncated:
                await HeadAsync(stream, answer, $"Content-Length: {body.Length + 10}");
                await stream.WriteAsync(body, _stop.Token);
                return false;
            case Delivery.Endless:
                await HeadAsync(stream, answer, "Connection: close");
                await stream.WriteAsync(body.AsMemory(0, body.Length / 2), _stop.Token);
                while (true)
                {
                    await stream.WriteAsync(Spaces, _stop.Token);
                }

            case Delivery.Slow:
                await HeadAsync(stream, answer, $"Content-Length: {body.Length}");
                foreach (byte b in body)
                {
                    await stream.WriteAsync(new[] { b }, _stop.Token);
                    await Task.Delay(2, _stop.Token);
                }

                return true;
            case Delivery.HalfOpen:
                await HeadAsync(stream, answer, $"Content-Length: {body.Length + 1}");
                await WaitForEndAsync(stream);
                return false;
            default:
                await HeadAsync(stream, answer, $"Content-Length: {body.Length}");
                await stream.WriteAsync(body, _stop.Token);
                return true;
        }
    }

    private async Task HeadAsync(NetworkStream stream, HostileAnswer answer, params string[] more) => await stream.WriteAsync(
        Encoding.UTF8.GetBytes($"HTTP/1.1 {answer.Status} Whatever\r\n{string.Concat(answer.Headers.Concat(more).Select(header => header + "\r\n"))}\r\n"), _stop.Token);

    private async Task WaitForEndAsync(NetworkStream stream)
    {
        var buffer = new byte[256];
        while (await stream.ReadAsync(buffer, _stop.Token) > 0)
        {
            // Whatever else it says, it gets no answer.
        }
    }

    private async Task<string?> ReadRequestAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true, bufferSize: 1);
        string? first = await reader.ReadLineAsync(_stop.Token);
        int length = 0;
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
        {
            length = header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase) ? int.Parse(header[15..], CultureInfo.InvariantCulture) : length;
        }

        if (length > 0)
        {
            await reader.ReadBlockAsync(new char[length], _stop.Token);
        }

        return string.IsNullOrEmpty(first) ? null : first.Split(' ')[1];
    }
}

/// <summary>The answers of one case, in turn; the last one for ever.</summary>
internal sealed class HostileCase(IReadOnlyList<HostileAnswer> answers)
{
    private int _requests;

    public int Requests => Volatile.Read(ref _requests);

    public HostileAnswer Next() => answers[Math.Min(Interlocked.Increment(ref _requests), answers.Count) - 1];
}
