using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Completion;

/// <summary>Tab completion of usual values. Pester tests that no names of files are offered, as the engine alone offers none.</summary>
public sealed class ValueCompletionTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Theory]
    [InlineData("Get-ApiToken -ExpiringWithin ", "7d", "7 days")]
    [InlineData("Get-ApiToken -UnusedFor 9", "90d", "90 days")]
    [InlineData("New-ApiToken -ExpiresIn 6", "6mo", "6 calendar months")]
    [InlineData("New-ApiToken -ExpirationMonths 1", "12", "12 calendar months")]
    [InlineData("Reset-ApiToken -GracePeriod 1", "1d", "one day")]
    [InlineData("Remove-ApiToken -After 7", "7d", "7 days")]
    [InlineData("Disable-ApiToken -RemoveAfter 3", "30d", "30 days")]
    public void UsualValue_IsOfferedWithATooltip(string line, string value, string tip)
    {
        CompletionResult match = Assert.Single(Session.Complete(line), match => match.CompletionText == value);
        Assert.Equal(tip, match.ToolTip);
    }

    [Fact]
    public void Date_IsOfferedAsADate()
    {
        string tomorrow = DateTime.UtcNow.AddDays(1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains(tomorrow, Session.CompleteText("Get-ApiToken -ExpiresBefore "));
    }
}
