using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>
/// "The first ten minutes" of the README, run as written in a console of 80 columns: the commands show what the README says. The
/// picture of the terminal is drawn from the same output; with the environment variable APITOKENS_APPROVE it is drawn again.
/// </summary>
public sealed partial class ReadmeTests : IDisposable
{
    private const string List = "Get-ApiToken -Connection * -ExpiringWithin 7d";

    private readonly ModuleSession _session = new();

    private static string Picture => Path.Combine(Repository.Root, "docs", "images", "terminal.svg");

    public void Dispose()
    {
        _session.Run("Get-ApiTokenSandbox | Stop-ApiTokenSandbox");
        _session.Dispose();
    }

    [Fact]
    public void FirstTenMinutes_RunAsWritten_ShowWhatTheReadmeShows()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md")).ReplaceLineEndings("\n");
        Assert.InRange(readme.Split('\n').Length, 1, 150);
        int start = readme.IndexOf("## The first ten minutes", StringComparison.Ordinal);
        string section = readme[start..readme.IndexOf("To use a real service", StringComparison.Ordinal)];
        Match[] blocks = [.. Block().Matches(section).Cast<Match>()];
        Assert.True(blocks.Length >= 5, $"There are {blocks.Length} blocks.");

        _session.Host.Width = 80;
        int shown = 0;
        foreach (Match block in blocks)
        {
            _session.Host.Clear();
            _session.Host.Answers.Enqueue(block.Value.Contains("ALL", StringComparison.Ordinal) ? "No" : "Yes");
            string commands = block.Groups["commands"].Value.Replace("./out/ApiTokens", Repository.Module, StringComparison.Ordinal)
                .Replace("$ci", "$global:ci", StringComparison.Ordinal);
            foreach (string command in commands.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                _session.Run($"$global:ConfirmPreference = 'High'; . {{ {command}\n }} | Out-Host").ShouldSucceed();
            }

            string output = string.Join('\n', [.. _session.Host.Questions, .. _session.Host.Lines]);
            foreach (string line in block.Groups["output"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.Contains(Normalize(line), Normalize(output));
                shown++;
            }

            _session.Host.Answers.Clear();
        }

        Assert.True(shown > 8, $"The README shows {shown} lines.");
    }

    [Fact]
    public void Picture_OfTheTerminal_ShowsTheRealOutput()
    {
        _session.Run("$null = Start-ApiTokenSandbox").ShouldSucceed();
        IReadOnlyList<string> lines = [$"PS> {List}", .. _session.Show(80, List)];
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));
        string picture = Draw(lines);
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("APITOKENS_APPROVE")))
        {
            File.WriteAllText(Picture, picture);
        }

        Assert.Equal(picture, File.ReadAllText(Picture).ReplaceLineEndings("\n"));
    }

    private static string Draw(IReadOnlyList<string> lines)
    {
        const int LineHeight = 18;
        int height = 24 + (lines.Count * LineHeight);
        var svg = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 700 {height}\" ")
            .Append("font-family=\"Consolas, Menlo, 'DejaVu Sans Mono', monospace\" font-size=\"14\">\n")
            .Append(CultureInfo.InvariantCulture, $"<rect width=\"700\" height=\"{height}\" rx=\"8\" fill=\"#16181d\"/>\n")
            .Append("<g fill=\"#d8dee9\" style=\"white-space:pre\">\n");
        for (int i = 0; i < lines.Count; i++)
        {
            string fill = lines[i].StartsWith("PS> ", StringComparison.Ordinal) ? " fill=\"#8fbcbb\""
                : lines[i].Contains("---", StringComparison.Ordinal) || lines[i].StartsWith("Name ", StringComparison.Ordinal)
                    ? " fill=\"#a3be8c\"" : string.Empty;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"12\" y=\"{26 + (i * LineHeight)}\"{fill}>{WebUtility.HtmlEncode(lines[i])}</text>\n");
        }

        return svg.Append("</g>\n</svg>\n").ToString();
    }

    // The id of a new token differs each time.
    private static string Normalize(string text) => Id().Replace(text, "#");

    [GeneratedRegex(@"```powershell\n(?<commands>[^`]*)```(\n+```text\n(?<output>[^`]*)```)?")]
    private static partial Regex Block();

    [GeneratedRegex("6b[0-9a-f]{22}")]
    private static partial Regex Id();
}
