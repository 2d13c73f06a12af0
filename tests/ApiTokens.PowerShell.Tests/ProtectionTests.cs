using System.Collections;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>The token that a connection uses is not removed, reset or disabled by accident.</summary>
public sealed class ProtectionTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private static readonly Dictionary<string, (string Id, Hashtable Parameters)> Administrators = new()
    {
        ["devo"] = ("1", new() { ["User"] = "admin@example.com", ["Audience"] = "credentials", ["Scope"] = "table://a level://b" }),
        ["wegnology"] = ("5e00000000000000000000ff", new() { ["Scope"] = "All" }),
        ["gcore"] = ("7001", new() { ["Role"] = "Administrators", ["ExpiresIn"] = "30d" }),
        ["application-users"] = ("at_00000000000000000adm", new() { ["User"] = "admin", ["ApplyToAll"] = "Full" }),
    };

    public static TheoryData<string, string> Commands
    {
        get
        {
            TheoryData<string, string> cases = [];
            foreach (ServiceCase service in ServiceCase.All)
            {
                cases.Add("Remove-ApiToken", service.Connection);
                cases.Add("Reset-ApiToken", service.Connection);
                if (service.SetEnabled)
                {
                    cases.Add("Disable-ApiToken", service.Connection);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void OwnToken_ByObjectIdOrName_IsRefused(string command, string connection)
    {
        const string Refused = "OwnTokenProtected";
        string id = Administrators[connection].Id;
        PSObject own = Single("param($Connection, $Id) Get-ApiToken -Connection $Connection -Id $Id", connection, id);
        AssertRefused(Refused, "param($Token, $Command) $Token | & $Command", own, command);
        AssertRefused(Refused, "param($Id, $Connection, $Command) & $Command $Id -Connection $Connection", id, connection, command);
        AssertRefused(Refused, "param($Connection, $Command) & $Command administrator -Connection $Connection", connection, command);
        AssertRefused(
            Refused,
            """
            param($Connection, $Command)
            Get-ApiToken -Connection $Connection -Name administrator |
                ForEach-Object { [pscustomobject]@{ Connection = $_.Connection; Id = $_.Id } } | & $Command
            """,
            connection,
            command);
        Assert.Equal("Active", Read(own).Text("Status"));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void OwnToken_WithForce_IsChanged(string command, string connection)
    {
        PSObject own = ConnectWithNewToken(connection);
        try
        {
            AssertRefused("OwnTokenProtected", "param($Token, $Command) & $Command $Token.Id -Connection $Token.Name", own, command);
            Assert.True(Sandbox.Accepts(own));
            Output(
                "param($Token, $Command) & $Command $Token.Id -Connection $Token.Name -Force -ErrorAction SilentlyContinue", own, command);
            Assert.False(Sandbox.Accepts(own));
        }
        finally
        {
            Session.Disconnect(own.Text("Name"));
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void OwnToken_ThroughAnotherConnection_IsChanged(string command, string connection)
    {
        PSObject own = ConnectWithNewToken(connection);
        Session.Disconnect(own.Text("Name"));
        Output("param($Token, $Connection, $Command) & $Command $Token.Id -Connection $Connection", own, connection, command);
        Assert.False(Sandbox.Accepts(own));
    }

    [Fact]
    public void OwnTokens_AllTokensRemoved_AreReportedAndRemain()
    {
        // A separate sandbox, because other tests need the tokens of the shared one.
        using var fixture = new SandboxFixture();
        Assert.True(fixture.Session.Output("Get-ApiToken -Connection *").Count > 4);

        RunResult result = fixture.Session.Run("Get-ApiToken -Connection * | Remove-ApiToken");

        Assert.Equal(Enumerable.Repeat("OwnTokenProtected", 4), result.ErrorIds);

        // Gcore still lists a token that has expired after it was deleted, and does not tell whether it was.
        IReadOnlyList<PSObject> left = fixture.Session.Output("Get-ApiToken -Connection * -Status Active, Inactive");
        Assert.Equal(Enumerable.Repeat("administrator", 4), left.Texts("Name"));
        Assert.Equal(ServiceCase.All.Select(service => service.Connection).Order(), left.Texts("Connection").Order());
    }

    /// <summary>Issues an administrator token and connects with it, under its name.</summary>
    private PSObject ConnectWithNewToken(string connection)
    {
        PSObject token = Single(
            "param($Connection, $Name, $Parameters) New-ApiToken -Connection $Connection -Name $Name @Parameters",
            connection,
            NewName("administrator"),
            Administrators[connection].Parameters);
        Session.Connect(Sandbox, connection, token.Text("Name"), secret: (System.Security.SecureString)token.Get("Secret")!);
        return token;
    }
}
