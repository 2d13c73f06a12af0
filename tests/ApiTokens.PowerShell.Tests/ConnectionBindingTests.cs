using System.Collections;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>The choice between several connections.</summary>
public sealed class ConnectionBindingTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Fact]
    public void GetApiToken_SeveralConnections_ListsFromAllOfThem()
    {
        Assert.Equal(ServiceCase.All.Select(service => service.Connection).Order(), Connections("Get-ApiToken -Connection *"));
        Assert.Equal(["devo", "gcore"], Connections("Get-ApiToken -Connection devo, gcore"));
        Assert.Equal(["devo"], Connections("Get-ApiToken -Connection (Get-ApiTokenService devo)"));
    }

    [Fact]
    public void PipedTokens_OfSeveralConnections_GoThroughTheirOwn()
    {
        string name = NewName("everywhere");
        PSObject[] tokens = [.. ServiceCase.All.Select(service => NewToken(service.Connection, name))];
        Output("param($Name) Get-ApiToken -Connection * -Name $Name | Remove-ApiToken", name);
        Assert.All(tokens, token => Assert.False(Sandbox.Accepts(token)));
    }

    [Fact]
    public void PipedTokens_OfTwoAccountsOfOneService_AreKeptApart()
    {
        string account = ((IEnumerable)Sandbox.Service("wegnology").Get("OtherAccounts")!).Cast<object>().First().ToString()!;
        Session.Connect(Sandbox, "wegnology", "application", account);
        try
        {
            PSObject user = NewToken("wegnology");
            PSObject application = Single("param($Name) New-ApiToken -Connection application -Name $Name -Scope All", user.Text("Name"));
            Assert.Equal(account, application.Text("Account"));
            Output("param($User, $Application) $User, $Application | Remove-ApiToken", user, application);
            Assert.False(Sandbox.Accepts(user));
            Assert.False(Sandbox.Accepts(application));
        }
        finally
        {
            Session.Disconnect("application");
        }
    }

    [Fact]
    public void Token_OfAnotherAccountThanTheNamedConnection_IsRefused()
    {
        PSObject token = NewToken("gcore");
        AssertRefused("ConnectionMismatch", "param($Token) $Token | Remove-ApiToken -Connection devo", token);
        Assert.True(Sandbox.Accepts(token));
    }

    [Fact]
    public void Token_OfAnotherServiceWithTheSameAccountName_IsRefused()
    {
        Session.Connect(Sandbox, "devo", "namesake", account: "1001", skipCheck: true);
        try
        {
            PSObject token = NewToken("gcore");
            Assert.Equal("1001", token.Text("Account"));
            AssertRefused("ConnectionMismatch", "param($Token) $Token | Remove-ApiToken -Connection namesake", token);
            Assert.True(Sandbox.Accepts(token));
        }
        finally
        {
            Session.Disconnect("namesake");
        }
    }

    [Fact]
    public void Token_SeveralConnectionsNamed_GoesThroughTheOneOfItsAccount()
    {
        PSObject token = NewToken("gcore");
        Output("param($Token) $Token | Remove-ApiToken -Connection *", token);
        Assert.False(Sandbox.Accepts(token));
    }

    [Fact]
    public void Token_AnotherConnectionToItsAccountNamed_GoesThroughThatOne()
    {
        Session.Connect(Sandbox, "gcore", "second");
        try
        {
            PSObject token = NewToken("gcore");
            Assert.NotNull(Single("param($Token) $Token | Remove-ApiToken -Connection second -PassThru", token));
            Assert.False(Sandbox.Accepts(token));
        }
        finally
        {
            Session.Disconnect("second");
        }
    }

    [Fact]
    public void Token_OfAConnectionThatWasRemoved_IsRefused()
    {
        Session.Connect(Sandbox, "gcore", "temporary");
        PSObject token = NewToken("gcore");
        PSObject through = Single("param($Id) Get-ApiToken -Connection temporary -Id $Id", token.Text("Id"));
        Session.Disconnect("temporary");
        AssertRefused("ConnectionNotFound", "param($Token) $Token | Remove-ApiToken", through);
        Assert.True(Sandbox.Accepts(token));
    }

    [Fact]
    public void Id_SeveralConnectionsItCouldBelongTo_IsRefused()
    {
        PSObject token = NewToken("gcore");
        AssertRefused("AmbiguousConnection", "param($Id) Remove-ApiToken $Id -Connection gcore, devo", token.Text("Id"));
        Assert.True(Sandbox.Accepts(token));
    }

    [Fact]
    public void Id_WhoseFormFitsOneConnection_IsFoundOnIt()
    {
        PSObject[] tokens = [NewToken("wegnology"), NewToken("application-users")];

        Run("param($Ids) $Ids | Remove-ApiToken -Connection * -Confirm:$false", (object)tokens.Texts("Id").ToArray()).ShouldSucceed();

        Assert.All(tokens, token => Assert.False(Sandbox.Accepts(token)));
    }

    [Fact]
    public void Row_WithIdAndService_IsFoundOnTheConnectionOfTheService()
    {
        PSObject[] tokens = [NewToken("gcore"), NewToken("devo")];

        Run(
            "param($Tokens) $Tokens | ForEach-Object { [pscustomobject]@{ Id = $_.Id; Service = $_.Service } } "
                + "| Remove-ApiToken -Confirm:$false",
            (object)tokens).ShouldSucceed();

        Assert.All(tokens, token => Assert.False(Sandbox.Accepts(token)));
    }

    [Fact]
    public void Row_WithIdOfAnotherService_IsRefused() =>
        Assert.Contains(
            "not a valid Gcore token id",
            AssertRefused(
                "InvalidId", "[pscustomobject]@{ Id = 'at_0123456789abcdefghij'; Service = 'Gcore' } | Remove-ApiToken").ToString());

    [Fact]
    public void Name_OfTokensOfSeveralConnections_IsRefused()
    {
        string name = NewName("shared");
        PSObject[] tokens = [NewToken("devo", name), NewToken("gcore", name)];
        AssertRefused("AmbiguousName", "param($Name) Remove-ApiToken $Name -Connection *", name);
        Assert.All(tokens, token => Assert.True(Sandbox.Accepts(token)));
    }

    [Fact]
    public void Name_OfTwoTokensThatDifferFromItInCase_IsRefused()
    {
        string name = NewName("letters");
        PSObject[] tokens = [NewToken("devo", name), NewToken("devo", name.ToUpperInvariant())];
        AssertRefused("AmbiguousName", "param($Name) Remove-ApiToken $Name -Connection devo", char.ToUpperInvariant(name[0]) + name[1..]);
        Assert.All(tokens, token => Assert.True(Sandbox.Accepts(token)));
    }

    private string[] Connections(string script) => [.. Output(script).Texts("Connection").Distinct().Order()];
}
