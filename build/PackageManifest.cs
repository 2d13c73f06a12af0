using System.Xml.Linq;

namespace ApiTokens.Build;

/// <summary>Reads the origin and the license of a package from its nuspec.</summary>
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

    /// <summary>The address of the project.</summary>
    public string Origin => Value("projectUrl")
        ?? Element("repository")?.Attribute("url")?.Value
        ?? $"https://www.nuget.org/packages/{_package.Id}/{_package.Version}";

    /// <summary>The copyright notice.</summary>
    public string Copyright => Value("copyright") ?? $"Copyright (c) {Value("authors")}";

    /// <summary>The SPDX id of the license; null if the package has only its own text.</summary>
    public string? License => Element("license") is { } license
        ? license.Attribute("type")?.Value == "expression" ? license.Value : null

        // Packages from before 2018 link to the license of the .NET repository, which is MIT.
        : Value("licenseUrl")?.EndsWith("dotnet/corefx/blob/master/LICENSE.TXT", StringComparison.Ordinal) == true ? "MIT" : null;

    /// <summary>The text of the license: the package's own text, otherwise the text for its SPDX id.</summary>
    public string LicenseText
    {
        get
        {
            string? own = Find("LICENSE*");
            string known = Path.Combine(Command.Root, "build", "licenses", $"{License}.txt");
            return own is not null ? Text.Read(own)
                : License == "MIT" ? $"{Copyright}\n\n{Text.Read(known)}"
                : File.Exists(known) ? Text.Read(known)
                : throw new CommandFailedException(
                    $"The license text of {_package.Id} {_package.Version} is not known. Add {Path.GetRelativePath(Command.Root, known)}.");
        }
    }

    /// <summary>The third-party notices of the package; null if it has none.</summary>
    public string? Notices => Find("THIRD-PARTY-NOTICES*") is { } file ? Text.Read(file) : null;

    private string? Find(string pattern) => Directory
        .GetFiles(_package.Folder, pattern, new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive })
        .Order(StringComparer.Ordinal)
        .FirstOrDefault();

    private XElement? Element(string name) => _metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name);

    private string? Value(string name) => Element(name)?.Value.Trim() is { Length: > 0 } value ? value : null;
}
