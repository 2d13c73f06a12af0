using System.Text.RegularExpressions;
using ApiTokens.Core.Tests.Support;

namespace ApiTokens.Core.Tests.Architecture;

/// <summary>
/// The core does not depend on PowerShell: it refers to fields and suggested commands, and the cmdlets turn them into text.
/// </summary>
public sealed partial class CoreTextTests
{
    [Fact]
    public void CoreSources_ContainNoParameterOrCmdletName()
    {
        string folder = Path.Combine(Repository.Root, "src", "ApiTokens.Core");
        string[] violations =
        [
            .. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Where(file => Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
                .SelectMany(
                    file => File.ReadLines(file).Select(
                        (line, index) => (Line: line, Location: $"{Path.GetRelativePath(folder, file)}:{index + 1}")))
                .Where(line => Parameter().IsMatch(line.Line) || Cmdlet().IsMatch(line.Line))
                .Select(line => $"{line.Location}: {line.Line.Trim()}"),
        ];
        Assert.True(
            violations.Length == 0, $"These lines of the core mention PowerShell parameters or cmdlets:\n{string.Join('\n', violations)}");
    }

    // Interpolation uses the culture of the thread: a date in th-TH has the year 2569.
    [Theory]
    [InlineData("ApiTokens.Core")]
    [InlineData("ApiTokens.PowerShell")]
    public void Sources_FormattedTextForPeople_IsInvariant(string project)
    {
        string folder = Path.Combine(Repository.Root, "src", project);
        var violations = new List<string>();
        foreach (string file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj")))
        {
            string[] lines = File.ReadAllLines(file);
            for (int i = 0; i < lines.Length; i++)
            {
                // The call may start up to three lines before.
                bool isInvariant = lines[Math.Max(0, i - 3)..(i + 1)].Any(line => line.Contains("Invariant", StringComparison.Ordinal));
                if (CultureFormat().IsMatch(lines[i]) && !isInvariant)
                {
                    violations.Add($"{Path.GetRelativePath(folder, file)}:{i + 1}: {lines[i].Trim()}");
                }
            }
        }

        Assert.True(violations.Count == 0, $"These texts depend on the culture of the user:\n{string.Join('\n', violations)}");
    }

    [GeneratedRegex(@"\{[^{}""]*[^:?{}\s]:(yyyy|MM|dd|HH|N\d|F\d|P\d|0|#)[^{}]*\}")]
    private static partial Regex CultureFormat();

    [GeneratedRegex(@"(^|[\s""'(])-[A-Z][a-z]+")]
    private static partial Regex Parameter();

    [GeneratedRegex(
        @"\b(Get|New|Set|Remove|Revoke|Reset|Save|Connect|Disconnect|Find|Test|Export|Import|Enable|Disable|Rename|Start|Stop|Use)-[A-Z]")]
    private static partial Regex Cmdlet();
}
