using System.Text;

namespace ApiTokens.Build;

/// <summary>Writes ThirdPartyNotices.txt with the authors and licenses of the packages that the module ships.</summary>
internal static class Notices
{
    public const string FileName = "ThirdPartyNotices.txt";

    public static void Write(string module)
    {
        var text = new StringBuilder(
            "ApiTokens ships unchanged files of these packages, or was compiled with their source. Their licenses follow the list.\n\n");
        (ShippedPackage Package, PackageManifest Manifest)[] packages =
            [.. ShippedPackages.Read(module).Select(package => (package, new PackageManifest(package)))];
        foreach ((ShippedPackage package, PackageManifest manifest) in packages)
        {
            string license = manifest.License ?? "its own license, below";
            text.Append($"{package.Id} {package.Version}\n    {license}; {manifest.Copyright}\n    {manifest.Origin}\n");
        }

        Append(text, packages.Select(item => (item.Package, (string?)item.Manifest.LicenseText)), "License of");
        Append(text, packages.Select(item => (item.Package, item.Manifest.Notices)), "Notices of");
        Text.Write(Path.Combine(module, FileName), text.ToString());
    }

    // Many packages have the same text. It is written once, with the names of these packages.
    private static void Append(StringBuilder text, IEnumerable<(ShippedPackage Package, string? Text)> items, string heading)
    {
        string rule = new('=', 80);
        foreach (IGrouping<string?, ShippedPackage> same in
            items.Where(item => item.Text is not null).GroupBy(item => item.Text, item => item.Package))
        {
            text.Append($"\n{rule}\n{heading} {string.Join(", ", same.Select(package => package.Id))}\n{rule}\n\n{same.Key}\n");
        }
    }
}
