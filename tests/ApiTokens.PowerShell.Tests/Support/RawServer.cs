using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>A local server that answers every request with the same bytes, for answers that the sandbox never gives.</summary>
public sealed class RawServer : IDisposable
{
    private readonly byte[] _answer;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    /// <summary>Starts a server.</summary>
    /// <param name="head">The status and the headers, in lines.</param>
    /// <param name="body">The body.</param>
    public RawServer(string head, string body = "")
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        string headers = head.ReplaceLineEndings("\r\n");
        _answer = [.. Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {headers}\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n"), .. bytes];
        _listener.Start();
        BaseUri = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _serving = Task.Run(ServeAsync);
    }

    public Uri BaseUri { get; }

    /// <summary>A server that answers with a redirect.</summary>
    public static RawServer Redirect() => new("302 Found\nLocation: http://127.0.0.1:1/elsewhere");

    public void Dispose()
    {
        _listener.Dispose();
        _serving.Wait();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                NetworkStream stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                while (!string.IsNullOrEmpty(await reader.ReadLineAsync()))
                {
                }

                await stream.WriteAsync(_answer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The server has been disposed.
        }
    }
}
