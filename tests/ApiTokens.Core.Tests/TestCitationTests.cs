using System.Text.RegularExpressions;
using ApiTokens.Core.Tests.Support;

namespace ApiTokens.Core.Tests;

/// <summary>
/// SECURITY.md, docs/reliability.md and docs/coverage.md name the test of each promise, defect and statement. The tests exist.
/// </summary>
public sealed class TestCitationTests
{
    private static readonly string Tests = Path.Combine(Repository.Root, "tests");

    // By class. Several projects have a class of the same name.
    private static readonly ILookup<string, string> Methods = SourceFiles("*.cs")
        .SelectMany(source => Regex.Matches(source, @"\bclass (\w+)").SelectMany(name =>
            Regex.Matches(source, @"\bpublic (?:async )?(?:Task|void) (\w+)\(")
                .Select(method => (Class: name.Groups[1].Value, Method: method.Groups[1].Value))))
        .ToLookup(test => test.Class, test => test.Method);

    [Theory]
    [InlineData("SECURITY.md", 40)]
    [InlineData("docs/reliability.md", 100)]
    [InlineData("docs/coverage.md", 200)]
    public void Citation_Test_ExistsInSources(string document, int atLeast)
    {
        string[] rows = File.ReadAllLines(Path.Combine(Repository.Root, document));
        (string Line, string Problem)[] found = [.. rows.SelectMany(row => Cited(row).Select(problem => (row, problem)))];

        Assert.InRange(found.Length, atLeast, int.MaxValue);
        Assert.DoesNotContain(found, test => test.Problem.Length > 0);
    }

    // One entry for each test that a line cites: the problem, or an empty text. A name without a class belongs to the last class.
    private static IEnumerable<string> Cited(string line)
    {
        string? current = null;
        foreach (Match match in Regex.Matches(
            line,
            @"`(?<class>\w+Tests)(?:\.(?<method>\w+))?`|`(?<method>\w+_\w+_\w+)`|"
                + @"`(?<file>[\w.]+\.Tests\.ps1)`(?:, ""(?<text>[^""]+)"")?"))
        {
            if (match.Groups["file"] is { Success: true, Value: var file })
            {
                yield return Pester(file, match.Groups["text"].Value);
                continue;
            }

            current = match.Groups["class"] is { Success: true, Value: var name } ? name : current;
            string method = match.Groups["method"].Value;
            bool exists = current is not null && (method.Length == 0 ? Methods.Contains(current) : Methods[current].Contains(method));
            yield return exists ? string.Empty : $"{current}.{method} does not exist.";
        }
    }

    private static string Pester(string file, string text)
    {
        string path = Path.Combine(Tests, "Pester", file);
        return !File.Exists(path) ? $"{file} does not exist."
            : File.ReadAllText(path).Contains($"It '{text}", StringComparison.Ordinal) ? string.Empty
            : $"{file} has no test '{text}'.";
    }

    private static IEnumerable<string> SourceFiles(string pattern) =>
        from file in Directory.EnumerateFiles(Tests, pattern, SearchOption.AllDirectories)
        where !Regex.IsMatch(file.Replace('\\', '/'), "/(bin|obj)/")
        select File.ReadAllText(file);
}
