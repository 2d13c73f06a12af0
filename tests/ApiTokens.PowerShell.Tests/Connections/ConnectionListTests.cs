using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Connections;

/// <summary>Get-ApiTokenService and Disconnect-ApiTokenService: the connections of a session.</summary>
public sealed class ConnectionListTests(SandboxFixture fixture) : ConnectionTest(fixture)
{
    [Fact]
    public void Get_NamesAndPatterns_ListsTheConnections()
    {
        Connected("devo");
        Connected("gcore");
        Assert.Equal(["devo", "gcore"], Names("Get-ApiTokenService"));
        Assert.Equal(["devo"], Names("Get-ApiTokenService d*"));
        Assert.Equal(["gcore", "devo"], Names("Get-ApiTokenService gcore, devo"));
        Assert.Empty(Output("Get-ApiTokenService nothing*"));
        Run("Get-ApiTokenService nothing").ShouldFail("ConnectionNotFound");
    }

    [Fact]
    public void Get_IsDefault_IsTheNewestConnection()
    {
        Connected("devo");
        Connected("gcore");
        AssertDefault("gcore");
        Connected("devo");
        AssertDefault("devo");
        Run("Disconnect-ApiTokenService devo").ShouldSucceed();
        Assert.Equal(["gcore"], Names("Get-ApiTokenService | Where-Object IsDefault"));
    }

    [Fact]
    public void Connect_NameInUse_ReplacesTheConnection()
    {
        Connected("devo", new() { ["Name"] = "mine" });
        Connected("gcore", new() { ["Name"] = "MINE" });
        Assert.Single(Output("Get-ApiTokenService"));
        Assert.Equal("Gcore", Single("Get-ApiTokenService mine").Text("Service"));
    }

    [Fact]
    public void Disconnect_NamePipelineAndPattern_RemovesTheConnections()
    {
        foreach (string connection in new[] { "devo", "gcore", "wegnology", "application-users" })
        {
            Connected(connection);
        }

        Run("Disconnect-ApiTokenService devo").ShouldSucceed();
        Run("Get-ApiTokenService g* | Disconnect-ApiTokenService").ShouldSucceed();
        Run("Disconnect-ApiTokenService -Name weg*").ShouldSucceed();
        Assert.Equal(["application-users"], Names("Get-ApiTokenService"));
        Run("Disconnect-ApiTokenService devo").ShouldFail("ConnectionNotFound");
    }

    [Theory]
    [InlineData("Get-ApiToken")]
    [InlineData("Get-ApiTokenPermission")]
    [InlineData("New-ApiToken")]
    [InlineData("Remove-ApiToken -Token 42")]
    [InlineData("Disable-ApiToken -Token 42")]
    [InlineData("Reset-ApiToken -Token 42")]
    public void Cmdlet_NoConnectionOrUnknownName_EndsWithAnError(string command)
    {
        ErrorRecord none = Run(command).ShouldFail("ConnectionNotFound");
        Assert.Contains("Connect-ApiTokenService", none.Advice());

        Connected("devo");
        ErrorRecord unknown = AssertEnded("ConnectionNotFound", Run($"{command} -Connection nowhere"));
        Assert.Contains("nowhere", unknown.Exception.Message);
        Assert.Contains("devo", unknown.Advice());
    }

    [Fact]
    public void Connections_OtherRunspace_AreItsOwn()
    {
        Connected("devo");
        using (var other = new ModuleSession())
        {
            Assert.Empty(other.Output("Get-ApiTokenService"));
            other.Run("Get-ApiToken").ShouldFail("ConnectionNotFound");
            PSObject theirs = other.Single(
                "param($Access) Connect-ApiTokenService Gcore -Token $Access.Secret -BaseUri $Access.BaseUri -Name theirs",
                Access("gcore"));
            Assert.Equal("theirs", theirs.Text("Name"));
            Assert.NotEmpty(other.Output("Get-ApiToken"));
        }

        Assert.Equal(["devo"], Names("Get-ApiTokenService"));
    }

    [Fact]
    public void Connection_UsedInParallelRunspaces_ListsTheTokens()
    {
        IReadOnlyList<PSObject> found = Output(
            """
            param($Connection, $Path)
            1..3 | ForEach-Object -Parallel {
                Import-Module $using:Path
                @(Get-ApiToken -Connection $using:Connection)[0].Connection
            }
            """,
            Connected("devo"), Repository.Module);
        Assert.Equal(["devo", "devo", "devo"], found.Select(name => name.ToString()));
    }

    [Fact]
    public void Connection_ToString_IsItsName()
    {
        PSObject connection = Connected("devo");
        Assert.Equal("devo", Session.Value<string>("param($Connection) \"$Connection\"", connection));
    }

    [Fact]
    public void Completion_ConnectionsAndServices_AreOfferedByName()
    {
        Connected("devo");
        Connected("gcore");
        Assert.Equal(["devo"], Session.CompleteText("Get-ApiToken -Connection d"));
        Assert.Equal(["Gcore"], Session.CompleteText("Connect-ApiTokenService g"));
    }

    private IReadOnlyList<string> Names(string script) => Output(script).Texts("Name");

    private void AssertDefault(string connection)
    {
        Assert.Equal([connection], Names("Get-ApiTokenService | Where-Object IsDefault"));
        Assert.Equal([connection], Output("Get-ApiToken").Texts("Connection").Distinct());
    }
}
