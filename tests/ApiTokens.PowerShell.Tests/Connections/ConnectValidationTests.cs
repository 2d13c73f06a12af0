using System.Security;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Connections;

/// <summary>Connect-ApiTokenService: arguments that it rejects before it sends a write request, and regions that need no address.</summary>
public sealed class ConnectValidationTests(SandboxFixture fixture) : ConnectionTest(fixture)
{
    [Fact]
    public void Connect_PlainTextToken_SaysHowToSpecifyIt()
    {
        ErrorRecord error = Run("Connect-ApiTokenService Gcore -Token 7001_not-a-secure-string").Error;
        Assert.Contains("Read-Host -AsSecureString", error.ToString());
        Assert.DoesNotContain("7001_", error.ToString());
    }

    [Fact]
    public void Connect_NewestConnection_IsShownAsDefault() =>
        Assert.Equal(true, Single(
            "param($Access) Connect-ApiTokenService Gcore -Token $Access.Secret -BaseUri $Access.BaseUri", Access("gcore"))
            .Get("IsDefault"));

    [Fact]
    public void Connect_UnknownService_IsRefusedByName()
    {
        const string Script = "param($Token) Connect-ApiTokenService Nosuch acc -Token $Token";
        AssertRefused("InvalidService", Script, WrongSecret.ToSecret());
        ErrorRecord error = AssertEnded("InvalidService", Run(Script, WrongSecret.ToSecret()));
        Assert.Contains("Nosuch", error.Exception.Message);
    }

    [Theory]
    [InlineData("Devo domain -Region Moon")]
    [InlineData("Devo domain")]
    [InlineData("ApplicationUsers site -Region EU")]
    [InlineData("Devo domain -Region EU -BaseUri http://127.0.0.1:1")]
    public void Connect_UnknownRegion_IsRefused(string arguments) =>
        AssertRefused("InvalidRegion", $"param($Token) Connect-ApiTokenService {arguments} -Token $Token", WrongSecret.ToSecret());

    [Theory]
    [InlineData("US", "api-us.devo.com")]
    [InlineData("eu", "api-eu.devo.com")]
    [InlineData("CA", "api-ca.devo.com")]
    [InlineData("APAC", "api-apac.devo.com")]
    public void Connect_KnownRegion_NeedsNoAddress(string region, string host)
    {
        PSObject made = Single(
            "param($Token, $Region) Connect-ApiTokenService Devo domain -Token $Token -Region $Region -SkipCheck",
            WrongSecret.ToSecret(),
            region);
        Assert.Equal(host, ((Uri)made.Get("BaseUri")!).Host);
    }

    [Theory]
    [InlineData("http://api.example.com")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("http://127.0.0.1.example.com")]
    [InlineData("api.example.com")]
    [InlineData("https://me:pw@api.example.com")]
    [InlineData("https://api.example.com/?a=b")]
    [InlineData("https://api.example.com/#a")]
    public void Connect_AddressWithoutHttpsOrWithMoreThanAPath_IsRefused(string address) =>
        AssertRefused(
            "InvalidBaseUri",
            "param($Token, $BaseUri) Connect-ApiTokenService Gcore -Token $Token -BaseUri $BaseUri",
            WrongSecret.ToSecret(),
            address);

    [Fact]
    public void Connect_ApplicationUsersWithoutAddress_IsRefused() =>
        AssertRefused(
            "InvalidBaseUri", "param($Token) Connect-ApiTokenService ApplicationUsers site -Token $Token", WrongSecret.ToSecret());

    [Theory]
    [InlineData("Devo", "")]
    [InlineData("Devo", "child@parent")]
    [InlineData("Wegnology", "application/1")]
    [InlineData("Wegnology", "somebody")]
    [InlineData("Gcore", "acme")]
    [InlineData("ApplicationUsers", "")]
    public void Connect_AccountOfTheWrongForm_IsRefused(string service, string account) =>
        AssertRefused(
            "InvalidAccount",
            "param($Service, $Account, $Token) Connect-ApiTokenService $Service $Account -Token $Token -BaseUri http://127.0.0.1:1",
            service, account, WrongSecret.ToSecret());

    [Fact]
    public void Connect_AnotherAccountOfGcore_IsRefused() => AssertRefused(
        "InvalidAccount",
        "param($Access) Connect-ApiTokenService gcore 4711 -Token $Access.Secret -BaseUri $Access.BaseUri",
        Access("gcore"));

    [Theory]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("")]
    public void Connect_SecretThatNoHeaderCanHold_IsRefused(string text)
    {
        using SecureString secret = text.ToSecret();
        AssertRefused("InvalidToken", "param($Token) Connect-ApiTokenService Gcore -Token $Token -BaseUri http://127.0.0.1:1", secret);
    }

    [Theory]
    [InlineData("InvalidConnectionInfo", "@{ Service = 'Gcore'; Token = 'x'; Colour = 'red' }")]
    [InlineData("InvalidConnectionInfo", "@{ Token = 'x' }")]
    [InlineData("InvalidToken", "@{ Service = 'Gcore' }")]
    public void Connect_ConnectionInfoWithAFieldTooManyOrTooFew_IsRefused(string errorId, string info) =>
        AssertRefused(errorId, $"Connect-ApiTokenService -ConnectionInfo {info}");
}
