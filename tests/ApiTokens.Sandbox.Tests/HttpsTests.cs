using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ApiTokens.Sandbox.Faults;

namespace ApiTokens.Sandbox.Tests;

/// <summary>The sandbox over HTTPS, with a certificate that is created for the run.</summary>
public sealed class HttpsTests : SandboxTest
{
    internal override SandboxOptions Options => base.Options with { Https = true };

    // The validation is .NET's own, with the certificate of the run as the only root.
    internal override HttpMessageHandler CreateHandler() => new SocketsHttpHandler
    {
        SslOptions =
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { X509Certificate2.CreateFromPem(File.ReadAllText(Server.Description.CertificateFile!)) },
            },
        },
    };

    [Theory]
    [InlineData("2.0", "127.0.0.1")]
    [InlineData("2.0", "localhost")]
    [InlineData("1.1", "127.0.0.1")]
    public async Task Request_CertificateTrusted_UsesVersionOfClient(string version, string host)
    {
        using HttpResponseMessage response = await GetAsync(Http, version, host);

        Assert.Equal((HttpStatusCode.OK, Version.Parse(version)), (response.StatusCode, response.Version));
    }

    [Fact]
    public async Task Request_CertificateNotTrusted_IsNotSent()
    {
        using var http = new HttpClient();

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(http, "2.0"));

        Assert.IsType<AuthenticationException>(error.InnerException);
    }

    [Fact]
    public void Services_HaveHttpsAddresses()
    {
        Assert.All(Server.Description.Services.Values, service => Assert.Equal("https", service.BaseUri.Scheme));
        Assert.Equal("https", Server.BaseAddress.Scheme);
    }

    [Fact]
    public async Task Fault_ResetOverHttp2_EndsOnlyTheRequest()
    {
        Server.Faults.Add(new Fault { Kind = FaultKind.Reset, Service = "gcore", Count = 1 });

        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(Http, "2.0"));

        using HttpResponseMessage next = await GetAsync(Http, "2.0");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task Origin_OwnAddress_IsAllowedWithItsScheme()
    {
        string own = Server.BaseAddress.GetLeftPart(UriPartial.Authority);

        using HttpResponseMessage allowed = await GetAsync(Http, "2.0", origin: own);
        using HttpResponseMessage refused = await GetAsync(Http, "2.0", origin: own.Replace("https", "http", StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (allowed.StatusCode, refused.StatusCode));
    }

    [Fact]
    public async Task CertificateFile_HasNoKey_AndIsDeletedWithTheServer()
    {
        SandboxServer server = await SandboxServer.StartAsync(Options);
        string path = server.Description.CertificateFile!;
        string pem = await File.ReadAllTextAsync(path);

        await server.DisposeAsync();

        Assert.Contains("BEGIN CERTIFICATE", pem, StringComparison.Ordinal);
        Assert.DoesNotContain("KEY", pem, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task Certificate_EachRun_IsAnother()
    {
        await using SandboxServer other = await SandboxServer.StartAsync(Options);

        Assert.NotEqual(
            await File.ReadAllTextAsync(Server.Description.CertificateFile!),
            await File.ReadAllTextAsync(other.Description.CertificateFile!));
    }

    [Fact]
    public async Task Start_HttpsAddressWithoutHttps_Fails() => await Assert.ThrowsAsync<ArgumentException>(
        () => SandboxServer.StartAsync(new SandboxOptions { Urls = "https://127.0.0.1:0" }));

    [Fact]
    public async Task Start_WithoutHttps_HasNoCertificate()
    {
        await using SandboxServer server = await SandboxServer.StartAsync(new SandboxOptions());

        Assert.Null(server.Description.CertificateFile);
        Assert.DoesNotContain("certificateFile", server.Description.ToJson(), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> GetAsync(HttpClient http, string version, string host = "127.0.0.1", string? origin = null)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new UriBuilder(Server.BaseAddress) { Host = host, Path = "/gcore/iam/clients/me" }.Uri)
        {
            Version = Version.Parse(version),
        };
        request.Headers.TryAddWithoutValidation("Authorization", $"APIKey {Service("gcore").Secret}");
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        return await http.SendAsync(request);
    }
}
