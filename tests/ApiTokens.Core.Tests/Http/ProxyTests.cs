using System.Net;
using System.Text;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

/// <summary>The proxy of a connection: which requests use it, and that its password appears nowhere.</summary>
public sealed class ProxyTests
{
    private const string User = "proxyuser";
    private const string Password = "Kx7-proxy-Pa55word!";

    private static readonly Uri Remote = new("https://devo.example");
    private static readonly string Encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));

    [Fact]
    public async Task Proxy_NoCredentialRequired_GetsConnectWithoutCredentials()
    {
        await using var proxy = new TestProxy();
        TokenConnection connection = await ConnectAsync(Remote, proxy.Address, User);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.GetAsync("3", default));

        Assert.Equal((ErrorKind.ConnectionError, "ConnectionError"), (error.Kind, error.ErrorId));
        Assert.Contains($"through the proxy {proxy.Address.GetLeftPart(UriPartial.Authority)}", error.Message);
        Assert.NotEmpty(proxy.Requests);
        Assert.All(proxy.Requests, head => Assert.StartsWith("CONNECT devo.example:443 ", head));
        Assert.All(proxy.Requests, head => Assert.DoesNotContain("Authorization", head));
        AssertNoPassword(error);
    }

    [Fact]
    public async Task Proxy_CredentialRequired_GetsCredentialWhenItAsks()
    {
        await using var proxy = new TestProxy { RequiresCredential = true };
        TokenConnection connection = await ConnectAsync(Remote, proxy.Address, User);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.GetAsync("3", default));

        Assert.DoesNotContain("Proxy-Authorization", proxy.Requests[0]);
        Assert.Contains($"Proxy-Authorization: Basic {Encoded}", proxy.Requests[1]);
        Assert.All(proxy.Requests, head => Assert.DoesNotContain(TestConnections.Secret, head));
        AssertNoPassword(error);
    }

    [Theory]
    [InlineData(User)]
    [InlineData(null)]
    public async Task Proxy_RejectsCredential_IsNotAskedAgain(string? user)
    {
        await using var proxy = new TestProxy { RequiresCredential = true, Status = 407 };
        TokenConnection connection = await ConnectAsync(Remote, proxy.Address, user);

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => connection.Tokens.CreateAsync(new NewTokenRequest
            {
                Name = "x",
                User = "u",
                Audience = ["apiv2"],
                Scope = ["table://my.app.**", "level://admin"],
            }, default));

        Assert.Equal(
            ("ProxyAuthenticationRequired", ErrorKind.ConnectionError, false), (error.ErrorId, error.Kind, error.OutcomeUnknown));
        Assert.Contains("ProxyCredential", error.RecommendedAction);
        Assert.InRange(proxy.Requests.Count, 1, 2);
        AssertNoPassword(error);
    }

    [Fact]
    public async Task Proxy_RejectsCredential_EndsRunForConnection()
    {
        await using var proxy = new TestProxy { RequiresCredential = true, Status = 407 };
        TokenConnection connection = await ConnectAsync(Remote, proxy.Address, User);
        using var runner = new TestRunner(throttleLimit: 1);
        var errors = new List<Exception>();
        void Collect(Report report) => errors.AddRange(report.Error is { } error ? [error] : []);
        for (int i = 1; i <= 20; i++)
        {
            var token = new ApiToken { Id = $"{i}", Name = "x", Service = connection.Service, Account = connection.Account };
            runner.Add(new RemoveOperation(connection, token) { AllowOwnToken = true }, Collect);
        }

        runner.Complete(Collect);

        Assert.Equal((1, 19, 2), (runner.Summary.Failed, runner.Summary.NotTried, errors.Count));
        Assert.Contains(". 19 operations were not tried.", errors[1].Message);
        Assert.InRange(proxy.Requests.Count, 1, 2);
    }

    [Fact]
    public async Task Proxy_Unreachable_IsNamed()
    {
        var address = new Uri($"http://127.0.0.1:{ScriptedServer.UnusedPort()}");
        TokenConnection connection = await ConnectAsync(Remote, address, User);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.GetAsync("3", default));

        Assert.Contains($"the proxy http://127.0.0.1:{address.Port}", error.Message);
        AssertNoPassword(error);
    }

    [Fact]
    public async Task Proxy_LoopbackAddress_IsNotUsed()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        await using var proxy = new TestProxy();
        server.Json("""{"id":3,"name":"a"}""");
        TokenConnection connection = await ConnectAsync(server.BaseUri, proxy.Address, User);

        await connection.Tokens.GetAsync("3", default);

        Assert.Empty(proxy.Requests);
        Assert.DoesNotContain("Proxy-Authorization", server.Request.Headers.Keys);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SystemProxy_LoopbackAddressOrNoProxy_IsNotUsed(bool noProxy)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        await using var proxy = new TestProxy();
        server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 200, "{}");
        Uri target = noProxy ? new Uri("https://devo.invalid") : server.BaseUri;
        IWebProxy original = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new OneAddressProxy(target, proxy.Address);
        try
        {
            var stack = new HttpStack(noProxy ? new ProxySettings(Address: null) : null);
            using var message = new HttpRequestMessage(HttpMethod.Get, target);
            if (noProxy)
            {
                await Assert.ThrowsAsync<HttpRequestException>(() => stack.SendAsync(message, default));
            }
            else
            {
                using HttpResponseMessage response = await stack.SendAsync(message, default);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
        }
        finally
        {
            HttpClient.DefaultProxy = original;
        }

        Assert.Empty(proxy.Requests);
    }

    [Theory]
    [InlineData("http://proxyuser:Kx7-proxy-Pa55word!@proxy.example:8080")]
    [InlineData("proxyuser:Kx7-proxy-Pa55word!@proxy.example:8080")]
    [InlineData("http://proxyuser@proxy.example")]
    public async Task Proxy_AddressWithUser_IsRefusedWithoutQuotingIt(string address)
    {
        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => ConnectAsync(Remote, new Uri(address, UriKind.RelativeOrAbsolute), user: null));

        Assert.Equal(("InvalidProxy", "Proxy"), (error.ErrorId, error.Field!.Name));
        Assert.Contains("ProxyCredential", error.RecommendedAction);
        Assert.DoesNotContain("proxyuser", error.ToString());
        AssertNoPassword(error);
    }

    [Theory]
    [InlineData("proxy.example")]
    [InlineData("ftp://proxy.example")]
    public async Task Proxy_AddressIsNotHttp_IsRefused(string address)
    {
        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => ConnectAsync(Remote, new Uri(address, UriKind.RelativeOrAbsolute), user: null));

        Assert.Equal("InvalidProxy", error.ErrorId);
        Assert.Contains(address, error.Message);
    }

    [Fact]
    public async Task Proxy_ContradictoryParameters_AreRefused()
    {
        ConnectionRequest valid = Request(Remote, new Uri("http://proxy.example"), User);

        var both = await Assert.ThrowsAsync<ApiTokenException>(() => ConnectAsync(valid, noProxy: true));
        var credentialOnly = await Assert.ThrowsAsync<ApiTokenException>(() => ConnectAsync(Remote, proxy: null, User));

        Assert.Equal(("InvalidNoProxy", "InvalidProxyCredential"), (both.ErrorId, credentialOnly.ErrorId));
    }

    private static void AssertNoPassword(Exception error)
    {
        string text = error is ApiTokenException { RecommendedAction: { } advice } ? $"{error} {advice}" : $"{error}";
        Assert.DoesNotContain(Password, text);
        Assert.DoesNotContain(Encoded, text);
    }

    private static ConnectionRequest Request(Uri baseUri, Uri? proxy, string? user, bool noProxy = false) => new()
    {
        Service = "Devo",
        BaseUri = baseUri,
        Account = "acme",
        Secret = SecretText.ToSecureString(TestConnections.Secret),
        Proxy = proxy,
        ProxyUserName = user,
        ProxyPassword = user is null ? null : SecretText.ToSecureString(Password),
        NoProxy = noProxy,
        SkipCheck = true,
        RequestsPerSecond = TestConnections.UnlimitedRate,
        Time = TestConnections.CreateSkippingClock(),
        Timeout = TestConnections.LongTimeout,
    };

    private static Task<TokenConnection> ConnectAsync(Uri baseUri, Uri? proxy, string? user) =>
        TokenConnection.ConnectAsync(Request(baseUri, proxy, user), default);

    private static Task<TokenConnection> ConnectAsync(ConnectionRequest request, bool noProxy) =>
        TokenConnection.ConnectAsync(Request(request.BaseUri!, request.Proxy, request.ProxyUserName, noProxy), default);

    /// <summary>A proxy for one address, so that it does not affect other tests.</summary>
    private sealed class OneAddressProxy(Uri target, Uri proxy) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : proxy;

        public bool IsBypassed(Uri host) => host.Authority != target.Authority;
    }
}
