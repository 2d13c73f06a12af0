using System.Security.Authentication;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;

namespace ApiTokens.Core.Tests.Http;

/// <summary>A server whose certificate is not trusted gets no request, and the error says what to do.</summary>
public sealed class CertificateTests
{
    [Fact]
    public async Task Create_CertificateNotTrusted_SendsNothingAndSaysWhatToDo()
    {
        await using TlsServer server = await TlsServer.StartAsync();
        int handshakes = 0;
        ServiceClient client = server.CreateClient(trusts: false, adjust: handler => handler.ConnectCallback = async (context, cancel) =>
        {
            Interlocked.Increment(ref handshakes);
            var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
        });
        var request = new ServiceRequest(HttpMethod.Post, "tokens")
        {
            Purpose = "create the token 'ci'",
            Body = "{}"u8.ToArray(),
            IsIdempotent = false,
        };

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => client.SendAsync(request, CancellationToken.None));

        Assert.Equal((ErrorKind.ConnectionError, false), (error.Kind, error.OutcomeUnknown));
        Assert.Equal(
            $"Could not connect to Example ({server.Script.BaseUri.Authority}) to create the token 'ci', because its certificate is not "
                + "trusted: The remote certificate is invalid because of errors in the certificate chain: UntrustedRoot.",
            error.Message);
        Assert.Contains("add its root certificate to the trusted root certificates of this machine", error.RecommendedAction);
        Assert.Contains("SSL_CERT_FILE", error.RecommendedAction);
        Assert.Empty(server.Script.Requests);
        Assert.Equal(1, handshakes);
    }

    [Fact]
    public async Task Read_NameNotInCertificate_IsNotTrusted()
    {
        await using TlsServer server = await TlsServer.StartAsync();
        ServiceClient client = server.CreateClient(host: "localhost");

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => client.SendAsync(new ServiceRequest(HttpMethod.Get, "tokens") { Purpose = "list" }, CancellationToken.None));

        Assert.Contains("its certificate is not trusted", error.Message);
        Assert.Contains("RemoteCertificateNameMismatch", error.Message);
        Assert.Empty(server.Script.Requests);
    }

    // A server may ask for another handshake after it has read the request.
    [Theory]
    [InlineData(HttpRequestError.SecureConnectionError, true)]
    [InlineData(HttpRequestError.Unknown, false)]
    [InlineData(HttpRequestError.ResponseEnded, false)]
    public void From_AuthenticationFailed_IsNeverSentOnlyBeforeTheRequest(HttpRequestError kind, bool neverSent)
    {
        var error = TransportException.From(new HttpRequestException(kind, "failed", new AuthenticationException("no")));

        Assert.Equal((neverSent, false), (error.NeverSent, error.IsCertificateUntrusted));
    }
}
