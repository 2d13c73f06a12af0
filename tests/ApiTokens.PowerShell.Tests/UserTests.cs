using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Get-ApiTokenUser, and the users of tokens across services.</summary>
public sealed class UserTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Fact]
    public void User_OfASite_TellsWhoMayManageTokens()
    {
        IReadOnlyList<PSObject> users = Output("Get-ApiTokenUser -Connection application-users");

        Assert.Equal(["admin", "asmith", "clerk", "jdoe", "leaver"], users.Texts("Id").Order());
        Assert.Equal(["admin"], users.Where(user => (bool?)user.Get("CanManageTokens") == true).Texts("Id"));
        Assert.Equal(["leaver"], users.Where(user => (bool?)user.Get("IsActive") == false).Texts("Id"));
        Assert.All(users, user => Assert.Equal("application-users", user.Text("Connection")));
    }

    [Theory]
    [InlineData("jdoe")]
    [InlineData("John Doe")]
    [InlineData("jdoe@example.com")]
    [InlineData("john*")]
    public void User_ByIdNameOrAddress_IsFound(string user) =>
        Assert.Equal("jdoe", Single("param($User) Get-ApiTokenUser $User -Connection application-users", user).Text("Id"));

    [Fact]
    public void User_Unknown_IsReported() =>
        Assert.Contains("'nobody'", AssertRefused("ObjectNotFound", "Get-ApiTokenUser nobody -Connection application-users").ToString());

    [Theory]
    [InlineData("devo")]
    [InlineData("wegnology")]
    [InlineData("gcore")]
    public void User_OfAServiceWithoutList_IsRefused(string connection) =>
        AssertRefused("OperationNotSupported", "param($Connection) Get-ApiTokenUser -Connection $Connection", connection);

    [Fact]
    public void User_OfAllConnections_SkipsServicesWithoutList() =>
        Assert.Equal(5, Output("Get-ApiTokenUser -Connection *").Count);

    [Fact]
    public void Completion_AfterAList_OffersUsers()
    {
        Output("Get-ApiTokenUser -Connection application-users");

        Assert.Contains("jdoe", Session.CompleteText("New-ApiToken -Connection application-users -User jd"));
        Assert.Contains("jdoe", Session.CompleteText("Get-ApiToken -Connection application-users -User jd"));
    }

    [Fact]
    public void New_UnknownUser_SaysThatThereIsNoSuchUser()
    {
        ErrorRecord error = Run("New-ApiToken -Connection application-users -User nobody -ApplyToAll Read").ShouldFail("ObjectNotFound");

        Assert.Contains("The user 'nobody' does not exist", error.ToString());
    }

    // The second example of the README. The leaver's token of WEGnology is in an application.
    [Fact]
    public void Get_LeaverOnAllConnections_FindsTokensOnEachService()
    {
        using ModuleSession session = OpenSession();
        session.Run(
            "param($Service) $null = Connect-ApiTokenService Wegnology $Service.Account -Token $Service.Secret "
                + "-BaseUri $Service.BaseUri -WarningAction Ignore; "
                + "$null = Connect-ApiTokenService Wegnology application/575ec8687ae143cd83dc4a97 -Name app "
                + "-Token $Service.Secret -BaseUri $Service.BaseUri -WarningAction Ignore",
            Sandbox.Service("wegnology")).ShouldSucceed();

        RunResult result = session.Run("Get-ApiToken -Connection * -User leaver@example.com").ShouldSucceed();

        Assert.Equal(["app", "application-users", "devo", "gcore"], result.Output.Texts("Connection").Distinct().Order());
        Assert.All(
            result.Output.Where(token => token.Text("Connection") == "application-users"),
            token => Assert.Equal("leaver", token.Text("Owner")));

        // Only for the application: the service tells the address of the user of the other connection.
        Assert.Contains("does not tell whom each token of app", Assert.Single(result.Warnings));
    }

    [Fact]
    public void Connect_UserWithoutTheControl_WarnsWhatThatMeans()
    {
        PSObject clerk = Single("New-ApiToken -Connection application-users -User clerk -Name clerk -ApplyToAll Read");
        using ModuleSession session = OpenSession();

        RunResult result = session.Run(
            "param($Service, $Secret) Connect-ApiTokenService ApplicationUsers $Service.Account -Name clerk -Token $Secret "
                + "-BaseUri $Service.BaseUri",
            Sandbox.Service("application-users"),
            clerk.Get("Secret")).ShouldSucceed();

        Assert.Contains("Application Users > API Tokens", Assert.Single(result.Warnings));
    }
}
