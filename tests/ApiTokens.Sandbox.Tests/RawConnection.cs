using System.Net.Sockets;
using System.Text;

namespace ApiTokens.Sandbox.Tests;

/// <summary>Sends requests over a socket, to read the exact bytes of the response.</summary>
internal static class RawConnection
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>Sends a request without a body and reads until the server ends the connection.</summary>
    public static async Task<RawResponse> SendAsync(ServiceDescription service, string scheme, string method, string path)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(service.BaseUri.Host, service.BaseUri.Port, timeout.Token);
        string request = $"{method} {service.BaseUri.AbsolutePath}{path} HTTP/1.1\r\nHost: {service.BaseUri.Authority}\r\n"
            + $"Authorization: {scheme} {service.Secret}\r\nConnection: close\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), timeout.Token);
        using var received = new MemoryStream();
        byte[] buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, timeout.Token) is int count and > 0)
            {
                received.Write(buffer, 0, count);
            }

            return new RawResponse(Encoding.UTF8.GetString(received.ToArray()), Reset: false);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return new RawResponse(Encoding.UTF8.GetString(received.ToArray()), Reset: true);
        }
    }
}

/// <summary>The text received, and whether the connection was reset instead of closed.</summary>
internal sealed record RawResponse(string Text, bool Reset)
{
    public string Head => Text.Split("\r\n\r\n")[0];

    public string Body => Text.Split("\r\n\r\n", 2) is [_, var body] ? body : "";

    public int ContentLength => int.Parse(
        Head.Split("\r\n").Single(
            line =>
                line.StartsWith("Content-Length: ", StringComparison.Ordinal))[16..], System.Globalization.CultureInfo.InvariantCulture);
}
