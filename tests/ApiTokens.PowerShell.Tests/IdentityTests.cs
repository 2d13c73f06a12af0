using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>A token has one identity: service, base address, account and canonical id.</summary>
public sealed class IdentityTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Theory]
    [InlineData("gcore", "07001")]
    [InlineData("gcore", "0000000007001")]
    [InlineData("devo", "01")]
    [InlineData("wegnology", "5E00000000000000000000FF")]
    public void OwnToken_OtherFormOfItsId_IsProtected(string connection, string id)
    {
        const string Command = "param($Id, $Connection) Remove-ApiToken -Id $Id -Connection $Connection";
        AssertRefused("OwnTokenProtected", Command, id, connection);
        AssertRefused(
            "OwnTokenProtected",
            "param($Id, $Connection) [pscustomobject]@{ Id = $Id; Connection = $Connection } | Remove-ApiToken",
            id,
            connection);
    }

    [Fact]
    public void Journal_OtherFormOfTheId_IsTheSameToken()
    {
        PSObject token = NewToken("gcore");
        string journal = NewPath(".jsonl");
        const string Command = "param($Id, $Journal) Remove-ApiToken -Id $Id -Connection gcore -JournalPath $Journal";
        Run(Command, $"00{token.Text("Id")}", journal).ShouldSucceed();
        int before = Sandbox.Count().Total;

        Run(Command, token.Text("Id"), journal).ShouldSucceed();

        Assert.Equal(before, Sandbox.Count().Total);
        Assert.DoesNotContain($"\"00{token.Text("Id")}\"", File.ReadAllText(journal));
    }

    [Theory]
    [InlineData("$Token")]
    [InlineData("($Token | ForEach-Object { [pscustomobject]@{ Connection = $_.Connection; Service = $_.Service; "
        + "Account = $_.Account; BaseUri = \"$($_.BaseUri)\"; Id = $_.Id; Name = $_.Name } })")]
    public void Piped_TokenOfAnotherServerUnderTheSameName_IsRefused(string input)
    {
        using var other = new SandboxFixture();
        using var session = new ModuleSession();
        session.Connect(Sandbox, "gcore", "production");
        PSObject token = session.Single("New-ApiToken -Connection production -Name ours -Role Engineers -ExpiresIn 30d");
        session.Connect(other.Sandbox, "gcore", "production");
        PSObject theirs = session.Single("New-ApiToken -Connection production -Name theirs -Role Engineers -ExpiresIn 30d");
        for (int i = 0; i < 20 && theirs.Text("Id") != token.Text("Id"); i++)
        {
            theirs = session.Single("New-ApiToken -Connection production -Name theirs -Role Engineers -ExpiresIn 30d");
        }

        Assert.Equal(token.Text("Id"), theirs.Text("Id"));

        RunResult result = session.Run($"param($Token) {input} | Remove-ApiToken -Confirm:$false", token);

        Assert.True(other.Sandbox.Accepts(theirs));
        result.ShouldFail("ConnectionMismatch");
    }

    [Fact]
    public void Due_ServiceDoesNotKnowTheToken_StaysDueUnlessForced()
    {
        const string Due = "param($Journal) Remove-ApiToken -Due -JournalPath $Journal -Confirm:$false";
        PSObject old = NewToken("wegnology");
        string journal = NewPath(".jsonl");
        PSObject successor = Single(
            "param($Token, $Journal) $Token | Reset-ApiToken -GracePeriod 0.00:00:01 -JournalPath $Journal", old, journal);
        Output("param($Old, $New) $Old, $New | Remove-ApiToken -Confirm:$false", old, successor);
        Thread.Sleep(1100);

        ErrorRecord error = AssertRefused("PredecessorNotFound", Due, journal);
        Assert.Contains("may reach another server", error.Exception.Message);
        AssertRefused("PredecessorNotFound", Due, journal);
        Run($"{Due} -Force", journal).ShouldSucceed();
        int before = Sandbox.Count().Total;
        Run(Due, journal).ShouldSucceed();
        Assert.Equal(before, Sandbox.Count().Total);
    }

    [Fact]
    public void Due_OldTokenIsGoneAndItsSuccessorIsThere_IsDone()
    {
        const string Due = "param($Journal) Remove-ApiToken -Due -JournalPath $Journal -Confirm:$false";
        PSObject old = NewToken("wegnology");
        string journal = NewPath(".jsonl");
        Output("param($Token, $Journal) $Token | Reset-ApiToken -GracePeriod 0.00:00:01 -JournalPath $Journal", old, journal);
        Output("param($Token) $Token | Remove-ApiToken -Confirm:$false", old);
        Thread.Sleep(1100);

        Run(Due, journal).ShouldSucceed();
        int before = Sandbox.Count().Total;
        Run(Due, journal).ShouldSucceed();
        Assert.Equal(before, Sandbox.Count().Total);
    }

    [Fact]
    public void Wegnology_UserAccount_HasTheIdOfTheUserWhereTheServiceTellsIt()
    {
        Assert.Matches("^user/[0-9a-f]{24}$", NewToken("wegnology").Text("Account"));

        RunResult unknown = Run(
            """
            param($Service, $Secret, $Uri)
            Connect-ApiTokenService Wegnology user -Token $Secret -BaseUri $Uri -Name unknown-user -SkipCheck -Verbose
            """,
            "wegnology",
            Sandbox.Service("wegnology").Get("Secret"),
            Sandbox.Service("wegnology").Get("BaseUri"));
        try
        {
            Assert.Equal("user", unknown.Single.Text("Account"));
            Assert.Contains(unknown.Verbose, message => message.Contains("did not tell the id of the user", StringComparison.Ordinal));
        }
        finally
        {
            Session.Disconnect("unknown-user");
        }
    }
}
