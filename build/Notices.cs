using System.Text;

namespace ApiTokens.Build;

/// <summary>Writes ThirdPartyNotices.txt: whose work the module ships, and under which licence.</summary>
internal static class Notices
{
    public const string FileName = "ThirdPartyNotices.txt";

    public static void Write(string module)
    {
        var text = new StringBuilder("ApiTokens ships files of these packages, unchanged, or was compiled with their source. Their licences follow the list.\n\n");
        (ShippedPackage Package, PackageManifest Manifest)[] packages = [.. ShippedPackages.Read(module).Select(package => (package, new PackageManifest(package)))];
        foreach ((ShippedPackage package, PackageManifest manifest) in packages)
        {
            text.Append($"{package.Id} {package.Version}\n    {manifest.License ?? "its own licence, below"}; {manifest.Copyright}\n    {manifest.Origin}\n");
        }

        Append(text, packages.Select(each => (each.Package, (string?)each.Manifest.LicenseText)), "The licence of");
        Append(text, packages.Select(each => (each.Package, each.Manifest.Notices)), "What comes with");
        Text.Write(Path.Combine(module, FileName), text.ToString());
    }

    // Many packages have the same text: it stands there once, under the names of all of them.
    private static void Append(StringBuilder text, IEnumerable<(ShippedPackage Package, string? Text)> each, string what)
    {
        foreach (IGrouping<string?, ShippedPackage> same in each.Where(one => one.Text is not null).GroupBy(one => one.Text, one => one.Package))
        {
            text.Append($"\n{new string('=', 80)}\n{what} {string.Join(", ", same.Select(package => package.Id))}\n{new string('=', 80)}\n\n{same.Key}\n");
        }
    }
}
