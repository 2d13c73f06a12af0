using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ApiTokens.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiTokens.Core.Tests.Support;

/// <summary>A scripted server with HTTPS, and a client that trusts its certificate.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate;

    private TlsServer(ScriptedServer script, X509Certificate2 certificate)
    {
        Script = script;
        _certificate = certificate;
    }

    public ScriptedServer Script { get; }

    public static async Task<TlsServer> StartAsync(
        HttpProtocols protocols = HttpProtocols.Http1AndHttp2, Action<KestrelServerLimits>? setLimits = null)
    {
        X509Certificate2 certificate = CreateCertificate();
        ScriptedServer script = await ScriptedServer.StartAsync(
            0,
            listen =>
            {
                listen.Protocols = protocols;
                listen.UseHttps(certificate);
            },
            setLimits);
        return new TlsServer(script, certificate);
    }

    /// <summary>Creates a client with its own connections.</summary>
    /// <param name="trusts">Whether it trusts the certificate as a root. The validation is .NET's own.</param>
    /// <param name="host">The host of the address. The certificate is for 127.0.0.1 only.</param>
    /// <param name="adjust">Adjusts the handler.</param>
    public ServiceClient CreateClient(
        bool trusts = true, string host = "127.0.0.1", Action<SocketsHttpHandler>? adjust = null) => new(
        new ServiceEndpoint
        {
            Service = "Example",
            BaseUri = new UriBuilder(Script.BaseUri) { Host = host }.Uri,
            Time = TestConnections.CreateSkippingClock(),
            Timeout = TestConnections.LongTimeout,
            Http = new HttpStack(proxy: null)
            {
                Adjust = handler =>
                {
                    var sockets = Assert.IsType<SocketsHttpHandler>(handler);
                    sockets.SslOptions.CertificateChainPolicy = trusts ? CreatePolicy() : null;
                    adjust?.Invoke(sockets);
                },
            },
        },
        new SecretCredential("Bearer", SecretText.ToSecureString(TestConnections.Secret)));

    public async ValueTask DisposeAsync()
    {
        await Script.DisposeAsync();
        _certificate.Dispose();
    }

    private X509ChainPolicy CreatePolicy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        CustomTrustStore = { X509CertificateLoader.LoadCertificate(_certificate.RawData) },
    };

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));

        // Windows cannot use the key without a copy.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }
}
