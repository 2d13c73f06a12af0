using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApiTokens.Build;

/// <summary>Writes the bill of materials of the package in CycloneDX 1.6: the shipped files and their packages, with hashes.</summary>
internal static class Sbom
{
    private static readonly JsonSerializerOptions JsonOptions = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>
    /// Writes the file next to the package. It contains no time and no random number, so equal packages have equal files.
    /// </summary>
    public static string Write(string package, string module)
    {
        string version = ModuleManifest.Version;
        IReadOnlyList<ShippedPackage> shipped = ShippedPackages.Read(module);
        byte[] hash = SHA256.HashData(File.ReadAllBytes(package));
        string root = $"pkg:nuget/ApiTokens@{version}";
        HashSet<string> packageFiles = [.. shipped.SelectMany(item => item.Files)];
        string[] ownFiles = [.. ModuleFiles.Of(module).Where(file => !packageFiles.Contains(file))];
        var bom = new JsonObject
        {
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["serialNumber"] = $"urn:uuid:{new Guid(hash.AsSpan(0, 16))}",
            ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["component"] = new JsonObject
                {
                    ["type"] = "application",
                    ["bom-ref"] = root,
                    ["name"] = "ApiTokens",
                    ["version"] = version,
                    ["hashes"] = Hashes("SHA-256", Convert.ToHexStringLower(hash)),
                    ["licenses"] = Licenses("MIT"),
                    ["purl"] = root,
                    ["components"] = Files(module, ownFiles, root),
                },
            },
            ["components"] = new JsonArray([.. shipped.Select(item => Component(item, module))]),
            ["dependencies"] = new JsonArray(
            [
                Dependency(root, shipped.Select(Reference)),
                .. shipped.Select(item => Dependency(Reference(item), DependenciesOf(item, shipped))),
            ]),
        };

        string file = Path.ChangeExtension(package, ".cdx.json");
        Text.Write(file, bom.ToJsonString(JsonOptions));
        Check(file, module);
        return file;
    }

    /// <summary>Reads the file and verifies that it lists every file of the module once and has no dangling reference.</summary>
    private static void Check(string file, string module)
    {
        using var bom = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement root = bom.RootElement;
        JsonElement[] components =
            [root.GetProperty("metadata").GetProperty("component"), .. root.GetProperty("components").EnumerateArray()];
        (string Name, string Hash)[] listed =
        [
            .. components.SelectMany(component => component.GetProperty("components").EnumerateArray())
                .Select(item => (item.GetProperty("name").GetString()!, item.GetProperty("hashes")[0].GetProperty("content").GetString()!))
                .Order(),
        ];
        (string Name, string Hash)[] actual = [.. ModuleFiles.Of(module).Select(name => (name, FileHash(module, name))).Order()];
        string differences = string.Join(", ", listed.Except(actual).Union(actual.Except(listed)));
        Command.Require(listed.SequenceEqual(actual), $"{file} does not list the files of {module}: {differences}.");

        HashSet<string> references = [.. components.Select(component => component.GetProperty("bom-ref").GetString()!)];
        Command.Require(references.Count == components.Length, $"{file} lists a component twice.");
        string[] missing =
        [
            .. root.GetProperty("dependencies").EnumerateArray()
                .SelectMany(item => item.GetProperty("dependsOn").EnumerateArray().Append(item.GetProperty("ref")))
                .Select(reference => reference.GetString()!)
                .Where(reference => !references.Contains(reference)),
        ];
        Command.Require(missing.Length == 0, $"{file} refers to missing components: {string.Join(", ", missing)}.");
    }

    private static string FileHash(string module, string file) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(module, file))));

    private static JsonObject Component(ShippedPackage package, string module)
    {
        var manifest = new PackageManifest(package);

        // The hash of the package file in base 64, which NuGet verified at download.
        string contentHash = Text.Read(Directory.GetFiles(package.Folder, "*.nupkg.sha512").Single());
        return new JsonObject
        {
            ["type"] = "library",
            ["bom-ref"] = Reference(package),
            ["name"] = package.Id,
            ["version"] = package.Version,
            ["hashes"] = Hashes("SHA-512", Convert.ToHexStringLower(Convert.FromBase64String(contentHash))),
            ["licenses"] = Licenses(manifest.License),
            ["copyright"] = manifest.Copyright,
            ["purl"] = Reference(package),
            ["externalReferences"] = new JsonArray(new JsonObject { ["type"] = "website", ["url"] = manifest.Origin }),
            ["components"] = Files(module, package.Files, Reference(package)),
        };
    }

    private static JsonArray Files(string module, IEnumerable<string> files, string owner) =>
    [
        .. files.Select(file => new JsonObject
        {
            ["type"] = "file",
            ["bom-ref"] = $"{owner}#{file}",
            ["name"] = file,
            ["hashes"] = Hashes("SHA-256", FileHash(module, file)),
        }),
    ];

    // The two editions may ship two versions of a package. Both are then listed as dependencies.
    private static IEnumerable<string> DependenciesOf(ShippedPackage package, IReadOnlyList<ShippedPackage> shipped) =>
        shipped.Where(other => package.Dependencies.Contains(other.Id)).Select(Reference);

    private static JsonObject Dependency(string reference, IEnumerable<string> dependencies) =>
        new() { ["ref"] = reference, ["dependsOn"] = new JsonArray([.. dependencies.Select(other => JsonValue.Create(other))]) };

    private static JsonArray Hashes(string algorithm, string content) => [new JsonObject { ["alg"] = algorithm, ["content"] = content }];

    private static JsonArray Licenses(string? id)
    {
        var license = new JsonObject { [id is null ? "name" : "id"] = id ?? "its own; see ThirdPartyNotices.txt" };
        return [new JsonObject { ["license"] = license }];
    }

    private static string Reference(ShippedPackage package) => $"pkg:nuget/{package.Id}@{package.Version}";
}
