using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>
/// Every error that docs/errors.md lists, provoked through a cmdlet: its id, category, target and advice, and whether it ends the pipeline.
/// </summary>
public sealed partial class ErrorTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    /// <summary>The entries among the ids in docs/errors.md that are only categories of other errors.</summary>
    private static readonly ErrorCategory[] OnlyCategories =
    [
        ErrorCategory.InvalidArgument, ErrorCategory.NotImplemented, ErrorCategory.InvalidOperation,
    ];

    /// <summary>
    /// The ids that cannot be provoked through a cmdlet here; for each one, the file with tests for it, or null, and the reason.
    /// </summary>
    private static readonly Dictionary<string, (string? Tests, string Reason)> NotProvoked = new()
    {
        ["InvalidSecret"] = (
            "tests/ApiTokens.Core.Tests/Conformance/ServiceConformanceTests.Secrets.cs",
            "It is only the cause of other errors, such as SuccessorRefused."),
        ["LimitsExceeded"] = (
            "tests/ApiTokens.Core.Tests/Operations/FaultTests.cs",
            "It is reported after 20 retries, which take minutes with a real clock."),
        ["OperationUnfinished"] = (
            "tests/ApiTokens.Core.Tests/Operations/UnfinishedOperationTests.cs",
            "It requires the journal of a process that was terminated."),
        ["PermissionsUnknown"] = (
            "tests/ApiTokens.Core.Tests/Operations/SuccessorRequestTests.cs",
            "The sandbox always returns the scope of a token."),
        ["PredecessorNotFound"] = (
            "tests/ApiTokens.PowerShell.Tests/IdentityTests.cs",
            "It requires a journal that belongs to another server."),
        ["UnprovenMatch"] = (
            "tests/ApiTokens.PowerShell.Tests/LeakAttributionTests.cs",
            "It requires a candidate of Find-ApiToken."),
        ["ServiceUnavailable"] = (
            "tests/ApiTokens.Core.Tests/Http/ServiceDownTests.cs",
            "It follows the errors of five operations."),
        ["UnexpectedError"] = (null, "It is a defect: no input is known to cause it."),
    };

    public static TheoryData<string> Provoked => [.. Cases.Where(each => each.Value.IsAvailable).Select(each => each.Key)];

    [Theory]
    [MemberData(nameof(Provoked))]
    public void Error_Provoked_HasIdCategoryTargetAndAdvice(string situation)
    {
        ErrorCase expected = Cases[situation];

        Outcome outcome = expected.Provoke(this);

        ErrorRecord error = outcome.Result.Error;
        Assert.Equal($"{IdOf(situation)},ApiTokens.PowerShell.Commands.{expected.Cmdlet}Command", error.FullyQualifiedErrorId);
        Assert.Equal(expected.Category, error.CategoryInfo.Category);
        outcome.AssertTarget(
            error.TargetObject is PSObject { BaseObject: not PSCustomObject and var wrapped } ? wrapped : error.TargetObject);
        Assert.NotEmpty(error.Advice());
        Assert.Equal(expected.EndsPipeline, outcome.Result.Terminating is not null);
    }

    [Fact]
    public void Documentation_ListsExactlyTheTestedIds()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "errors.md"));
        IEnumerable<string> listed = TableRow()
            .Matches(page)
            .Concat(ParameterExample().Matches(page))
            .Select(match => match.Groups[1].Value);

        Assert.Equal(
            listed.Order(StringComparer.Ordinal),
            Cases.Keys.Select(IdOf)
                .Distinct()
                .Concat(NotProvoked.Keys)
                .Concat(OnlyCategories.Select(category => $"{category}"))
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Documentation_ListsCategoriesThatTestedIdsHave() =>
        Assert.All(OnlyCategories, category => Assert.Contains(Cases.Values, each => each.Category == category));

    [Fact]
    public void NotProvoked_NamesFilesThatTestTheIds() =>
        Assert.All(
            NotProvoked.Where(each => each.Value.Tests is not null),
            each => Assert.Contains(each.Key, File.ReadAllText(Path.Combine(Repository.Root, each.Value.Tests!))));

    protected override void Dispose(bool disposing)
    {
        Session.Host.Asked = null;
        base.Dispose(disposing);
    }

    private static string IdOf(string situation) => situation.Split(' ')[0];

    [GeneratedRegex(@"(?m)^\| `(\w+)` \|")]
    private static partial Regex TableRow();

    [GeneratedRegex(@"`Invalid` and a parameter's name, such as `(\w+)`")]
    private static partial Regex ParameterExample();
}
