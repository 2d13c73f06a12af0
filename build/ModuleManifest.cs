using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.Build;

/// <summary>
/// Completes the staged manifest by what only the build knows: the release notes, and where it comes from. It has no FileList:
/// PowerShell looks for each file that is listed at every import, which took a quarter of it.
/// </summary>
internal static partial class ModuleManifest
{
    /// <summary>Stands in the repository's manifest where no address is known yet; nobody can own it.</summary>
    public const string NoAddress = "https://apitokens.example";

    public static string Version => Match(VersionPattern(), Text.Read(Path.Combine(Command.Root, "ApiTokens.psd1")), "ModuleVersion");

    /// <summary>Completes the manifest of a module in which everything else has its place.</summary>
    public static void Complete(string module)
    {
        string file = Path.Combine(module, "ApiTokens.psd1");
        var text = new StringBuilder(Text.Read(file));
        if (Address() is { } address)
        {
            text.Replace(NoAddress, address);
        }

        InsertBefore(text, "            Tags ", $"            ReleaseNotes = {Quote(ReleaseNotes())}\n");
        Text.Write(file, text.ToString());
    }

    // The newest section of the changelog, without its heading.
    private static string ReleaseNotes() => Match(SectionPattern(), Text.Read(Path.Combine(Command.Root, "CHANGELOG.md")), "CHANGELOG.md").Trim();

    // Only a public address is of use to others; a clone of a folder has none.
    private static string? Address()
    {
        Match remote = RemotePattern().Match(Command.Ask("git", "remote", "get-url", "origin") ?? string.Empty);
        return remote.Success ? $"https://{remote.Groups["host"].Value}/{remote.Groups["path"].Value}" : null;
    }

    private static void InsertBefore(StringBuilder text, string line, string inserted)
    {
        int place = text.ToString().IndexOf($"\n{line}", StringComparison.Ordinal);
        text.Insert(place >= 0 ? place + 1 : throw new CommandFailedException($"ApiTokens.psd1 has no line '{line.Trim()}'."), inserted);
    }

    private static string Match(Regex pattern, string text, string what) =>
        pattern.Match(text) is { Success: true } match ? match.Groups[1].Value : throw new CommandFailedException($"Nothing was found for {what}.");

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"(?m)^\s*ModuleVersion\s*=\s*'([^']+)'")]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"(?ms)^## [^\n]*\n(.*?)(?=^## |\z)")]
    private static partial Regex SectionPattern();

    [GeneratedRegex(@"^(?:https://(?:[^@/]+@)?|(?:ssh://)?git@)(?<host>[^/:]+)[/:](?<path>.+?)(?:\.git)?/?$")]
    private static partial Regex RemotePattern();
}
