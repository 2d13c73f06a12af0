using System.Text.Json;

namespace ApiTokens.Build;

/// <summary>A NuGet package that the module ships.</summary>
/// <param name="Id">The id of the package.</param>
/// <param name="Version">The version of the package.</param>
/// <param name="Folder">The folder of the package on this machine.</param>
/// <param name="Files">The relative paths of its files in the module; empty if only its source was compiled in.</param>
/// <param name="Dependencies">The ids of the packages that it depends on.</param>
internal sealed record ShippedPackage(
    string Id, string Version, string Folder, IReadOnlyList<string> Files, IReadOnlyList<string> Dependencies);

/// <summary>Determines the packages of the files in the staged module from NuGet's assets files.</summary>
internal static class ShippedPackages
{
    private static readonly (string Project, string Framework, string Folder)[] Sources =
    [
        ("ApiTokens.Core", "netstandard2.0", "lib/net/dependencies"),
        ("ApiTokens.Module", "netstandard2.1", "lib/net/dependencies"),
        ("ApiTokens.Module", "net472", "lib/netfx"),
        ("ApiTokens.Sandbox", "net10.0", "sandbox"),
    ];

    /// <summary>Reads the packages, and throws if the module has a library of an unknown package.</summary>
    public static IReadOnlyList<ShippedPackage> Read(string module)
    {
        ShippedPackage[] packages =
        [
            .. Sources.SelectMany(source => Read(module, source.Project, source.Framework, source.Folder))
                .GroupBy(package => (package.Id, package.Version))
                .Select(same => same.First() with
                {
                    Files = [.. same.SelectMany(package => package.Files).Distinct().Order(StringComparer.Ordinal)],
                    Dependencies = [.. same.SelectMany(package => package.Dependencies).Distinct().Order(StringComparer.Ordinal)],
                })
                .OrderBy(package => package.Id, StringComparer.Ordinal)
                .ThenBy(package => package.Version, StringComparer.Ordinal),
        ];
        HashSet<string> known = [.. packages.SelectMany(package => package.Files)];
        string[] unknown =
        [
            .. ModuleFiles.Of(module).Where(file =>
                Path.GetExtension(file) is ".dll" or ".so" or ".dylib"
                && !Path.GetFileName(file).StartsWith("ApiTokens.", StringComparison.Ordinal)
                && !known.Contains(file)),
        ];
        return unknown.Length == 0
            ? packages
            : throw new CommandFailedException($"The packages of these files are not known: {string.Join(", ", unknown)}.");
    }

    private static IEnumerable<ShippedPackage> Read(string module, string project, string framework, string folder)
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Command.Root, "src", project, "obj", "project.assets.json")));
        JsonElement root = assets.RootElement;
        string[] caches = [.. root.GetProperty("packageFolders").EnumerateObject().Select(cache => cache.Name)];
        JsonElement target = root.GetProperty("targets").EnumerateObject().Single(item => ShortName(item.Name) == framework).Value;
        foreach (JsonProperty library in target.EnumerateObject())
        {
            if (library.Value.GetProperty("type").GetString() != "package")
            {
                continue;
            }

            string[] files =
            [
                .. Names(library.Value, "runtime")
                    .Concat(Names(library.Value, "native")).Select(path => $"{folder}/{Path.GetFileName(path)}")
                    .Concat(Names(library.Value, "runtimeTargets").Select(path => $"{folder}/{path}"))
                    .Where(file => File.Exists(Path.Combine(module, file))),
            ];
            bool compiledIn = Names(library.Value, "contentFiles").Any(path =>
                path.EndsWith(".cs", StringComparison.Ordinal) || path.EndsWith(".cs.pp", StringComparison.Ordinal));
            if (files.Length == 0 && !compiledIn)
            {
                continue;
            }

            string[] parts = library.Name.Split('/');
            string path = root.GetProperty("libraries").GetProperty(library.Name).GetProperty("path").GetString()!;
            yield return new ShippedPackage(
                parts[0],
                parts[1],
                caches.Select(cache => Path.Combine(cache, path)).First(Directory.Exists),
                files,
                [.. Names(library.Value, "dependencies")]);
        }
    }

    // Some SDKs use the long names of frameworks.
    private static string ShortName(string framework) => framework
        .Replace(".NETStandard,Version=v", "netstandard", StringComparison.Ordinal)
        .Replace(".NETFramework,Version=v4.7.2", "net472", StringComparison.Ordinal);

    private static IEnumerable<string> Names(JsonElement library, string kind) =>
        library.TryGetProperty(kind, out JsonElement entries) ? entries.EnumerateObject().Select(entry => entry.Name) : [];
}
