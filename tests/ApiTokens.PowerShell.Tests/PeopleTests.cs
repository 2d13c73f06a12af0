using System.Collections;
using System.Security;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Who sees and may do what on each service, rehearsed with the people of the sandbox.</summary>
public sealed class PeopleTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Theory]
    [ClassData(typeof(EachService))]
    public void Start_EachService_HasPeopleWhoCanSignIn(string service)
    {
        IReadOnlyList<PSObject> people = Output("param($Service) $Service.People", Sandbox.Service(service));
        Assert.Equal("administrator", people[0].Text("Name"));
        Assert.True(people.Count > 1);
        Assert.All(people, person =>
        {
            Assert.True(person.Get("Secret") is SecureString || person.Get("Credential") is PSCredential);
            Assert.NotEmpty(person.Text("Role"));
        });
    }

    [Fact]
    public void Gcore_Administrator_SeesEveryTokenAndAnEngineerOwnTokens()
    {
        string[] all = [.. Output("Get-ApiToken -Connection gcore").Texts("Issuer").Distinct()];
        Assert.True(all.Length > 2);
        SignIn("gcore", "engineer");
        Assert.Equal(["jdoe@example.com"], Output("Get-ApiToken -Connection gcore-engineer").Texts("Issuer").Distinct());
        Assert.Equal("PermissionDenied", Run("Remove-ApiToken -Connection gcore-engineer -Id 7001 -Confirm:$false").Error.Id());
        Assert.NotEmpty(Output("Get-ApiToken -Connection gcore -Id 7001"));
    }

    [Fact]
    public void Gcore_User_CannotIssueATokenOfEngineers()
    {
        SignIn("gcore", "user");
        Assert.Empty(Output("Get-ApiToken -Connection gcore-user"));
        RunResult refused = Run("New-ApiToken -Connection gcore-user -Name no -Role Engineers -ExpiresIn 30d");
        Assert.Contains("Can't create token with role Engineers", refused.Error.Exception.Message, StringComparison.Ordinal);
        PSObject own = Single("New-ApiToken -Connection gcore-user -Name yes -Role Users -ExpiresIn 30d");
        Assert.Equal("asmith@example.com", own.Text("Issuer"));
        Assert.Equal([own.Text("Id")], Output("Get-ApiToken -Connection gcore-user").Texts("Id"));
        Run("param($Token) $Token | Remove-ApiToken -Confirm:$false", own).ShouldSucceed();
    }

    [Fact]
    public void Gcore_TokenWithRoleUsersOfTheAdministrator_CannotRemoveTheirAdministratorsToken()
    {
        PSObject users = NewToken("gcore", with: new() { ["Role"] = "Users" });
        PSObject administrators = NewToken("gcore", with: new() { ["Role"] = "Administrators" });
        Session.Connect(Sandbox, "gcore", "gcore-low", secret: (SecureString)users.Get("Secret")!);

        RunResult refused = Run(
            "param($Id) Remove-ApiToken -Connection gcore-low -Id $Id -Confirm:$false", administrators.Text("Id"));

        Assert.Equal("PermissionDenied", refused.Error.Id());
        Assert.True(Sandbox.Accepts(administrators));
        Session.Disconnect("gcore-low");
        Run("param($Tokens) $Tokens | Remove-ApiToken -Confirm:$false", [new[] { users, administrators }]).ShouldSucceed();
    }

    [Fact]
    public void Devo_Engineer_SeesTheDomainAndOnlyOwnSecrets()
    {
        SignIn("devo", "engineer");
        Assert.Equal(Output("Get-ApiToken -Connection devo").Count, Output("Get-ApiToken -Connection devo-engineer").Count);
        ErrorRecord error = AssertRefused("SecretNotShown", "Get-ApiToken -Connection devo-engineer -Id 2 -IncludeSecret");
        Assert.Contains("admin@example.com and user@example.com", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(32, Single("Get-ApiToken -Connection devo-engineer -Id 4 -IncludeSecret").Secret().Length);
    }

    [Fact]
    public void Devo_UserWhoMayOnlyView_SeesOwnTokensAndChangesNothing()
    {
        SignIn("devo", "user");
        PSObject own = Assert.Single(Output("Get-ApiToken -Connection devo-user"));
        Assert.Equal("user@example.com", own.Text("Owner"));
        Assert.Equal(32, Single("Get-ApiToken -Connection devo-user -Id 2 -IncludeSecret").Secret().Length);
        Assert.Equal("PermissionDenied", Run("Get-ApiToken -Connection devo-user -Id 4").Error.Id());
        Assert.Equal("PermissionDenied", Run("Disable-ApiToken -Connection devo-user -Id 2").Error.Id());
    }

    [Fact]
    public void Wegnology_People_HaveAccountsAndApplicationsOfTheirOwn()
    {
        SignIn("wegnology", "engineer");
        PSObject connection = Single("Get-ApiTokenService wegnology-engineer");
        Assert.NotEqual(Single("Get-ApiTokenService wegnology").Text("Account"), connection.Text("Account"));
        Assert.Empty(Output("Get-ApiToken -Connection wegnology-engineer"));
        string[] applications = [.. ((object[])Sandbox.Service("wegnology").Get("OtherAccounts")!).Cast<string>()];
        Hashtable info = Sandbox.Person("wegnology", "engineer");
        info["Name"] = "plant";
        info["Account"] = applications[0];
        Output("param($Info) Connect-ApiTokenService -ConnectionInfo $Info", info);
        Assert.NotEmpty(Output("Get-ApiToken -Connection plant"));
        Session.Disconnect("plant");
        info["Account"] = applications[1];
        Assert.Equal("PermissionDenied", Run("param($Info) Connect-ApiTokenService -ConnectionInfo $Info", info).Error.Id());
    }

    [Fact]
    public void Wegnology_TokenThatMayOnlyIssue_CannotIssueAWiderScope()
    {
        PSObject issuer = NewToken("wegnology", with: new() { ["Scope"] = "userApiTokens.post" });
        Session.Connect(Sandbox, "wegnology", "weg-issuer", secret: (SecureString)issuer.Get("Secret")!, skipCheck: true);

        RunResult refused = Run("New-ApiToken -Connection weg-issuer -Name wide -Scope All -ExpiresIn 30d");

        Assert.Equal("PermissionDenied", refused.Error.Id());
        Assert.Contains("does not include all.User", refused.Error.Exception.Message, StringComparison.Ordinal);
        Run("New-ApiToken -Connection weg-issuer -Name narrow -Scope userApiTokens.post -ExpiresIn 30d").ShouldSucceed();
        Session.Disconnect("weg-issuer");
    }

    [Fact]
    public void ApplicationUsers_ClerkWithoutTheControl_SeesNoToken()
    {
        SignIn("application-users", "clerk");
        ErrorRecord refused = Run("Get-ApiToken -Connection application-users-clerk").Error;
        Assert.Equal("PermissionDenied", refused.Id());
        Assert.Contains("Application Users > API Tokens", refused.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(
            "PermissionDenied",
            Run("New-ApiToken -Connection application-users-clerk -Name no -User clerk -Access @{ location = 'Read' }").Error.Id());
        Session.Disconnect("application-users-clerk");
    }

    private void SignIn(string service, string person) =>
        Output("param($Info) Connect-ApiTokenService -ConnectionInfo $Info", Sandbox.Person(service, person));
}
