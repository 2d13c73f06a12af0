using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Connections;

/// <summary>-Proxy, -ProxyCredential and -NoProxy of Connect-ApiTokenService.</summary>
public sealed class ProxyTests(SandboxFixture fixture) : ConnectionTest(fixture)
{
    private const string Password = "Kx7-proxy-Pa55word!";

    private static PSCredential Credential => new("proxyuser", Password.ToSecret());

    [Fact]
    public void Connect_ProxyRejectsCredential_EndsWithAnErrorWithoutThePassword()
    {
        using var proxy = new RefusingProxy();

        ErrorRecord error = AssertEnded(
            "ProxyAuthenticationRequired",
            Run(
                "param($Token, $Proxy, $Credential) Connect-ApiTokenService Gcore -Token $Token -BaseUri https://gcore.example "
                    + "-Proxy $Proxy -ProxyCredential $Credential",
                WrongSecret.ToSecret(),
                proxy.Address,
                Credential));

        Assert.Contains("-ProxyCredential", error.Advice());
        Assert.DoesNotContain(Password, $"{error} {error.Exception} {error.Advice()}");
        Assert.InRange(proxy.Requests, 1, 2);
    }

    [Fact]
    public void Connect_ConnectionInfoWithProxy_UsesIt()
    {
        using var proxy = new RefusingProxy();

        AssertEnded(
            "ProxyAuthenticationRequired",
            Run(
                "param($Token, $Proxy, $Password) Connect-ApiTokenService -ConnectionInfo @{ Service = 'Gcore'; Token = $Token; "
                    + "BaseUri = 'https://gcore.example'; Proxy = \"$Proxy\"; ProxyUserName = 'proxyuser'; ProxyPassword = $Password }",
                WrongSecret.ToSecret(),
                proxy.Address,
                Password));

        Assert.InRange(proxy.Requests, 1, 2);
    }

    [Fact]
    public void Connect_ProxyAndLoopbackAddress_DoesNotUseTheProxy()
    {
        using var proxy = new RefusingProxy();

        PSObject made = Connected("gcore", new() { ["Proxy"] = proxy.Address, ["ProxyCredential"] = Credential });

        Assert.Equal("Gcore", made.Text("Service"));
        Assert.Equal(0, proxy.Requests);
    }

    [Fact]
    public void Connect_ProxyAddressWithPassword_IsRefusedWithoutQuotingIt()
    {
        ErrorRecord error = AssertEnded(
            "InvalidProxy",
            Run(
                "param($Token, $Proxy) Connect-ApiTokenService Gcore -Token $Token -Proxy $Proxy",
                WrongSecret.ToSecret(),
                $"http://proxyuser:{Password}@proxy.example:8080"));

        Assert.StartsWith("-Proxy: ", $"{error}");
        Assert.Contains("-ProxyCredential", error.Advice());
        Assert.DoesNotContain(Password, $"{error} {error.Exception} {error.Advice()}");
    }

    [Fact]
    public void Connect_NoProxyWithProxy_IsRefused() => AssertEnded(
        "InvalidNoProxy",
        Run(
            "param($Token) Connect-ApiTokenService Gcore -Token $Token -Proxy http://proxy.example:8080 -NoProxy",
            WrongSecret.ToSecret()));
}
