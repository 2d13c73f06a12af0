using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Connections;

/// <summary>The accounts of Wegnology, and the account of Gcore.</summary>
public sealed class AccountTests(SandboxFixture fixture) : ConnectionTest(fixture)
{
    [Theory]
    [InlineData("application/575ec8687ae143cd83dc4a97")]
    [InlineData("instance/575ec8687ae143cd83dc4b01")]
    public void Wegnology_ApplicationOrInstance_HasTokensOfItsOwn(string account)
    {
        Assert.Contains(account, Access("wegnology").List("OtherAccounts"));
        Connected("wegnology", new() { ["Account"] = account });
        PSObject token = Single("param($Name) New-ApiToken -Name $Name -Scope All", NewName());
        Assert.Equal(account, token.Text("Account"));
        Assert.True(Sandbox.Accepts(token));
        Run("param($Token) Disable-ApiToken $Token", token).ShouldSucceed();
        Assert.False(Sandbox.Accepts(token));
        Run("param($Token) Enable-ApiToken $Token", token).ShouldSucceed();
        Assert.True(Sandbox.Accepts(token));
        Assert.Equal([account], Output("Get-ApiToken").Texts("Account").Distinct());
        Run("param($Token) Remove-ApiToken $Token", token).ShouldSucceed();
        Assert.False(Sandbox.Accepts(token));
    }

    [Theory]
    [InlineData("application/575ec8687ae143cd83dc4a97", "ReadOnly", "all.Application.read")]
    [InlineData("application/575ec8687ae143cd83dc4a97", "Cli", "all.Application.cli")]
    [InlineData("instance/575ec8687ae143cd83dc4b01", "ReadOnly", "all.Instance.read")]
    public void Wegnology_Preset_IsThatOfTheAccount(string account, string preset, string scope)
    {
        Connected("wegnology", new() { ["Account"] = account });
        Assert.Equal([scope], Single("param($Scope) New-ApiToken -Name preset -Scope $Scope", preset).List("Scope"));
    }

    [Fact]
    public void Wegnology_PresetThatTheAccountDoesNotHave_IsRefused()
    {
        Connected("wegnology", new() { ["Account"] = "instance/575ec8687ae143cd83dc4b01" });
        AssertRefused("InvalidScope", "New-ApiToken -Name preset -Scope Cli");
    }

    [Fact]
    public void Gcore_NoAccount_IsFoundOut() =>
        Assert.Equal(
            "1001",
            Single("param($Access) Connect-ApiTokenService Gcore -Token $Access.Secret -BaseUri $Access.BaseUri", Access("gcore"))
                .Text("Account"));

    // The address is right, and the service says what is wrong.
    [Fact]
    public void ApplicationUsers_UnknownSite_IsReportedAsUnknownAccount()
    {
        ErrorRecord error = Run(
            "param($Access) Connect-ApiTokenService ApplicationUsers othersite -Token $Access.Secret -BaseUri $Access.BaseUri",
            Access("application-users")).ShouldFail("ObjectNotFound");

        Assert.Contains("did not find the account (404: The site 'othersite' does not exist", error.ToString());
        Assert.Equal("Check -Account and -BaseUri.", error.Advice());
    }

    [Fact]
    public void Gcore_SendsRequestsOfV2()
    {
        Connected("gcore");
        RequestCount before = Sandbox.Count();
        PSObject token = NewToken("gcore");
        Assert.StartsWith($"{token.Text("Id")}_", token.Secret());
        Assert.Contains("/gcore/iam/v2/clients/1001/tokens", Sandbox.Since(before).Select(request => request.Path));
    }
}
