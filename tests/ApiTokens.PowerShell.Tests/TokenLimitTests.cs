using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>The maximum number of tokens of an account: of the connection, and of the service itself.</summary>
public sealed class TokenLimitTests(TokenLimitTests.Fixture fixture) : CmdletTest<TokenLimitTests.Fixture>(fixture)
{
    // A new account has 5 tokens that count: 4 seeded ones and that of the administrator.
    private const string Connect = "param($To) Connect-ApiTokenService Gcore -Token $To.Secret -BaseUri $To.BaseUri ";

    private PSObject Gcore => Sandbox.Service("gcore");

    [Fact]
    public void Start_GcoreTokenLimit_IsThatOfTheConnection() =>
        Assert.Equal("8", Single("Get-ApiTokenService gcore").Text("TokenLimit"));

    [Fact]
    public void New_BeyondLimitOfTheConnection_IsRefusedBeforeTheRequest()
    {
        Session.Single(Connect + "-Name few -TokenLimit 6", Gcore);
        RequestCount before = Sandbox.Count();
        RunResult result = Run("1..3 | ForEach-Object { [pscustomobject]@{ Name = \"few-$_\" } } "
            + "| New-ApiToken -Connection few -Role Users -ExpiresIn 30d");
        Assert.Equal(["TokenLimitReached", "TokenLimitReached"], result.Errors.Select(error => error.Id()));
        Assert.Contains("-TokenLimit", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(1, Sandbox.Count().Writes - before.Writes);
        Run("param($Token) $Token | Remove-ApiToken", result.Single).ShouldSucceed();
    }

    [Fact]
    public void New_BeyondLimitOfTheService_IsTokenLimitReached()
    {
        Session.Single(Connect + "-Name documented", Gcore);
        Assert.Equal("100", Single("Get-ApiTokenService documented").Text("TokenLimit"));
        RunResult result = Run("1..4 | ForEach-Object { [pscustomobject]@{ Name = \"doc-$_\" } } "
            + "| New-ApiToken -Connection documented -Role Users -ExpiresIn 30d");
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Equal("TokenLimitReached", error.Id());
        Assert.Equal(ErrorCategory.LimitsExceeded, error.CategoryInfo.Category);
        Assert.Contains("limit of 8 API tokens", error.Exception.Message, StringComparison.Ordinal);
        Run("param($Tokens) $Tokens | Remove-ApiToken", [result.Output.ToArray()]).ShouldSucceed();
    }

    [Fact]
    public void Connect_TokenLimitInConnectionInfo_IsKept()
    {
        PSObject made = Session.Single(
            "param($To) Connect-ApiTokenService -ConnectionInfo @{ Service = 'Gcore'; Token = $To.Secret; BaseUri = $To.BaseUri; "
                + "TokenLimit = 50; Name = 'fifty' }",
            Gcore);
        Assert.Equal("50", made.Text("TokenLimit"));
        Session.Disconnect("fifty");
    }

    [Fact]
    public void Connect_TokenLimitWithoutALimitOfTheService_NamesTheParameter()
    {
        ErrorRecord error = AssertRefused(
            "InvalidTokenLimit",
            "param($To) Connect-ApiTokenService Devo example-domain -Token $To.Secret -BaseUri $To.BaseUri -TokenLimit 50",
            Sandbox.Service("devo"));
        Assert.StartsWith("TokenLimit:", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Test_NearLimitOfTheConnection_IsAFinding()
    {
        Session.Single(Connect + "-Name near -TokenLimit 5", Gcore);
        PSObject finding = Single("Test-ApiToken -Connection near -Rule NearTokenLimit");
        Assert.Equal("Error", finding.Text("Severity"));
        Assert.Contains("all of its 5 allowed tokens", finding.Text("Message"), StringComparison.Ordinal);
        Session.Disconnect("near");
    }

    public sealed class Fixture() : SandboxFixture("-GcoreTokenLimit 8");
}
