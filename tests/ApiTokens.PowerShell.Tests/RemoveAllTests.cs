using System.Collections;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Remove-ApiToken -User -All: one request if the service supports it, otherwise one for each token.</summary>
public sealed class RemoveAllTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Fact]
    public void RemoveAll_ApplicationUsers_SendsOneRequest()
    {
        PSObject[] tokens = NewTokens(5, "application-users", "asmith");
        PSObject other = NewToken("application-users", with: new() { ["User"] = "jdoe" });
        RequestCount before = Sandbox.Count();

        Assert.Empty(Output("Remove-ApiToken -User asmith -All -Connection application-users"));

        LoggedRequest sent = Assert.Single(Sandbox.Since(before));
        Assert.Equal("POST", sent.Method);
        Assert.EndsWith("/users/asmith/tokens/revoke", sent.Path);
        Assert.All(tokens, token => Assert.False(Sandbox.Accepts(token)));
        Assert.True(Sandbox.Accepts(other));
        Assert.Empty(Output("Get-ApiToken -Connection application-users -User asmith"));
    }

    [Fact]
    public void RemoveAll_Devo_SendsOneRequestForEachToken()
    {
        PSObject[] tokens = NewTokens(5, "devo", "ci@example.com");
        PSObject other = NewToken("devo");
        int all = Output("Get-ApiToken -Connection devo -User ci@example.com").Count;
        RequestCount before = Sandbox.Count();

        Assert.Empty(Output("Remove-ApiToken -User ci@example.com -All -Connection devo"));

        Assert.Equal(before.Writes + all, Sandbox.Count().Writes);
        Assert.All(tokens, token => Assert.False(Sandbox.Accepts(token)));
        Assert.True(Sandbox.Accepts(other));
        Assert.Empty(Output("Get-ApiToken -Connection devo -User ci@example.com"));
    }

    [Theory]
    [InlineData("devo", "admin@example.com", 1, true)]
    [InlineData("gcore", "admin@example.com", 1, false)]
    [InlineData("wegnology", "575ed70c7ae143cd83dc4aa9", 1, false)]
    [InlineData("application-users", "admin", 0, true)]
    public void RemoveAll_OwnToken_StaysInUse(string connection, string user, int errors, bool issueForUser)
    {
        PSObject token = NewToken(connection, with: issueForUser ? new() { ["User"] = user } : null);

        RunResult result = Run("param($User, $Connection) Remove-ApiToken -User $User -All -Connection $Connection", user, connection);

        Assert.Equal(Enumerable.Repeat("OwnTokenProtected", errors), result.ErrorIds);
        Assert.False(Sandbox.Accepts(token));
        Assert.Equal(
            "administrator",
            Single("param($Connection, $User) Get-ApiToken -Connection $Connection -User $User", connection, user).Text("Name"));
    }

    [Fact]
    public void RemoveAll_SeveralConnections_CrossesServices()
    {
        PSObject[] tokens = NewTokens(2, "devo", "leaver@example.com");
        Assert.Empty(Output("Remove-ApiToken -User leaver@example.com -All -Connection devo, gcore"));
        Assert.All(tokens, token => Assert.False(Sandbox.Accepts(token)));
        Assert.Empty(Output("Get-ApiToken -Connection devo, gcore -User leaver@example.com"));
    }

    [Theory]
    [InlineData("devo", "jdoe@example.com")]
    [InlineData("application-users", "clerk")]
    public void RemoveAll_PassThru_WritesTheRemovedTokens(string connection, string user)
    {
        PSObject[] tokens = NewTokens(3, connection, user);
        IReadOnlyList<PSObject> passed = Output(
            "param($User, $Connection) Remove-ApiToken -User $User -All -Connection $Connection -PassThru", user, connection);
        Assert.Subset(passed.Texts("Id").ToHashSet(), tokens.Texts("Id").ToHashSet());
        Assert.Equal([user], passed.Texts("Owner").Distinct());
    }

    [Fact]
    public void RemoveAll_UnknownUser_Fails() =>
        Run("Remove-ApiToken -User nobody -All -Connection application-users").ShouldFail("ObjectNotFound");

    [Fact]
    public void RemoveAll_ParameterSet_NeedsUserAndAllAndTakesNoToken()
    {
        PSObject set = Single("(Get-Command Remove-ApiToken).ParameterSets | Where-Object Name -EQ All");
        PSObject[] parameters = [.. ((IEnumerable)set.Get("Parameters")!).Cast<object>().Select(PSObject.AsPSObject)];
        Assert.Equal(["All", "User"], parameters.Where(parameter => (bool)parameter.Get("IsMandatory")!).Texts("Name").Order());
        Assert.DoesNotContain("Token", parameters.Texts("Name"));
    }

    private PSObject[] NewTokens(int count, string connection, string user) =>
        [.. Enumerable.Range(0, count).Select(_ => NewToken(connection, with: new() { ["User"] = user }))];
}
