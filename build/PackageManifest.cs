using System.Xml.Linq;

namespace ApiTokens.Build;

/// <summary>What a package's nuspec says of its origin and licence.</summary>
internal sealed class PackageManifest
{
    private readonly XElement _metadata;
    private readonly ShippedPackage _package;

    public PackageManifest(ShippedPackage package)
    {
        _package = package;
        string file = Directory.GetFiles(package.Folder, "*.nuspec").Single();
        _metadata = XDocument.Load(file).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    /// <summary>Where it comes from.</summary>
    public string Origin => Value("projectUrl") ?? Element("repository")?.Attribute("url")?.Value ?? $"https://www.nuget.org/packages/{_package.Id}/{_package.Version}";

    /// <summary>Whose it is.</summary>
    public string Copyright => Value("copyright") ?? $"Copyright (c) {Value("authors")}";

    /// <summary>The licence's SPDX id; null where the package has only a text of its own.</summary>
    public string? License => Element("license") is { } license
        ? license.Attribute("type")?.Value == "expression" ? license.Value : null

        // Packages of before 2018 name the text of .NET's repository, which is MIT.
        : Value("licenseUrl")?.EndsWith("dotnet/corefx/blob/master/LICENSE.TXT", StringComparison.Ordinal) == true ? "MIT" : null;

    /// <summary>The licence's text: the package's own, else that of its SPDX id.</summary>
    public string LicenseText
    {
        get
        {
            string? own = Find("LICENSE*");
            string known = Path.Combine(Command.Root, "build", "licenses", $"{License}.txt");
            return own is not null ? Text.Read(own)
                : License == "MIT" ? $"{Copyright}\n\n{Text.Read(known)}"
                : File.Exists(known) ? Text.Read(known)
                : throw new CommandFailedException($"The text of the licence of {_package.Id} {_package.Version} is not known: add {Path.GetRelativePath(Command.Root, known)}.");
        }
    }

    /// <summary>What the package itself says of others' work in it.</summary>
    public string? Notices => Find("THIRD-PARTY-NOTICES*") is { } file ? Text.Read(file) : null;

    private string? Find(string pattern) => Directory
        .GetFiles(_package.Folder, pattern, new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive })
        .Order(StringComparer.Ordinal)
        .FirstOrDefault();

    private XElement? Element(string name) => _metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name);

    private string? Value(string name) => Element(name)?.Value.Trim() is { Length: > 0 } value ? value : null;
}
