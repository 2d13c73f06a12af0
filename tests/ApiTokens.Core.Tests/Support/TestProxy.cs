using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ApiTokens.Core.Tests.Support;

/// <summary>A proxy on a real socket that records the requests to connect, and refuses them.</summary>
internal sealed class TestProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Task _accepting;

    public TestProxy()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The status for requests with a credential, or for all requests if none is required.</summary>
    public int Status { get; init; } = 502;

    /// <summary>Whether a request without a credential is answered with 407.</summary>
    public bool RequiresCredential { get; init; }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The heads of the requests, oldest first.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

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
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            NetworkStream stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
            while (await ReadHeadAsync(reader) is { } head)
            {
                _requests.Enqueue(head);
                bool asks = RequiresCredential && !head.Contains("Proxy-Authorization:", StringComparison.OrdinalIgnoreCase);
                int status = asks ? 407 : Status;
                string challenge = status == 407 ? "Proxy-Authenticate: Basic realm=\"proxy\"\r\n" : string.Empty;
                await stream.WriteAsync(
                    Encoding.Latin1.GetBytes($"HTTP/1.1 {status} Refused\r\n{challenge}Content-Length: 0\r\n\r\n"), _stop.Token);
            }
        }
    }

    private async Task<string?> ReadHeadAsync(StreamReader reader)
    {
        var head = new StringBuilder();
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
        {
            head.Append(line).Append('\n');
        }

        return head.Length == 0 ? null : head.ToString();
    }
}
