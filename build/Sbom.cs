using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApiTokens.Build;

/// <summary>Writes the package's bill of materials, in CycloneDX 1.6: what it ships, from which package, with hashes.</summary>
internal static class Sbom
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes it beside the package. The same package gives the same bytes: it has neither a time nor a random number.</summary>
    public static string Write(string package, string module)
    {
        string version = ModuleManifest.Version;
        IReadOnlyList<ShippedPackage> shipped = ShippedPackages.Read(module);
        byte[] hash = SHA256.HashData(File.ReadAllBytes(package));
        string root = $"pkg:nuget/ApiTokens@{version}";
        HashSet<string> foreign = [.. shipped.SelectMany(each => each.Files)];
        string[] own = [.. ModuleFiles.Of(module).Where(file => !foreign.Contains(file))];
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
                    ["components"] = Files(module, own, root),
                },
            },
            ["components"] = new JsonArray([.. shipped.Select(each => Component(each, module))]),
            ["dependencies"] = new JsonArray([Dependency(root, shipped.Select(Reference)), .. shipped.Select(each => Dependency(Reference(each), Needed(each, shipped)))]),
        };

        string file = Path.ChangeExtension(package, ".cdx.json");
        Text.Write(file, bom.ToJsonString(Readable));
        Check(file, module);
        return file;
    }

    /// <summary>Reads it back as its users do, against the module: it holds every file once, as it is, and refers to nothing that it lacks.</summary>
    private static void Check(string file, string module)
    {
        using var bom = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement root = bom.RootElement;
        JsonElement[] components = [root.GetProperty("metadata").GetProperty("component"), .. root.GetProperty("components").EnumerateArray()];
        (string Name, string Hash)[] named =
        [
            .. components.SelectMany(component => component.GetProperty("components").EnumerateArray())
                .Select(each => (each.GetProperty("name").GetString()!, each.GetProperty("hashes")[0].GetProperty("content").GetString()!))
                .Order(),
        ];
        (string Name, string Hash)[] there = [.. ModuleFiles.Of(module).Select(name => (name, FileHash(module, name))).Order()];
        Command.Require(named.SequenceEqual(there), $"{file} does not have the files of {module}: {string.Join(", ", named.Except(there).Union(there.Except(named)))}.");

        HashSet<string> references = [.. components.Select(component => component.GetProperty("bom-ref").GetString()!)];
        Command.Require(references.Count == components.Length, $"{file} names a component twice.");
        string[] lacking =
        [
            .. root.GetProperty("dependencies").EnumerateArray()
                .SelectMany(each => each.GetProperty("dependsOn").EnumerateArray().Append(each.GetProperty("ref")))
                .Select(reference => reference.GetString()!)
                .Where(reference => !references.Contains(reference)),
        ];
        Command.Require(lacking.Length == 0, $"{file} refers to what it lacks: {string.Join(", ", lacking)}.");
    }

    private static string FileHash(string module, string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(module, file))));

    private static JsonObject Component(ShippedPackage package, string module)
    {
        var manifest = new PackageManifest(package);

        // What NuGet verified when it was downloaded: the hash of the package's file, in base 64.
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

    // A version can be there twice, for the two editions; both are meant then.
    private static IEnumerable<string> Needed(ShippedPackage package, IReadOnlyList<ShippedPackage> shipped) =>
        shipped.Where(other => package.Dependencies.Contains(other.Id)).Select(Reference);

    private static JsonObject Dependency(string reference, IEnumerable<string> needed) =>
        new() { ["ref"] = reference, ["dependsOn"] = new JsonArray([.. needed.Select(other => JsonValue.Create(other))]) };

    private static JsonArray Hashes(string algorithm, string content) => [new JsonObject { ["alg"] = algorithm, ["content"] = content }];

    private static JsonArray Licenses(string? id) =>
        [new JsonObject { ["license"] = id is null ? new JsonObject { ["name"] = "its own; see ThirdPartyNotices.txt" } : new JsonObject { ["id"] = id } }];

    private static string Reference(ShippedPackage package) => $"pkg:nuget/{package.Id}@{package.Version}";
}
