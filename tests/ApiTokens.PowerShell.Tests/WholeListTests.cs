using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>The question before a command changes all tokens of a connection, and what -WhatIf says about them.</summary>
public sealed class WholeListTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Theory]
    [InlineData("Remove-ApiToken", "This removes ALL 6 tokens of devo (Devo example-domain).")]
    [InlineData("Disable-ApiToken", "This disables ALL 6 tokens of devo (Devo example-domain).")]
    [InlineData("Reset-ApiToken", "This resets ALL 6 tokens of devo (Devo example-domain).")]
    public void WholeList_AnsweredNo_ChangesNothing(string command, string question)
    {
        int before = Sandbox.Count().Writes;
        Session.Host.Answers.Enqueue("No");

        Run($"$ConfirmPreference = 'High'; Get-ApiToken -Connection devo | {command}").ShouldSucceed();

        Assert.Contains(question, Assert.Single(Session.Host.Questions));
        Assert.Equal(1, Session.Host.DefaultChoice);
        Assert.Equal(before, Sandbox.Count().Writes);
    }

    [Fact]
    public void WholeList_AnsweredYes_IsNotAskedForEachToken()
    {
        using ModuleSession session = OpenSession();
        session.Single(
            "param($Services) $s = $Services | Where-Object Service -EQ wegnology; "
                + "Connect-ApiTokenService Wegnology application/575ec8687ae143cd83dc4a97 -Name app -Token $s.Secret "
                + "-BaseUri $s.BaseUri -SkipCheck",
            Sandbox.Started.Get("Services"));
        session.Output("1..3 | ForEach-Object { New-ApiToken \"app-$_\" -Connection app -Scope ReadOnly -ExpiresIn 1d }");
        session.Host.Answers.Enqueue("Yes");

        RunResult result = session.Run("$ConfirmPreference = 'High'; Get-ApiToken -Connection app | Remove-ApiToken -PassThru");

        int count = result.ShouldSucceed().Output.Count;
        Assert.InRange(count, 3, 100);
        Assert.Contains($"ALL {count} tokens of app", Assert.Single(session.Host.Questions));
        Assert.Empty(session.Output("Get-ApiToken -Connection app"));
    }

    [Theory]
    [InlineData("Remove-ApiToken")]
    [InlineData("Disable-ApiToken")]
    public void WholeList_SessionThatCannotPrompt_IsRefused(string command)
    {
        Session.Host.CanPrompt = false;
        try
        {
            ErrorRecord error = AssertRefused(
                "ConfirmationNeeded", $"$ConfirmPreference = 'High'; Get-ApiToken -Connection devo | {command}");
            Assert.Contains("ALL 6 tokens of devo", error.ToString());
        }
        finally
        {
            Session.Host.CanPrompt = true;
        }
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void WhatIf_WholeList_MarksTheOwnTokenAndTellsTheTotal(string connection)
    {
        int before = Sandbox.Count().Writes;
        int count = Output("param($Connection) Get-ApiToken -Connection $Connection", connection).Count;
        Session.Host.Clear();

        Run("param($Connection) Get-ApiToken -Connection $Connection | Remove-ApiToken -WhatIf", connection).ShouldSucceed();

        IReadOnlyList<string> lines = Session.Host.Lines;
        Assert.Contains(
            "administrator", Assert.Single(lines, line => line.Contains("would be refused without -Force", StringComparison.Ordinal)));
        Assert.Equal($"What if: Remove API token: {count} tokens, of which 1 would be refused.", lines[^1]);
        Assert.Equal(before, Sandbox.Count().Writes);
    }

    [Fact]
    public void WhatIf_OwnTokenWithForce_IsNotMarked()
    {
        Run("Get-ApiToken -Connection gcore | Remove-ApiToken -WhatIf -Force").ShouldSucceed();

        Assert.DoesNotContain("would be refused", Session.Host.Text);
    }
}
