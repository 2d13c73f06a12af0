using System.Text.RegularExpressions;
using ApiTokens.Core.Tests.Support;

namespace ApiTokens.Core.Tests.Architecture;

/// <summary>The core knows no PowerShell: it names fields and suggested commands, which the cmdlets word.</summary>
public sealed partial class CoreTextTests
{
    [Fact]
    public void Core_Sources_NameNoParameterAndNoCmdlet()
    {
        string folder = Path.Combine(Repository.Root, "src", "ApiTokens.Core");
        string[] wrong =
        [
            .. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Where(file => Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
                .SelectMany(file => File.ReadLines(file).Select((line, index) => (Line: line, Place: $"{Path.GetRelativePath(folder, file)}:{index + 1}")))
                .Where(line => Parameter().IsMatch(line.Line) || Cmdlet().IsMatch(line.Line))
                .Select(line => $"{line.Place}: {line.Line.Trim()}"),
        ];
        Assert.True(wrong.Length == 0, $"These lines of the core speak of PowerShell:\n{string.Join('\n', wrong)}");
    }

    [GeneratedRegex(@"(^|[\s""'(])-[A-Z][a-z]+")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\b(Get|New|Set|Remove|Revoke|Reset|Save|Connect|Disconnect|Find|Test|Export|Import|Enable|Disable|Rename|Start|Stop|Use)-[A-Z]")]
    private static partial Regex Cmdlet();
}
