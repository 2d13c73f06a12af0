using ApiTokens.PowerShell.Tests.Support;
using NetArchTest.Rules;

namespace ApiTokens.PowerShell.Tests.Architecture;

/// <summary>
/// Dependencies between the folders of the cmdlets' project go one way. Each folder has a namespace; files outside the folders have the
/// root.
/// </summary>
/// <remarks>The session imports the module, because NetArchTest must load the types that it reports.</remarks>
public sealed class LayerTests : IDisposable
{
    private const string RootNamespace = "ApiTokens.PowerShell";

    // Key: the folder. Value: the folders that it may depend on; only folders listed above it, so that there is no cycle.
    private static readonly (string Folder, string[] MayName)[] Layers =
    [
        ("", []),
        ("Sandbox", []),
        ("Connections", []),
        ("Binding", ["Connections"]),
        ("Delivery", ["Binding"]),
        ("Display", ["Binding"]),
        ("Completion", ["Connections", "Binding"]),
        ("Commands", ["Sandbox", "Connections", "Binding", "Delivery", "Display", "Completion"]),
    ];

    private readonly ModuleSession _session = new();

    public static TheoryData<string> Folders => [.. Layers.Select(layer => layer.Folder)];

    public void Dispose() => _session.Dispose();

    [Theory]
    [MemberData(nameof(Folders))]
    public void Folder_NamesOnlyTheFoldersBelowIt(string folder)
    {
        string[] mayName = Layers.Single(layer => layer.Folder == folder).MayName;
        string[] forbidden =
        [
            .. Layers.Select(layer => layer.Folder).Where(other => other.Length > 0 && other != folder && !mayName.Contains(other)),
        ];
        PredicateList types = Types.FromFile(Path.Combine(Repository.Module, "lib", "net", "ApiTokens.PowerShell.dll"))
            .That().ResideInNamespaceMatching(folder.Length == 0 ? $"^{RootNamespace}$" : $@"^{RootNamespace}\.{folder}(\.|$)");
        Assert.NotEmpty(types.GetTypes());

        TestResult result = types.ShouldNot().HaveDependencyOnAny([.. forbidden.Select(other => $"{RootNamespace}.{other}")]).GetResult();

        Assert.True(
            result.IsSuccessful,
            $"{(folder.Length == 0 ? "A file beside the folders" : folder)} must not depend on {string.Join(", ", forbidden)}. "
            + $"These types do: {string.Join(", ", result.FailingTypeNames ?? [])}.");
    }

    [Fact]
    public void Layers_NameOnlyFoldersAboveThem()
    {
        for (int i = 0; i < Layers.Length; i++)
        {
            string[] above = [.. Layers.Take(i).Select(layer => layer.Folder)];
            Assert.True(
                Layers[i].MayName.All(above.Contains),
                $"{Layers[i].Folder} may name only folders that stand above it in the table, or a circle is possible.");
        }
    }

    [Fact]
    public void Project_EveryFolderHasItsLayerAndItsNamespace()
    {
        string project = Path.Combine(Repository.Root, "src", RootNamespace);
        var files = Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: file, Parts: Path.GetRelativePath(project, file).Split(Path.DirectorySeparatorChar)[..^1]))
            .Where(file => file.Parts is not ["bin" or "obj", ..])
            .ToList();

        Assert.Equal(
            Layers.Select(layer => layer.Folder).Order(StringComparer.Ordinal),
            files.Select(file => file.Parts.FirstOrDefault("")).Distinct().Order(StringComparer.Ordinal));
        string[] wrong =
        [
            .. files.Where(file => !File.ReadLines(file.Path).Contains($"namespace {string.Join('.', [RootNamespace, .. file.Parts])};"))
                .Select(file => Path.GetRelativePath(project, file.Path)),
        ];
        Assert.True(wrong.Length == 0, $"The namespace of a file follows its folder. It does not in: {string.Join(", ", wrong)}.");
    }
}
