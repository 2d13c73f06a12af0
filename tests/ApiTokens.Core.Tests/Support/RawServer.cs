using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ApiTokens.Core.Tests.Support;

/// <summary>A server that writes raw bytes, for responses that a standard HTTP server cannot send.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<string> _script = new();
    private readonly Task _accepting;
    private int _connections;

    public RawServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri BaseUri => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The first lines of the requests, oldest first.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>The number of connections that were made.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>
    /// Adds a response verbatim. A complete one keeps the connection open; after an incomplete or empty one, the server
    /// closes the connection gracefully.
    /// </summary>
    public RawServer Write(string response)
    {
        _script.Enqueue(response);
        return this;
    }

    /// <summary>Adds a complete response.</summary>
    public RawServer Json(string body, int status = 200) =>
        Write(
            $"HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\nContent-Length: "
                + $"{Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            Interlocked.Increment(ref _connections);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            NetworkStream stream = client.GetStream();
            while (await ReadRequestAsync(stream) is { } first)
            {
                _requests.Enqueue(first);
                string response = _script.TryDequeue(out string? scripted) ? scripted : string.Empty;
                await stream.WriteAsync(Encoding.UTF8.GetBytes(response), _stop.Token);
                if (!IsComplete(response))
                {
                    client.Client.Shutdown(SocketShutdown.Send);
                    return;
                }
            }
        }
    }

    private static bool IsComplete(string response)
    {
        string[] parts = response.Split("\r\n\r\n", 2);
        return parts.Length == 2
            && response.Contains($"Content-Length: {Encoding.UTF8.GetByteCount(parts[1])}\r\n", StringComparison.Ordinal);
    }

    private async Task<string?> ReadRequestAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true, bufferSize: 1);
        string? first = await reader.ReadLineAsync(_stop.Token);
        int length = 0;
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
        {
            length = header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase) ? int.Parse(header[15..], null) : length;
        }

        if (length > 0)
        {
            await reader.ReadBlockAsync(new char[length], _stop.Token);
        }

        return string.IsNullOrEmpty(first) ? null : first;
    }
}
