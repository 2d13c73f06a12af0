using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>
/// Disable-ApiToken -RemoveAfter and Remove-ApiToken -After, which stage a removal; Remove-ApiToken -Due, which does it, and
/// Enable-ApiToken, which cancels it.
/// </summary>
public sealed class QuarantineTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string Disable = "param($Token, $Journal) $Token | Disable-ApiToken -JournalPath $Journal -RemoveAfter";
    private const string Stage = "param($Token, $Journal) $Token | Remove-ApiToken -JournalPath $Journal -After";
    private const string Enable = "param($Token, $Journal) $Token | Enable-ApiToken -JournalPath $Journal";
    private const string Due = "param($Journal) Remove-ApiToken -Due -JournalPath $Journal";
    private const string Moment = "([timespan] 1)";

    [Theory]
    [InlineData("devo")]
    [InlineData("wegnology")]
    public void Disable_WithRemoveAfter_RejectsTheSecretNowAndRemovesTheTokenWhenDue(string connection)
    {
        string journal = NewPath(".jsonl");
        PSObject token = NewToken(connection);
        Run($"{Disable} 7d", token, journal).ShouldSucceed();
        Assert.False(Sandbox.Accepts(token));
        Run(Due, journal).ShouldSucceed();
        Assert.Equal("Inactive", Read(token).Text("Status"));

        string past = NewPath(".jsonl");
        Run($"{Disable} {Moment} -Reason INC-1", token, past).ShouldSucceed();
        Assert.Equal(token.Text("Id"), Single($"{Due} -PassThru", past).Text("Id"));
        Run("param($Token) Get-ApiToken -Connection $Token.Connection -Id $Token.Id", token).ShouldFail("ObjectNotFound");
        Assert.Equal(
            ["start", "due", "end", "run", "start", "end"], JournalFile.Read(past).Skip(1).ToList().Texts("event"));

        // Nothing is done twice.
        int writes = Sandbox.Count().Writes;
        Run(Due, past).ShouldSucceed();
        Assert.Equal(writes, Sandbox.Count().Writes);
    }

    [Theory]
    [InlineData("devo")]
    [InlineData("wegnology")]
    [InlineData("gcore")]
    [InlineData("application-users")]
    public void Remove_WithAfter_KeepsTheTokenUntilItIsDue(string connection)
    {
        string journal = NewPath(".jsonl");
        PSObject token = NewToken(connection);
        int writes = Sandbox.Count().Writes;
        Run($"{Stage} {Moment}", token, journal).ShouldSucceed();
        Assert.Equal(writes, Sandbox.Count().Writes);
        Assert.True(Sandbox.Accepts(token));
        Run(Due, journal).ShouldSucceed();
        Assert.False(Sandbox.Accepts(token));
    }

    [Theory]
    [InlineData("devo", Disable)]
    [InlineData("wegnology", Disable)]
    [InlineData("devo", Stage)]
    [InlineData("gcore", Stage)]
    [InlineData("application-users", Stage)]
    public void Enable_WithTheJournal_CancelsTheRemoval(string connection, string stage)
    {
        string journal = NewPath(".jsonl");
        PSObject token = NewToken(connection);
        Run($"{stage} {Moment}", token, journal).ShouldSucceed();
        Run(Enable, token, journal).ShouldSucceed();
        Run(Due, journal).ShouldSucceed();
        Assert.True(Sandbox.Accepts(token));

        // It can be staged and cancelled again with the same journal.
        Run($"{stage} {Moment}", token, journal).ShouldSucceed();
        Run(Enable, token, journal).ShouldSucceed();
        Run(Due, journal).ShouldSucceed();
        Assert.True(Sandbox.Accepts(token));

        Run($"{stage} {Moment}", token, journal).ShouldSucceed();
        Run(Due, journal).ShouldSucceed();
        Assert.False(Sandbox.Accepts(token));
    }

    [Fact]
    public void DueWithWhatIf_TokenWasEnabledOtherwise_SaysThatItWouldBeRefused()
    {
        string journal = NewPath(".jsonl");
        PSObject enabled = NewToken("wegnology");
        PSObject disabled = NewToken("wegnology");
        Run($"{Disable} {Moment}", enabled, journal).ShouldSucceed();
        Run($"{Disable} {Moment}", disabled, journal).ShouldSucceed();
        Run("param($Token) $Token | Enable-ApiToken", enabled).ShouldSucceed();
        Session.Host.Clear();
        int writes = Sandbox.Count().Writes;

        Run($"{Due} -WhatIf", journal).ShouldSucceed();

        Assert.Equal(writes, Sandbox.Count().Writes);
        string[] lines = [.. Session.Host.Lines.Where(line => line.StartsWith("What if: ", StringComparison.Ordinal))];
        Assert.Equal(3, lines.Length);
        Assert.Matches(
            $@"{enabled.Text("Id")}.*, which would be refused: The token .* it was enabled since\. It is unchanged\W*$", lines[0]);
        Assert.Contains(disabled.Text("Id"), lines[1]);
        Assert.DoesNotContain("refused", lines[1]);
        Assert.Equal("What if: Remove API token: 2 tokens, of which 1 would be refused.", lines[2]);
    }

    [Fact]
    public void Due_TokenWasEnabledOtherwise_IsRefusedWithoutAPrompt()
    {
        string journal = NewPath(".jsonl");
        PSObject token = NewToken("wegnology");
        Run($"{Disable} {Moment}", token, journal).ShouldSucceed();
        Run("param($Token) $Token | Enable-ApiToken", token).ShouldSucceed();

        ErrorRecord error = AssertRefused(
            "TokenEnabled", "param($Journal) $ConfirmPreference = 'High'; Remove-ApiToken -Due -JournalPath $Journal", journal);

        Assert.Contains($"Enable-ApiToken -Id {token.Text("Id")} -Connection wegnology -JournalPath ...", error.Advice());
        Assert.EndsWith($"Disable-ApiToken -Id {token.Text("Id")} -Connection wegnology", error.Advice());
        Assert.True(Sandbox.Accepts(token));
    }

    [Fact]
    public void Due_TokenWasEnabledOtherwise_KeepsIt()
    {
        string journal = NewPath(".jsonl");
        PSObject token = NewToken("wegnology");
        Run($"{Disable} {Moment}", token, journal).ShouldSucceed();
        Run("param($Token) $Token | Enable-ApiToken", token).ShouldSucceed();
        AssertRefused("TokenEnabled", Due, journal);
        Assert.True(Sandbox.Accepts(token));

        // As the error recommends.
        Run(Enable, token, journal).ShouldSucceed();
        Run(Due, journal).ShouldSucceed();
        Assert.True(Sandbox.Accepts(token));
    }

    [Fact]
    public void Disable_Fails_StagesNoRemoval()
    {
        string journal = NewPath(".jsonl");
        PSObject token = NewToken("wegnology");
        Sandbox.AddFault(new { kind = "status", service = "wegnology", method = "PATCH", status = 403 });
        Run($"{Disable} {Moment}", token, journal).ShouldFail("PermissionDenied");
        Sandbox.ClearFaults();
        Run(Due, journal).ShouldSucceed();
        Assert.True(Sandbox.Accepts(token));
    }

    [Fact]
    public void Disable_RunAgain_DoesNotPostponeTheRemoval()
    {
        string journal = NewPath(".jsonl");
        PSObject token = NewToken("wegnology");
        Run($"{Disable} 7d", token, journal).ShouldSucceed();
        int writes = Sandbox.Count().Writes;
        Run($"{Disable} 7d", token, journal).ShouldSucceed();
        Assert.Equal(writes, Sandbox.Count().Writes);
        Assert.Single(JournalFile.Read(journal).With("event", "due"));

        // Another time is another operation.
        Run($"{Disable} {Moment}", token, journal).ShouldSucceed();
        Run(Due, journal).ShouldSucceed();
        Run("param($Token) Get-ApiToken -Connection $Token.Connection -Id $Token.Id", token).ShouldFail("ObjectNotFound");
    }

    [Fact]
    public void Due_TokenIsGone_StaysDueWithoutForce()
    {
        string journal = NewPath(".jsonl");
        PSObject token = NewToken("gcore");
        Run($"{Stage} {Moment}", token, journal).ShouldSucceed();
        Run("param($Token) $Token | Remove-ApiToken", token).ShouldSucceed();
        AssertRefused("PredecessorNotFound", Due, journal);
        Run($"{Due} -Force", journal).ShouldSucceed();
        Run(Due, journal).ShouldSucceed();
    }

    [Theory]
    [InlineData("InvalidRemoveAfter", "wegnology", "Disable-ApiToken -RemoveAfter 7d")]
    [InlineData("InvalidRemoveAfter", "wegnology", "Disable-ApiToken -RemoveAfter ([timespan]::Zero) -JournalPath $Journal")]
    [InlineData("InvalidAfter", "gcore", "Remove-ApiToken -After 7d")]
    [InlineData("InvalidAfter", "gcore", "Remove-ApiToken -After 5000d -JournalPath $Journal")]
    [InlineData("OperationNotSupported", "gcore", "Disable-ApiToken -RemoveAfter 7d -JournalPath $Journal")]
    [InlineData("OperationNotSupported", "application-users", "Disable-ApiToken -RemoveAfter 7d -JournalPath $Journal")]
    [InlineData("OperationNotSupported", "gcore", "Enable-ApiToken -JournalPath $Journal")]
    public void Stage_InvalidOrNotSupported_IsRefused(string errorId, string connection, string command)
    {
        PSObject token = NewToken(connection);
        ErrorRecord error = AssertRefused(errorId, $"param($Token, $Journal) $Token | {command}", token, NewPath(".jsonl"));
        Assert.Equal(command.Contains("RemoveAfter 7d -J"), error.Advice().Contains("Remove-ApiToken -After"));
    }

    // A run that is refused before any request does not claim the journal, so the recommended command can use it.
    [Fact]
    public void Stage_JournalOfRefusedRun_IsUsedByTheRecommendedCmdlet()
    {
        PSObject token = NewToken("gcore");
        string journal = NewPath(".jsonl");
        AssertRefused("OperationNotSupported", $"{Disable} 7d", token, journal);

        Run($"{Stage} 7d", token, journal).ShouldSucceed();

        Assert.Equal("Remove", Single("param($Journal) Get-ApiTokenJournal -Path $Journal", journal).Text("Operation"));
    }

    [Fact]
    public void Stage_WithWhatIf_SchedulesNothing()
    {
        string journal = NewPath(".jsonl");
        PSObject token = NewToken("wegnology");
        RunResult result = Run($"{Disable} 7d -WhatIf", token, journal).ShouldSucceed();
        Assert.False(File.Exists(journal));
        Assert.True(Sandbox.Accepts(token));
        Assert.Matches("Disable API token and remove it at [0-9]{4}-", Session.Host.Text);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Stage_OwnToken_IsRefused()
    {
        string journal = NewPath(".jsonl");
        AssertRefused(
            "OwnTokenProtected",
            """
            param($Secret, $Journal)
            $own = Find-ApiToken $Secret -Probe | Select-First 1
            $own | Remove-ApiToken -After 1d -JournalPath $Journal
            """,
            Sandbox.Service("gcore").Get("Secret"),
            journal);
        Assert.Empty(JournalFile.Read(journal).With("event", "due"));
    }
}
