using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>docs/coverage.md: each command gives its result, and the rows are complete.</summary>
public sealed partial class CoverageTests(CoverageTests.Fixture fixture) : CmdletTest<CoverageTests.Fixture>(fixture)
{
    private const string WebOnly = "**web only:**";

    private static readonly string Document =
        File.ReadAllText(Path.Combine(Repository.Root, "docs", "coverage.md")).ReplaceLineEndings("\n");

    private static readonly string Functions = FunctionBlock().Match(Document).Groups[1].Value;

    private static readonly IReadOnlyDictionary<string, Row> Rows = RowLine().Matches(Document).Select(Row.Of).ToDictionary(row => row.Id);

    public static TheoryData<string> Commands =>
        [.. Rows.Values.Where(row => row.Command.Length > 0 && !row.IsOfPester).Select(row => row.Id)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_OfAStatement_HasItsResult(string id)
    {
        RunResult result = Run($"{Functions}\n{Rows[id].Command}");

        IEnumerable<string> output = result.Output.Select(LanguagePrimitives.ConvertTo<string>);
        Assert.Equal(Rows[id].Result, string.Join(", ", output.Concat(result.ErrorIds)));
    }

    [Theory]
    [InlineData('W')]
    [InlineData('A')]
    [InlineData('D')]
    [InlineData('G')]
    public void Rows_OfADocument_AreThoseOfTheSummary(char prefix)
    {
        Row[] rows = [.. Rows.Values.Where(row => row.Id[0] == prefix)];
        string[] webOnly = [.. rows.Where(row => row.Statement.StartsWith(WebOnly, StringComparison.Ordinal)).Select(row => row.Id)];

        Assert.Equal(Enumerable.Range(1, rows.Length).Select(number => $"{prefix}{number}"), rows.Select(row => row.Id));
        Assert.Contains($" | {prefix}1 to {prefix}{rows.Length} | {webOnly.Length}: {string.Join(", ", webOnly)} | ", Document);
    }

    [Fact]
    public void Rows_Lines_AreAllReadAndUnique() =>
        Assert.Equal(Regex.Count(Document, "(?m)^\\| [A-Z]+[0-9]+ "), Rows.Count);

    [Fact]
    public void Row_Marker_IsOnlyAtTheStart() =>
        Assert.Equal(
            Rows.Values.Count(row => row.Statement.StartsWith(WebOnly, StringComparison.Ordinal)),
            Regex.Count(Document, Regex.Escape(WebOnly)));

    [Fact]
    public void Row_WithoutCommand_IsWebOnly() => Assert.All(
        Rows.Values.Where(row => row.Command.Length == 0), row => Assert.StartsWith(WebOnly, row.Statement));

    // TestCitationTests verifies that the tests exist.
    [Fact]
    public void Row_WithCommand_HasAResultAndATest() => Assert.All(Rows.Values, row =>
    {
        Assert.Equal(row.Command.Length > 0, row.Result.Length > 0);
        Assert.Matches(
            row.Command.Length > 0 ? @"^`(\w+Tests\.\w+`|[\w.]+\.Tests\.ps1`, "".+"")$" : "^none$", row.Test);
    });

    /// <summary>Removes what the command issued, so that the commands stay independent of each other.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Run(
                """
                Get-ApiTokenService own* | Disconnect-ApiTokenService
                Get-ApiToken -Connection * | Where-Object { $_.Id -notin $global:seeded } | Remove-ApiToken -Confirm:$false
                """).ShouldSucceed();
        }

        base.Dispose(disposing);
    }

    [GeneratedRegex(@"```powershell\n(.+?)```", RegexOptions.Singleline)]
    private static partial Regex FunctionBlock();

    [GeneratedRegex(
        @"^\| (?<id>[A-Z]+[0-9]+) \| (?<statement>.+?) \| (?:`(?<command>.+?)`|none) \| (?:`(?<result>.+?)`|none) \| (?<test>.+?) \|$",
        RegexOptions.Multiline)]
    private static partial Regex RowLine();

    /// <summary>Notes the tokens of the sandbox before any command.</summary>
    public sealed class Fixture : SandboxFixture
    {
        public Fixture()
        {
            Session.Run("$global:seeded = (Get-ApiToken -Connection *).Id").ShouldSucceed();
        }
    }

    private sealed record Row(string Id, string Statement, string Command, string Result, string Test)
    {
        /// <summary>Whether the command requires a full PowerShell. Coverage.Tests.ps1 runs it.</summary>
        public bool IsOfPester => Command.Contains("$notice", StringComparison.Ordinal);

        // A pipe in a table of Markdown is escaped.
        public static Row Of(Match match) => new(
            match.Groups["id"].Value,
            match.Groups["statement"].Value,
            match.Groups["command"].Value.Replace(@"\|", "|", StringComparison.Ordinal),
            match.Groups["result"].Value,
            match.Groups["test"].Value);
    }
}
