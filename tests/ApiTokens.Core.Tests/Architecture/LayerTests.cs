using System.Reflection;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Sandbox;
using NetArchTest.Rules;

namespace ApiTokens.Core.Tests.Architecture;

/// <summary>
/// Dependencies between the folders of the core and of the sandbox go one way. Each folder has a namespace; the folder Model has the root.
/// </summary>
public sealed class LayerTests
{
    // Key: the folder. Value: the folders that it may depend on.
    private static readonly Dictionary<string, string[]> Core = new()
    {
        ["Model"] = [],
        ["Http"] = ["Model"],
        ["Services"] = ["Model", "Http"],
        ["Journal"] = ["Model"],
        ["Operations"] = ["Model", "Http", "Services", "Journal"],
        ["Leaks"] = ["Model", "Services"],
        ["Audit"] = ["Model", "Services"],
        ["Reports"] = ["Model"],
    };

    private static readonly Dictionary<string, string[]> Sandbox = new()
    {
        ["Storage"] = [],
        ["Http"] = ["Storage"],
        ["Faults"] = ["Http"],
        ["Emulators"] = ["Storage", "Http"],
    };

    public static TheoryData<string> CoreFolders => [.. Core.Keys];

    public static TheoryData<string> SandboxFolders => [.. Sandbox.Keys];

    [Theory]
    [MemberData(nameof(CoreFolders))]
    public void CoreFolder_DependsOnlyOnLowerFolders(string folder) =>
        AssertLayer(typeof(ApiToken).Assembly, "ApiTokens", Core, folder, root: "Model");

    [Theory]
    [MemberData(nameof(SandboxFolders))]
    public void SandboxFolder_DependsOnlyOnLowerFolders(string folder) =>
        AssertLayer(typeof(SandboxServer).Assembly, "ApiTokens.Sandbox", Sandbox, folder, root: null);

    [Theory]
    [InlineData("src/ApiTokens.Core", "ApiTokens", "Model")]
    [InlineData("src/ApiTokens.Sandbox", "ApiTokens.Sandbox", null)]
    public void Namespace_SourceFile_MatchesFolder(string project, string rootNamespace, string? rootFolder)
    {
        string folder = Path.Combine(Repository.Root, project);
        string[] violations =
        [
            .. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Select(file => (File: file, Parts: Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[..^1]))
                .Where(file => file.Parts is not ["bin" or "obj", ..])
                .Where(
                    file => !File.ReadLines(file.File).Contains(
                        "namespace "
                            + $"{string.Join('.', [rootNamespace, .. file.Parts is [var only] && only == rootFolder ? [] : file.Parts])};"))
                .Where(file => !file.File.EndsWith("Program.cs", StringComparison.Ordinal))
                .Select(file => Path.GetRelativePath(folder, file.File)),
        ];
        Assert.True(
            violations.Length == 0, $"The namespace of a file must match its folder. It does not in: {string.Join(", ", violations)}");
    }

    private static void AssertLayer(
        Assembly assembly, string rootNamespace, Dictionary<string, string[]> layers, string folder, string? root)
    {
        string[] forbidden = [.. layers.Keys.Where(other => other != folder && other != root && !layers[folder].Contains(other))];
        Predicates types = Types.InAssembly(assembly).That();
        PredicateList inFolder = folder == root
            ? types.ResideInNamespaceMatching($"^{rootNamespace}$")
            : types.ResideInNamespaceStartingWith($"{rootNamespace}.{folder}");
        TestResult result = inFolder.ShouldNot()
            .HaveDependencyOnAny([.. forbidden.Select(other => $"{rootNamespace}.{other}")])
            .GetResult();
        Assert.True(
            result.IsSuccessful,
            $"{folder} must not depend on {string.Join(", ", forbidden)}. These types do: "
                + $"{string.Join(", ", result.FailingTypeNames ?? [])}");
    }
}
