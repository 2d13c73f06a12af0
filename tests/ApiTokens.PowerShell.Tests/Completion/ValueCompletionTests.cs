using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Completion;

/// <summary>Tab completion where a value is expected: usual values, and no names of files.</summary>
public sealed class ValueCompletionTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private static readonly string[] Files = ["Path", "LiteralPath", "JournalPath", "DatabasePath", "Policy"];

    [Fact]
    public void AnyParameterThatIsNoFile_InAFolderWithFiles_OffersNone()
    {
        string file = NewPath(".txt");
        File.WriteAllText(file, "x");
        string name = Path.GetFileName(file);
        Run("param($Folder) $null = $ExecutionContext.SessionState.Path.SetLocation($Folder)", Folder).ShouldSucceed();
        List<string> wrong = [];
        IReadOnlyList<PSObject> commands = Output("Get-Command -Module ApiTokens -CommandType Cmdlet");
        foreach (CommandInfo command in commands.Select(item => (CommandInfo)item.BaseObject))
        {
            foreach (ParameterMetadata parameter in command.Parameters.Values.Where(IsValue))
            {
                string line = $"{command.Name} -{parameter.Name} file";
                if (Session.CompleteText(line).Any(text => text.Contains(name, StringComparison.Ordinal)))
                {
                    wrong.Add(line);
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("Get-ApiToken -ExpiringWithin ", "7d", "7 days")]
    [InlineData("Get-ApiToken -UnusedFor 9", "90d", "90 days")]
    [InlineData("New-ApiToken -ExpiresIn 6", "6mo", "6 calendar months")]
    [InlineData("New-ApiToken -ExpirationMonths 1", "12", "12 calendar months")]
    [InlineData("Reset-ApiToken -GracePeriod 1", "1d", "one day")]
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

    private static bool IsValue(ParameterMetadata parameter) =>
        !Files.Contains(parameter.Name)
        && parameter.ParameterType != typeof(SwitchParameter)
        && !typeof(PSObject).IsAssignableFrom(parameter.ParameterType)
        && !parameter.ParameterType.IsEnum
        && !Cmdlet.CommonParameters.Contains(parameter.Name);
}
