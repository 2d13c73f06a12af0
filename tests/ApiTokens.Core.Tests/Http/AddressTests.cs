using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

public sealed class AddressTests
{
    [Theory]
    [InlineData("http://api.example.com")]
    [InlineData("ftp://api.example.com")]
    [InlineData("http://127.0.0.1.example.com")]
    [InlineData("http://localhost.example.com")]
    [InlineData("file:///etc/passwd")]
    public async Task BaseUri_NotHttpsOrLoopback_Throws(string address)
    {
        var error = await ConnectAsync(address);

        Assert.Equal(("InvalidBaseUri", ErrorKind.InvalidArgument), (error.ErrorId, error.Kind));
    }

    [Theory]
    [InlineData("https://api.example.com")]
    [InlineData("https://api.example.com/base/")]
    [InlineData("http://localhost:8080")]
    [InlineData("http://127.0.0.1:8080/devo")]
    [InlineData("http://[::1]:8080")]
    public async Task BaseUri_HttpsOrLoopback_IsAccepted(string address)
    {
        TokenConnection connection = await TokenConnection.ConnectAsync(TestConnections.Request(new Uri(address), "Devo"), default);

        Assert.Equal(new Uri(address), connection.BaseUri);
    }

    [Theory]
    [InlineData("https://\u0430pi.example.com/base", "https://xn--pi-6kc.example.com/base")]
    [InlineData("https://API.EXAMPLE.COM:8443", "https://api.example.com:8443/")]
    public async Task BaseUri_HostOfAnotherScript_IsShownInAscii(string address, string expected)
    {
        TokenConnection connection = await TokenConnection.ConnectAsync(TestConnections.Request(new Uri(address), "Devo"), default);

        Assert.Equal(expected, connection.BaseUri.ToString());
        Assert.Equal(new Uri(expected).Host, connection.BaseUri.Host);
    }

    [Theory]
    [InlineData("https://user:hunter22@api.example.com")]
    [InlineData("http://user:hunter22@api.example.com")]
    [InlineData("https://api.example.com/?key=hunter22")]
    [InlineData("https://api.example.com/#hunter22")]
    [InlineData("http://api.example.com/?key=hunter22")]
    public async Task BaseUri_WithCredentialsQueryOrFragment_ThrowsWithoutQuotingThem(string address)
    {
        var error = await ConnectAsync(address);

        Assert.Equal("InvalidBaseUri", error.ErrorId);
        Assert.DoesNotContain("hunter22", error.ToString());
    }

    [Fact]
    public async Task BaseUri_Relative_Throws()
    {
        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => TokenConnection.ConnectAsync(TestConnections.Request(new Uri("api.example.com", UriKind.Relative), "Devo"), default));

        Assert.Equal("InvalidBaseUri", error.ErrorId);
    }

    [Fact]
    public async Task Connect_InvalidRegion_Throws()
    {
        var regionAndAddress = await Assert.ThrowsAsync<ApiTokenException>(() => TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = "Devo",
                Account = "a",
                Secret = SecretText.ToSecureString("x"),
                Region = "EU",
                BaseUri = new Uri("https://x.example"),
            },
            default));
        var neither = await Assert.ThrowsAsync<ApiTokenException>(() => TokenConnection.ConnectAsync(
            new ConnectionRequest { Service = "Devo", Account = "a", Secret = SecretText.ToSecureString("x") }, default));
        var unknown = await Assert.ThrowsAsync<ApiTokenException>(() => TokenConnection.ConnectAsync(
            new ConnectionRequest { Service = "Devo", Account = "a", Secret = SecretText.ToSecureString("x"), Region = "MARS" }, default));
        var unsupported = await Assert.ThrowsAsync<ApiTokenException>(() => TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = "ApplicationUsers",
                Account = "a",
                Secret = SecretText.ToSecureString("x"),
                Region = "EU",
            },
            default));

        Assert.All([regionAndAddress, neither, unknown, unsupported], error => Assert.Equal("InvalidRegion", error.ErrorId));
        Assert.Contains("EU", neither.RecommendedAction);
    }

    [Theory]
    [InlineData("Devo", "us3", "https://api-us3.devo.com")]
    [InlineData("Wegnology", null, "https://api.app.wnology.io")]
    [InlineData("gcore", null, "https://api.gcore.com")]
    public async Task Region_OfService_HasVendorAddress(string service, string? region, string address)
    {
        TokenConnection connection = await TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = service,
                Account = service == "Devo" ? "acme" : service == "gcore" ? "456" : null,
                Secret = SecretText.ToSecureString("x"),
                Region = region,
                SkipCheck = true,
            },
            default);

        Assert.Equal(new Uri(address), connection.BaseUri);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("...")]
    [InlineData("")]
    public void Segment_DotsOrEmpty_Throws(string segment)
    {
        var error = Assert.Throws<ApiTokenException>(
            () => new ServiceRequest(HttpMethod.Get, "tokens", segment).UriBelow(new Uri("https://h.example/base")));

        Assert.Equal("InvalidId", error.ErrorId);
    }

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("%2f", "%252f")]
    [InlineData("%2e%2e", "%252e%252e")]
    [InlineData("a\\..\\b", "a%5C..%5Cb")]
    [InlineData("a?b#c", "a%3Fb%23c")]
    [InlineData("x..y", "x..y")]
    [InlineData(" é\t", "%20%C3%A9%09")]
    public void Segment_SpecialCharacters_AreEscaped(string segment, string escaped)
    {
        Uri uri = new ServiceRequest(HttpMethod.Get, "tokens", segment)
            .WithQuery("q", "a&b= c")
            .UriBelow(new Uri("https://h.example/base/"));

        Assert.Equal($"https://h.example/base/tokens/{escaped}?q=a%26b%3D%20c", uri.AbsoluteUri);
    }

    [Theory]
    [InlineData("Devo", "..")]
    [InlineData("Devo", "1/../2")]
    [InlineData("Devo", "%31")]
    [InlineData("Devo", "-1")]
    [InlineData("Gcore", "..")]
    [InlineData("Gcore", "1%2f2")]
    [InlineData("Wegnology", "../users/575ec7417ae143cd83dc4a95")]
    [InlineData("ApplicationUsers", "at_../../users/admin")]
    [InlineData("ApplicationUsers", "AT_0123456789abcdefghij")]
    public async Task Id_InvalidFormat_ThrowsInEveryOperationWithoutRequest(string service, string id)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        ITokenService tokens = (await TestConnections.ConnectAsync(server, service)).Tokens;

        var errors = new List<ApiTokenException>
        {
            await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync(id, default)),
            await Assert.ThrowsAsync<ApiTokenException>(() => tokens.RemoveAsync(id, default)),
        };
        if (tokens.Capabilities.SetEnabled)
        {
            errors.Add(await Assert.ThrowsAsync<ApiTokenException>(() => tokens.SetEnabledAsync(id, true, default)));
        }

        if (tokens.Capabilities.Rename)
        {
            errors.Add(await Assert.ThrowsAsync<ApiTokenException>(() => tokens.RenameAsync(id, "x", default)));
        }

        if (tokens.Capabilities.Regenerate)
        {
            errors.Add(await Assert.ThrowsAsync<ApiTokenException>(() => tokens.RegenerateAsync(id, TokenExpiry.ServiceDefault, default)));
        }

        Assert.All(errors, error => Assert.Equal("InvalidId", error.ErrorId));
        Assert.Empty(server.Requests);
    }

    private static Task<ApiTokenException> ConnectAsync(string address) =>
        Assert.ThrowsAsync<ApiTokenException>(
            () => TokenConnection.ConnectAsync(TestConnections.Request(new Uri(address), "Devo"), default));

    [Theory]
    [InlineData("https://one.example/tokens/a%2Fb", "https://one.example/tokens/a%2Fb?x=1/2", true)]
    [InlineData("https://one.example/tokens/a%2Fb", "https://one.example/tokens/a/b", false)]
    [InlineData("https://one.example/tokens/%2E%2E%2Fb", "https://one.example/b", false)]
    public void Check_SlashWasDecoded_Throws(string path, string built, bool same)
    {
        // As .NET Framework builds it; .NET keeps the slash escaped.
        var uri = new Uri(built);

        Exception? error = Record.Exception(() => ServiceRequest.Check(path, uri));

        Assert.Equal(same ? null : "InvalidId", (error as ApiTokenException)?.ErrorId);
    }
}
