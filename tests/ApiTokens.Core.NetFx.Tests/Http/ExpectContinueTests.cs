using System.Net;
using System.Net.Sockets;
using System.Text;
using ApiTokens.Http;

namespace ApiTokens.Core.Tests.Http;

/// <summary>.NET Framework sends <c>Expect: 100-continue</c> with a body unless it is switched off.</summary>
public sealed class ExpectContinueTests
{
    [Fact]
    public async Task Send_RequestWithBody_HasNoExpectHeader()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        try
        {
            Task<string> head = AnswerAsync(listener);
            var endpoint = new ServiceEndpoint
            {
                Service = "Devo",
                BaseUri = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"),
            };
            var client = new ServiceClient(endpoint, new SecretCredential("Bearer", SecretText.ToSecureString("secret")));
            var request = new ServiceRequest(HttpMethod.Post, "tokens") { Body = Encoding.UTF8.GetBytes("{}"), Purpose = "create" };

            await client.SendAsync(request, CancellationToken.None);

            Assert.StartsWith("POST /tokens ", await head);
            Assert.DoesNotContain("Expect:", await head);
        }
        finally
        {
            listener.Stop();
        }
    }

    private static async Task<string> AnswerAsync(TcpListener listener)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        NetworkStream stream = client.GetStream();
        var reader = new StreamReader(stream, Encoding.ASCII);
        var head = new StringBuilder();
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            head.Append(line).Append('\n');
        }

        byte[] answer = Encoding.ASCII.GetBytes("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        await stream.WriteAsync(answer, 0, answer.Length);
        return head.ToString();
    }
}
