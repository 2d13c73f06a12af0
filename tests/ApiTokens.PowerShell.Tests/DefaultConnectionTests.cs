using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>The default connection: the newest one, or the one that Set-ApiTokenService chose.</summary>
public sealed class DefaultConnectionTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Fact]
    public void Default_NothingChosen_IsTheNewest()
    {
        using ModuleSession session = OpenSession();
        Assert.Equal(["application-users"], Default(session));
    }

    [Fact]
    public void SetDefault_ThenConnectAgain_KeepsTheChosenOne()
    {
        using ModuleSession session = OpenSession();
        session.Run("Set-ApiTokenService devo -Default").ShouldSucceed();
        session.Run(
            "param($Services) $s = $Services | Where-Object Service -EQ gcore; "
                + "$null = Connect-ApiTokenService Gcore $s.Account -Name other -Token $s.Secret -BaseUri $s.BaseUri -SkipCheck",
            Sandbox.Started.Get("Services")).ShouldSucceed();

        Assert.Equal(["devo"], Default(session));
        Assert.All(session.Output("Get-ApiToken"), token => Assert.Equal("devo", token.Text("Connection")));
    }

    [Theory]
    [InlineData("Set-ApiTokenService devo -Default:$false")]
    [InlineData("Disconnect-ApiTokenService devo")]
    public void SetDefault_TakenBack_IsTheNewestAgain(string command)
    {
        using ModuleSession session = OpenSession();
        session.Run("Set-ApiTokenService devo -Default").ShouldSucceed();

        session.Run(command).ShouldSucceed();

        Assert.Equal(["application-users"], Default(session));
    }

    [Fact]
    public void SetDefault_WithoutTheSwitch_ChoosesTheConnection()
    {
        using ModuleSession session = OpenSession();
        session.Run("Set-ApiTokenService devo").ShouldSucceed();
        Assert.Equal(["devo"], Default(session));
    }

    [Fact]
    public void SetDefault_PassThru_ReturnsTheConnection()
    {
        using ModuleSession session = OpenSession();
        Assert.Equal("gcore", session.Single("Get-ApiTokenService gcore | Set-ApiTokenService -Default -PassThru").Text("Name"));
    }

    [Theory]
    [InlineData("no-such", "ConnectionNotFound")]
    [InlineData("*", "AmbiguousConnection")]
    public void SetDefault_NotOneConnection_IsAnError(string name, string errorId) =>
        Run("param($Name) Set-ApiTokenService $Name -Default", name).ShouldFail(errorId);

    private static IReadOnlyList<string> Default(ModuleSession session) =>
        session.Output("Get-ApiTokenService | Where-Object { $_.IsDefault }").Texts("Name");
}
