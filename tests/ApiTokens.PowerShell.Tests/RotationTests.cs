using System.Globalization;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>
/// Reset-ApiToken -GracePeriod, which keeps the old token for some time, and Remove-ApiToken -Due, which retires it afterwards.
/// </summary>
public sealed class RotationTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string Due = "param($Journal) Remove-ApiToken -Due -JournalPath $Journal";

    [Theory]
    [InlineData("InvalidGracePeriod", "-GracePeriod 1d")]
    [InlineData("InvalidGracePeriod", "-GracePeriod ([timespan]::Zero) -JournalPath $Journal")]
    [InlineData("InvalidGracePeriod", "-GracePeriod 1d -Predecessor Keep -JournalPath $Journal")]
    [InlineData("InvalidInPlace", "-GracePeriod 1d -InPlace -JournalPath $Journal")]
    [InlineData("InvalidInPlace", "-Predecessor Keep -InPlace")]
    [InlineData("InvalidInPlace", "-Vault any -InPlace")]
    public void Reset_ParametersThatExcludeEachOther_IsRefused(string errorId, string parameters)
    {
        PSObject token = NewToken("application-users");
        string journal = $"Temp:/{NewName("never")}.jsonl";
        AssertRefused(errorId, $"param($Token, $Journal) $Token | Reset-ApiToken {parameters}", token, journal);
        Assert.True(Sandbox.Accepts(token));
        Assert.False(File.Exists(Path.Combine(Path.GetTempPath(), journal["Temp:/".Length..])));
    }

    [Theory]
    [InlineData("gcore", "-Predecessor Disable")]
    [InlineData("application-users", "-Predecessor Disable")]
    [InlineData("devo", "-InPlace")]
    [InlineData("wegnology", "-InPlace")]
    [InlineData("gcore", "-InPlace")]
    public void Reset_ServiceCannotDoIt_IsRefused(string connection, string parameters)
    {
        PSObject token = NewToken(connection);
        AssertRefused("OperationNotSupported", $"param($Token) $Token | Reset-ApiToken {parameters}", token);
    }

    [Fact]
    public void Due_WithoutJournalOfResets_IsRefused()
    {
        AssertRefused("InvalidDue", "Remove-ApiToken -Due");
        AssertRefused("JournalNotFound", Due, $"Temp:/{NewName("nowhere")}.jsonl");
        string renames = NewJournal();
        Run("param($Token, $Journal) $Token | Rename-ApiToken -NewName other -JournalPath $Journal", NewToken("devo"), renames)
            .ShouldSucceed();
        AssertRefused("JournalMismatch", Due, renames);
    }

    [Fact]
    public void Due_WithWhatIf_ChangesNothing()
    {
        string journal = NewJournal();
        PSObject old = NewToken("gcore");
        ResetUntilDue(old, journal);
        int writes = Sandbox.Count().Writes;

        Run($"{Due} -WhatIf", journal).ShouldSucceed();
        Assert.Equal(writes, Sandbox.Count().Writes);
        Assert.True(Sandbox.Accepts(old));

        Run(Due, journal).ShouldSucceed();
        Assert.False(Sandbox.Accepts(old));
    }

    [Fact]
    public void Due_GracePeriodIsNotOver_LeavesBoth()
    {
        string journal = NewJournal();
        PSObject old = NewToken("gcore");
        PSObject successor = Single("param($Token, $Journal) $Token | Reset-ApiToken -GracePeriod 1h -JournalPath $Journal", old, journal);
        Assert.Empty(Output($"{Due} -PassThru", journal));
        Assert.True(Sandbox.Accepts(old));
        Assert.True(Sandbox.Accepts(successor));
    }

    [Theory]
    [InlineData("devo")]
    [InlineData("wegnology")]
    public void Due_AfterResetWithPredecessorDisable_DisablesIt(string connection)
    {
        string journal = NewJournal();
        PSObject old = NewToken(connection);
        ResetUntilDue(old, journal, "-Predecessor Disable");
        Assert.Equal(old.Text("Id"), Single($"{Due} -PassThru", journal).Text("Id"));
        Assert.Equal("Inactive", Read(old).Text("Status"));
    }

    [Fact]
    public void Due_SuccessorIsGone_KeepsThePredecessor()
    {
        string journal = NewJournal();
        PSObject old = NewToken("gcore");
        PSObject successor = ResetUntilDue(old, journal);
        Run("param($Token) $Token | Remove-ApiToken", successor).ShouldSucceed();
        Run(Due, journal).ShouldFail("SuccessorNotActive");
        Assert.True(Sandbox.Accepts(old));
    }

    [Theory]
    [InlineData("devo", "-User admin@example.com -Audience credentials -Scope 'table://my.app.** level://admin'")]
    [InlineData("wegnology", "-Scope All")]
    [InlineData("gcore", "-Role Administrators -ExpiresIn 30d")]
    [InlineData("application-users", "-User admin -ApplyToAll Full")]
    public void Due_TokenOfItsConnection_IsRetiredOnlyWithForce(string connection, string administrator)
    {
        string journal = NewJournal();
        PSObject old = Single(
            $"param($Connection, $Name) New-ApiToken -Connection $Connection -Name $Name {administrator}", connection, NewName("own"));
        ResetUntilDue(old, journal);
        Single(
            "param($To, $Token) Connect-ApiTokenService $To.Service $To.Account -Token $Token.Secret -BaseUri $To.BaseUri "
                + "-Name own -WarningAction Ignore",
            Sandbox.Service(connection),
            old);
        try
        {
            AssertRefused("OwnTokenProtected", $"{Due} -Connection own", journal);
            Assert.True(Sandbox.Accepts(old));
            Run($"{Due} -Connection own -Force -ErrorAction SilentlyContinue", journal);
            Assert.False(Sandbox.Accepts(old));
        }
        finally
        {
            Run("Disconnect-ApiTokenService own").ShouldSucceed();
        }
    }

    [Fact]
    public void Due_OtherConnection_LeavesOutItsTokensAndWithoutOneFails()
    {
        string journal = NewJournal();
        PSObject old = NewToken("gcore");
        ResetUntilDue(old, journal);
        Assert.Empty(Output($"{Due} -Connection devo -PassThru", journal));
        Run("Disconnect-ApiTokenService gcore").ShouldSucceed();
        try
        {
            AssertRefused("ConnectionNotFound", Due, journal);
        }
        finally
        {
            Session.ConnectTo(Sandbox, "gcore");
        }

        Assert.True(Sandbox.Accepts(old));
    }

    [Theory]
    [InlineData("Select-First 1")]
    [InlineData("ForEach-Object { throw }")]
    public void Reset_PipelineEndsBeforeRemoval_ShowsOnTheHostWhichTokensWork(string ending)
    {
        PSObject old = NewToken("gcore");
        string id = old.Text("Id");
        using var session = new ModuleSession();
        session.ConnectTo(Sandbox, "gcore");

        session.Run($"param($Id) Reset-ApiToken $Id -Confirm:$false | {ending} | Out-Null", id);

        IReadOnlyList<string> ids = Output("param($Name) Get-ApiToken -Connection gcore -Name $Name", old.Text("Name")).Texts("Id");
        Assert.Equal(2, ids.Count);
        string successor = Assert.Single(ids, each => each != id);
        Assert.Matches(
            $@"new token {successor} was delivered, but before the old token .*{old.Text("Name")}.*"
                + $@"Both tokens may work.*Remove-ApiToken -Id {id} -Connection gcore",
            string.Join(' ', session.Host.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void Reset_ApplicationUsers_IsInPlaceUnlessBothAreNeeded()
    {
        PSObject token = NewToken("application-users");
        Assert.Equal(token.Text("Id"), Single("param($Token) $Token | Reset-ApiToken", token).Text("Id"));
        Assert.Equal(token.Text("Id"), Single("param($Token) $Token | Reset-ApiToken -InPlace", token).Text("Id"));
        PSObject kept = Single("param($Token) $Token | Reset-ApiToken -Predecessor Keep", token);
        Assert.NotEqual(token.Text("Id"), kept.Text("Id"));
        Assert.Equal("Full", Session.Value<string>("param($Token) $Token.Access['location']", kept));
    }

    [Fact]
    public void Reset_GcoreAccountIsFull_IsRefusedBeforeASuccessorIsIssued()
    {
        int quota = 100 - Output("Get-ApiToken -Connection gcore").Count(token => token.Text("Status") != "Expired");
        IReadOnlyList<PSObject> tokens = Output(
            "param($Quota) 1..$Quota | ForEach-Object { [pscustomobject]@{ Name = \"full-$_\" } } "
                + "| New-ApiToken -Connection gcore -Role Users -ExpiresIn 30d",
            quota);
        AssertRefused("TokenLimitReached", "param($Token) $Token | Reset-ApiToken", tokens[0]);
        Assert.True(Sandbox.Accepts(tokens[0]));
        Run("param($Token) $Token | Remove-ApiToken", tokens[1]).ShouldSucceed();
        Assert.True(Sandbox.Accepts(Single("param($Token) $Token | Reset-ApiToken", tokens[0])));
        Run("param($Tokens) $Tokens | Remove-ApiToken", tokens.Skip(2).ToList()).ShouldSucceed();
    }

    private string NewJournal() => NewPath(".jsonl");

    /// <summary>Resets a token with a short grace period, waits until it is over, and returns the new token.</summary>
    private PSObject ResetUntilDue(PSObject token, string journal, string parameters = "")
    {
        PSObject successor = Single(
            $"param($Token, $Journal) $Token | Reset-ApiToken -GracePeriod 0:0:0.1 -JournalPath $Journal {parameters}", token, journal);
        DateTimeOffset due = JournalFile.Read(journal).With("event", "due")
            .Max(line => DateTimeOffset.Parse(line.Text("dueAt")!, CultureInfo.InvariantCulture));
        Eventually.True(() => DateTimeOffset.UtcNow > due, "the grace period is over");
        return successor;
    }
}
