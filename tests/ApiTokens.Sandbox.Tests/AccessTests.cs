using System.Net;
using System.Text;

namespace ApiTokens.Sandbox.Tests;

/// <summary>A web page in a browser on this machine can send requests to the sandbox, but can neither use nor control it.</summary>
public sealed class AccessTests : SandboxTest
{
    private static readonly HttpMethod Get = HttpMethod.Get;

    [Theory]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("[::1]", HttpStatusCode.OK)]
    [InlineData("attacker.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.1.attacker.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("192.0.2.1", HttpStatusCode.MisdirectedRequest)]
    public async Task Host_OtherThanThisMachine_IsRefused(string host, HttpStatusCode status)
    {
        string port = $":{Server.BaseAddress.Port}";
        Assert.Equal(status, await StatusAsync(Get, "/gcore/iam/clients/me", ("Host", host + port), Administrator()));
        Assert.Equal(
            HttpStatusCode.MisdirectedRequest, await StatusAsync(Get, "/gcore/iam/clients/me", ("Host", host + ":1"), Administrator()));
    }

    [Fact]
    public async Task Origin_OtherPlace_IsRefused()
    {
        string own = Server.BaseAddress.GetLeftPart(UriPartial.Authority);
        foreach (string origin in new[] { "https://attacker.example", "null", "http://127.0.0.1:1", own + ".attacker.example" })
        {
            Assert.Equal(
                HttpStatusCode.Forbidden, await StatusAsync(Get, "/gcore/iam/clients/me", ("Origin", origin), Administrator()));
            Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(Get, "/sandbox/requests", ("Origin", origin), Control()));
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Get, "/gcore/iam/clients/me", ("Origin", own), Administrator()));
    }

    [Theory]
    [InlineData("GET", "/sandbox/requests")]
    [InlineData("GET", "/sandbox/requests/log")]
    [InlineData("GET", "/sandbox/faults")]
    [InlineData("POST", "/sandbox/faults")]
    [InlineData("DELETE", "/sandbox/faults")]
    [InlineData("DELETE", "/sandbox/requests")]
    public async Task Control_WithoutTokenOfTheRun_IsRefused(string method, string path)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(new HttpMethod(method), path));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(new HttpMethod(method), path, ("Authorization", "Bearer x")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(new HttpMethod(method), path, Administrator()));
        Assert.Empty(Server.Faults.All);
    }

    [Fact]
    public async Task Control_FaultThatIsNotJson_IsRefused()
    {
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await StatusAsync(HttpMethod.Post, "/sandbox/faults", "text/plain", Control()));
        Assert.Empty(Server.Faults.All);
        Assert.Equal(HttpStatusCode.Created, await StatusAsync(HttpMethod.Post, "/sandbox/faults", "application/json", Control()));
    }

    [Fact]
    public async Task Headers_TooLarge_AreRefused() => Assert.Equal(
        HttpStatusCode.RequestHeaderFieldsTooLarge,
        await StatusAsync(Get, "/gcore/iam/clients/me", ("X-Large", new string('x', 20_000)), Administrator()));

    [Fact]
    public async Task ControlToken_EachRun_IsAnother()
    {
        await using SandboxServer other = await SandboxServer.StartAsync(Options);
        Assert.NotEqual(Server.Description.ControlToken, other.Description.ControlToken);
        Assert.Contains($"\"controlToken\":\"{other.Description.ControlToken}\"", other.Description.ToJson());
    }

    private (string Name, string Value) Administrator() => ("Authorization", $"APIKey {Service("gcore").Secret}");

    private (string Name, string Value) Control() => ("Authorization", $"Bearer {Server.Description.ControlToken}");

    private Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, params (string Name, string Value)[] headers) =>
        StatusAsync(method, path, method == HttpMethod.Post ? "application/json" : null, headers);

    private async Task<HttpStatusCode> StatusAsync(
        HttpMethod method, string path, string? contentType, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(Server.BaseAddress, path));
        if (contentType is not null)
        {
            request.Content = new StringContent("""{"kind":"reset"}""", Encoding.UTF8, contentType);
        }

        foreach ((string name, string value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using HttpResponseMessage response = await Http.SendAsync(request);
        return response.StatusCode;
    }
}
