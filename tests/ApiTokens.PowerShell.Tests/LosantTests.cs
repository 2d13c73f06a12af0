using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>What Losant has in addition to WEGnology: the maximum role of a user's token.</summary>
public sealed class LosantTests : CmdletTest
{
    public LosantTests(SandboxFixture fixture)
        : base(fixture) =>
        Run(
            """
            param($Services)
            $access = $Services | Where-Object Service -EQ Wegnology
            $address = [uri]::new($access.BaseUri, 'losant')
            $null = Connect-ApiTokenService Wegnology -Token $access.Secret -BaseUri $address -Name losant -SkipCheck
            """,
            Sandbox.Started.Get("Services")).ShouldSucceed();

    [Fact]
    public void Role_OfNewToken_IsItsMaximumRoleAndThatOfItsSuccessor()
    {
        PSObject token = Single("New-ApiToken with-role -Connection losant -Scope ReadOnly -ExpiresIn 30d -Role View");
        Assert.Equal("view", token.Text("Role"));
        Assert.Equal(token.Text("Id"), Single("Get-ApiToken with-role -Connection losant -Role view").Text("Id"));

        PSObject successor = Single("param($Token) $Token | Reset-ApiToken", token);
        Assert.NotEqual(token.Text("Id"), successor.Text("Id"));
        Assert.Equal("view", successor.Text("Role"));
        Assert.Equal("none", Single("param($Token) $Token | Reset-ApiToken -Role none", successor).Text("Role"));
    }

    [Theory]
    [InlineData("losant", "owner")]
    [InlineData("wegnology", "view")]
    public void Role_NotSupported_IsRefusedBeforeAnyRequest(string connection, string role) => AssertRefused(
        "InvalidRole",
        "param($Connection, $Role) New-ApiToken x -Connection $Connection -Scope ReadOnly -ExpiresIn 30d -Role $Role",
        connection,
        role);

    [Fact]
    public void Role_Typed_IsCompleted() =>
        Assert.Equal(["collaborate"], Session.CompleteText("New-ApiToken -Connection losant -Role coll"));
}
