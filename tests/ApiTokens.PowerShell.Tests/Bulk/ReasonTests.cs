using System.Text.Json;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>-Reason: the journal records why a token was changed, and no service receives it.</summary>
public sealed class ReasonTests(JournalTest.Fixture fixture) : JournalTest(fixture)
{
    private const string Reason = "INC-4711: the laptop was stolen";

    [Theory]
    [InlineData("Remove-ApiToken")]
    [InlineData("Disable-ApiToken")]
    [InlineData("Enable-ApiToken")]
    [InlineData("Rename-ApiToken -NewName other")]
    [InlineData("Set-ApiToken -Description other")]
    [InlineData("Reset-ApiToken")]
    public void Reason_WithJournal_IsInEachLineOfTheOperation(string command)
    {
        string path = NewJournal();
        Run($"param($Token, $Journal, $Reason) $Token | {command} -JournalPath $Journal -Reason $Reason", Take(), path, Reason)
            .ShouldSucceed();
        IReadOnlyList<JsonElement> lines = [.. JournalFile.Read(path).Skip(1)];
        Assert.InRange(lines.Count, 2, 5);
        Assert.All(lines, line => Assert.Equal(Reason, line.Text("reason")));
        Assert.DoesNotContain("INC-4711", Sandbox.RawLog());
    }

    [Fact]
    public void Reason_OfNewToken_IsInTheJournal()
    {
        string path = NewJournal();
        Run(
            "param($Name, $Journal, $Reason) New-ApiToken -Connection wegnology -Name $Name -Scope ReadOnly -NeverExpires "
                + "-JournalPath $Journal -Reason $Reason",
            NewName(),
            path,
            Reason).ShouldSucceed();
        Assert.All(JournalFile.Read(path).Skip(1), line => Assert.Equal(Reason, line.Text("reason")));
    }

    [Fact]
    public void Reason_OfResumedRun_IsThatOfEachRun()
    {
        string path = NewJournal();
        IReadOnlyList<PSObject> tokens = Take(2);
        const string Remove = "param($Token, $Journal, $Reason) $Token | Remove-ApiToken -JournalPath $Journal -Reason $Reason";
        Run(Remove, tokens[0], path, "first").ShouldSucceed();
        Run(Remove, tokens, path, "second").ShouldSucceed();
        Assert.Equal(
            ["first", "first", "second", "second"],
            JournalFile.Read(path).Skip(1).Where(line => line.Text("event") != "run").ToList().Texts("reason"));
    }

    [Fact]
    public void Reason_WithoutJournal_IsRefused()
    {
        PSObject token = Take();
        AssertRefused("InvalidReason", "param($Token) $Token | Remove-ApiToken -Reason INC-4711", token);
    }

    [Fact]
    public void Reason_HasSecret_IsMasked()
    {
        string path = NewJournal();
        PSObject token = NewToken("gcore");
        Run(
            "param($Token, $Journal, $Reason) $Token | Remove-ApiToken -JournalPath $Journal -Reason $Reason",
            token,
            path,
            $"leaked: {token.Secret()}").ShouldSucceed();
        Assert.All(JournalFile.Read(path).Skip(1), line => Assert.Equal("leaked: ***", line.Text("reason")));
    }
}
