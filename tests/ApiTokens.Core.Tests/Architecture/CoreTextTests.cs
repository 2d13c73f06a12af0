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

    [GeneratedRegex(@"(^|[\s""'(])-[A-Z][a-z]+")]
    private static partial Regex Parameter();

    [GeneratedRegex(
        @"\b(Get|New|Set|Remove|Revoke|Reset|Save|Connect|Disconnect|Find|Test|Export|Import|Enable|Disable|Rename|Start|Stop|Use)-[A-Z]")]
    private static partial Regex Cmdlet();
}
