using System.Diagnostics;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Completion;

/// <summary>Tab completion of names of the session, permissions and vaults, without a request, and quoted if necessary.</summary>
public sealed class CompletionTests : CmdletTest
{
    public CompletionTests(SandboxFixture fixture)
        : base(fixture)
    {
        // Some values are known only after tokens have been listed.
        Run("Get-ApiToken -Connection * | Out-Null").ShouldSucceed();
    }

    [Theory]
    [InlineData("Get-ApiToken -Connection w", "wegnology")]
    [InlineData("Get-ApiToken -Connection W", "wegnology")]
    [InlineData("Remove-ApiToken -Connection *users", "application-users")]
    [InlineData("Get-ApiTokenService gc", "gcore")]
    [InlineData("Connect-ApiTokenService weg", "Wegnology")]
    [InlineData("Connect-ApiTokenService 'DE", "Devo")]
    [InlineData("Connect-ApiTokenService Devo -Region eu", "EU")]
    [InlineData("Test-ApiToken -Rule nevere", "NeverExpires")]
    public void Name_Typed_IsCompleted(string line, string expected) => Assert.Equal([expected], Session.CompleteText(line));

    [Theory]
    [InlineData("Get-ApiToken -Connection it")]
    [InlineData("Get-ApiToken -Connection 'it")]
    [InlineData("Get-ApiToken -Connection gcore,it")]
    public void Name_WithQuoteAndBlank_IsQuoted(string line)
    {
        Run(
            "param($Services) $access = $Services | Where-Object Service -EQ gcore; "
                + "Connect-ApiTokenService Gcore $access.Account -Token $access.Secret -BaseUri $access.BaseUri -Name \"it's mine\"",
            Sandbox.Started.Get("Services")).ShouldSucceed();
        try
        {
            Assert.Equal(["'it''s mine'"], Session.CompleteText(line));
        }
        finally
        {
            Run("Disconnect-ApiTokenService \"it's mine\"").ShouldSucceed();
        }
    }

    [Fact]
    public void Parameter_Typed_IsShownWithItsHelpMessage() =>
        Assert.Contains("Specifies the scope.", Assert.Single(Session.Complete("New-ApiToken -Sco")).ToolTip);

    [Fact]
    public void Region_ServiceWithoutRegions_OffersNone() =>
        Assert.DoesNotContain("EU", Session.CompleteText("Connect-ApiTokenService Gcore -Region "), StringComparer.OrdinalIgnoreCase);

    [Theory]
    [InlineData("New-ApiToken -Connection wegnology -Scope reado", "ReadOnly")]
    [InlineData("New-ApiToken -Connection wegnology -Scope All,all.user.r", "all.User.read")]
    [InlineData("New-ApiToken -Connection devo -Audience alert", "alerts")]
    [InlineData("New-ApiToken -Connection gcore -Role eng", "Engineers")]
    [InlineData("New-ApiToken -Connection gcore -Role '*api)", "'Purge and Prefetch only (API)'")]
    [InlineData("Get-ApiToken -Connection gcore -Role admin", "Administrators")]
    public void Permission_Typed_IsCompleted(string line, string expected) => Assert.Equal([expected], Session.CompleteText(line));

    [Fact]
    public void Access_AfterTheCatalogueWasListed_OffersApisWithTheirLevels()
    {
        Run("Get-ApiTokenPermission -Connection application-users | Out-Null").ShouldSucceed();
        Assert.Equal(
            ["location=Read", "location=Full", "location=None"],
            Session.CompleteText("New-ApiToken -Connection application-users -Access loc").Take(3));
        Assert.Contains("location=Full", Session.CompleteText("Set-ApiToken x -Connection application-users -Access vendor=Full,loc"));
    }

    [Fact]
    public void Vault_SecretManagementIsLoaded_OffersItsVaults()
    {
        using ModuleSession session = OpenSession();
        session.Run(
            """
            New-Module -Name Microsoft.PowerShell.SecretManagement {
                function Get-SecretVault {
                    [pscustomobject]@{ Name = 'my vault'; ModuleName = 'Store' }, [pscustomobject]@{ Name = 'other'; ModuleName = 'Store' }
                }
            } | Import-Module
            """).ShouldSucceed();
        Assert.Equal(["'my vault'"], session.CompleteText("Save-ApiTokenSecret -Vault My"));
        Assert.Equal(["other"], session.CompleteText("New-ApiToken -Vault oth"));
        Assert.Equal(["'my vault'"], session.CompleteText("Reset-ApiToken x -Vault *vau"));
    }

    [Fact]
    public void Completion_AllParameters_SendsNoRequestAndIsQuick()
    {
        string[] lines =
        [
            "Get-ApiToken -Connection ", "Get-ApiToken -Name ", "Get-ApiToken -Id ", "Remove-ApiToken ",
            "New-ApiToken -Connection wegnology -Scope ",
            "New-ApiToken -Connection devo -Audience ", "New-ApiToken -Connection gcore -Role ",
            "New-ApiToken -Connection application-users -Access ", "Connect-ApiTokenService ",
        ];
        Assert.All(lines, line => Assert.NotEmpty(Session.CompleteText(line)));

        int before = Sandbox.Count().Total;
        double[] times = [.. lines.Select(Milliseconds).Order()];
        Assert.Equal(before, Sandbox.Count().Total);
        Assert.True(times[4] < 500, $"The median is {times[4]} ms.");
    }

    private double Milliseconds(string line)
    {
        var watch = Stopwatch.StartNew();
        Session.CompleteText(line);
        return watch.Elapsed.TotalMilliseconds;
    }
}
