using System.Text.RegularExpressions;
using ApiTokens.Core.Tests.Support;

namespace ApiTokens.Core.Tests;

/// <summary>
/// Code and documents cite the contracts by file and section. The wire types and rules of a service also cite their own
/// contract by number only, such as <c>(1.3)</c>.
/// </summary>
public sealed class ContractCitationTests
{
    // A citation in a comment may continue on the next line.
    private const string Separator = @"\s+(?:(?://+|#)\s*)?";

    private static readonly string Root = Repository.Root;

    private static readonly Dictionary<string, HashSet<string>> Contracts = Directory.GetFiles(Path.Combine(Root, "contracts"), "*.md")
        .Where(file => Path.GetFileName(file) != "README.md")
        .ToDictionary(file => Path.GetFileName(file), GetSections);

    [Fact]
    public void Citation_Contract_RefersToExistingFile()
    {
        string[] unknown =
        [
            .. from text in ReadTexts("src", "tests", "docs")
               from Match match in Regex.Matches(text.Content, @"contracts/([\w.-]+)\.md\b")
               let file = match.Groups[1].Value + ".md"
               where file != "README.md" && !Contracts.ContainsKey(file)
               select $"{text.Path}: {match.Value}",
        ];

        Assert.Empty(unknown);
    }

    [Fact]
    public void Citation_Section_RefersToExistingSection()
    {
        Citation[] citations = [.. ReadTexts("src", "tests", "docs").SelectMany(Citations)];

        Assert.NotEmpty(citations);
        Assert.All(citations, AssertResolves);
    }

    [Fact]
    public void Citation_NumberOnly_RefersToSectionOfServiceContract()
    {
        Citation[] citations = [.. ReadTexts("src/ApiTokens.Core/Services").SelectMany(ShortCitations)];

        Assert.NotEmpty(citations);
        Assert.All(citations, AssertResolves);
    }

    [Fact]
    public void Contract_InRepository_IsCitedInSource()
    {
        IEnumerable<string> cited = ReadTexts("src").SelectMany(Citations).Select(citation => citation.Contract);

        Assert.Empty(Contracts.Keys.Except(cited));
    }

    private static void AssertResolves(Citation citation)
    {
        HashSet<string>? sections = Contracts.GetValueOrDefault(citation.Contract);
        Assert.True(
            sections?.Contains(citation.Section), $"{citation.Path} cites {citation.Contract}, {citation.Section}, which does not exist.");
    }

    private static IEnumerable<Citation> Citations(SourceText text) =>
        from Match match in Regex.Matches(
            text.Content, $@"contracts/([\w-]+\.md),{Separator}(\d+\.\d+)(?:(?:,|,?{Separator}and){Separator}(\d+\.\d+))*")
        from section in match.Groups[2].Captures.Concat(match.Groups[3].Captures)
        select new Citation(text.Path, match.Groups[1].Value, section.Value);

    private static IEnumerable<Citation> ShortCitations(SourceText text)
    {
        string service = Regex.Match(text.Path, "/Services/([A-Za-z]+)/").Groups[1].Value;
        string contract = Regex.Replace(service, "(?<=[a-z])(?=[A-Z])", "-").ToLowerInvariant() + ".md";
        return Contracts.ContainsKey(contract)
            ? from Match comment in Regex.Matches(text.Content, "//.*")
              from Match match in Regex.Matches(comment.Value, @"\(([12]\.\d+)(?:,?(?: and)? ([12]\.\d+))*[,)]")
              from section in match.Groups[1].Captures.Concat(match.Groups[2].Captures)
              select new Citation(text.Path, contract, section.Value)
            : [];
    }

    private static IEnumerable<SourceText> ReadTexts(params string[] folders) =>
        from folder in folders
        from file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Root, file).Replace('\\', '/')
        where !Regex.IsMatch(path, "/(bin|obj)/|/ContractCitationTests.cs$")
            && Regex.IsMatch(path, @"\.(cs|csproj|md|ps1|psd1|psm1|ps1xml|yaml|yml)$")
        select new SourceText(path, File.ReadAllText(file));

    private static HashSet<string> GetSections(string file) =>
        [
            .. File.ReadLines(file)
                .Select(line => Regex.Match(line, @"^#+ (\d+\.\d+) "))
                .Where(match => match.Success)
                .Select(match => match.Groups[1].Value),
        ];

    private sealed record SourceText(string Path, string Content);

    private sealed record Citation(string Path, string Contract, string Section);
}
