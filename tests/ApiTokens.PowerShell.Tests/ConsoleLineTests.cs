using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>The line that a run leaves on the console when it was long or was stopped.</summary>
public sealed class ConsoleLineTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Fact]
    public void Remove_Stopped_TellsWhatWasDoneAndHowToGoOn()
    {
        string journal = NewPath(".jsonl");
        IReadOnlyList<PSObject> tokens = NewTokens(30);
        Sandbox.AddFault(new { kind = "delay", delayMs = 400, service = "wegnology", method = "DELETE", probability = 1.0 });
        RunningScript run = Session.Start(
            "param($Tokens, $Journal) $Tokens | Remove-ApiToken -ThrottleLimit 2 -JournalPath $Journal -PassThru -Confirm:$false",
            tokens,
            journal);
        Eventually.True(() => run.Output.Count >= 2, "No token was removed.");

        run.Stop();

        string line = Assert.Single(Session.Host.Lines, line => line.StartsWith("Remove was stopped: ", StringComparison.Ordinal));
        Assert.Matches(
            @"^Remove was stopped: \d+ done, 0 failed, 0 skipped, \d+ not completed, and the rest of the input was not read\. "
                + @"To continue, run the same command again with the journal .*\.jsonl\.$",
            line);
    }

    // The engine ends the pipeline as soon as a cmdlet writes, and may not call StopProcessing of the cmdlets after a slow one before.
    [Fact]
    public void Remove_StoppedBehindASlowCommand_TellsWhatWasDone()
    {
        IReadOnlyList<PSObject> tokens = NewTokens(30);
        Sandbox.AddFault(new { kind = "delay", delayMs = 200, service = "wegnology", method = "DELETE", probability = 1.0 });
        RunningScript run = Session.Start(
            "param($Tokens) $Tokens | Stop-Slowly | Remove-ApiToken -ThrottleLimit 2 -PassThru -Confirm:$false", tokens);
        Eventually.True(() => run.Output.Count >= 2, "No token was removed.");

        run.Stop();

        string line = Assert.Single(Session.Host.Lines, line => line.StartsWith("Remove was stopped: ", StringComparison.Ordinal));
        Assert.EndsWith("To continue, list the tokens again with Get-ApiToken, and run the command for them.", line);
    }

    // PowerShell assigns nothing if the command on the right is stopped.
    [Fact]
    public void Reset_Stopped_SaysThatAVariableDoesNotHaveTheSecrets()
    {
        IReadOnlyList<PSObject> tokens = NewTokens(20);
        Sandbox.AddFault(new { kind = "delay", delayMs = 200, service = "wegnology", method = "POST", probability = 1.0 });
        int before = Sandbox.Count().Writes;
        RunningScript run = Session.Start(
            "param($Tokens) $new = $Tokens | Reset-ApiToken -ThrottleLimit 2 -Confirm:$false", tokens);
        Eventually.True(() => Sandbox.Count().Writes >= before + 6, "No token was reset.");

        run.Stop();

        string line = Assert.Single(Session.Host.Lines, line => line.StartsWith("Reset was stopped: ", StringComparison.Ordinal));
        Assert.EndsWith(
            "PowerShell has discarded it with its secrets: reset or remove these tokens. For many tokens, use -Vault or -Path.", line);
    }

    [Fact]
    public void Remove_LongRun_LeavesASummary()
    {
        IReadOnlyList<PSObject> tokens = NewTokens(6);
        Session.Host.Clear();
        Sandbox.AddFault(new { kind = "delay", delayMs = 1000, service = "wegnology", method = "DELETE", probability = 1.0 });

        Run("param($Tokens) $Tokens | Remove-ApiToken -ThrottleLimit 1 -Confirm:$false", tokens).ShouldSucceed();

        Assert.Matches(@"^Remove: 6 done, 0 failed, 0 skipped, 0 requests retried, [5-9]\.\d s\.$", Session.Host.Lines[^1]);
    }

    [Fact]
    public void Remove_ShortRun_LeavesNoLine()
    {
        Run("param($Tokens) $Tokens | Remove-ApiToken -Confirm:$false", NewTokens(1)).ShouldSucceed();

        Assert.Empty(Session.Host.Lines);
    }

    private IReadOnlyList<PSObject> NewTokens(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => NewToken("wegnology", with: new() { ["ExpiresIn"] = "1d" }))];
}
