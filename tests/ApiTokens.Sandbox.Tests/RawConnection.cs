using System.Net.Sockets;
using System.Text;

namespace ApiTokens.Sandbox.Tests;

/// <summary>Sends requests over a bare socket, to see what really comes back.</summary>
internal static class RawConnection
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Sends a request without a body and reads until the server ends the connection.</summary>
    public static async Task<RawAnswer> SendAsync(ServiceDescription service, string scheme, string method, string path)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(service.BaseUri.Host, service.BaseUri.Port, patience.Token);
        string request = $"{method} {service.BaseUri.AbsolutePath}{path} HTTP/1.1\r\nHost: {service.BaseUri.Authority}\r\n"
            + $"Authorization: {scheme} {service.Secret}\r\nConnection: close\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), patience.Token);
        using var received = new MemoryStream();
        byte[] buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) is int count and > 0)
            {
                received.Write(buffer, 0, count);
            }

            return new RawAnswer(Encoding.UTF8.GetString(received.ToArray()), Reset: false);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return new RawAnswer(Encoding.UTF8.GetString(received.ToArray()), Reset: true);
        }
    }
}

/// <summary>Everything that came, and whether the connection was reset and not closed.</summary>
internal sealed record RawAnswer(string Text, bool Reset)
{
    public string Head => Text.Split("\r\n\r\n")[0];

    public string Body => Text.Split("\r\n\r\n", 2) is [_, var body] ? body : "";

    public int ContentLength => int.Parse(
        Head.Split("\r\n").Single(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal))[16..], System.Globalization.CultureInfo.InvariantCulture);
}
