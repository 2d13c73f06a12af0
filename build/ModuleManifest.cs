using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.Build;

/// <summary>
/// Adds the release notes and the address of the repository to the staged manifest. The manifest has no FileList, because PowerShell
/// searches for each listed file at every import, which took a quarter of the import time.
/// </summary>
internal static partial class ModuleManifest
{
    /// <summary>The placeholder for the address in the repository's manifest. The domain is reserved.</summary>
    public const string NoAddress = "https://apitokens.example";

    public static string Version => Match(VersionPattern(), Text.Read(Path.Combine(Command.Root, "ApiTokens.psd1")), "ModuleVersion");

    /// <summary>Completes the manifest of a staged module.</summary>
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
    private static string ReleaseNotes() =>
        Match(SectionPattern(), Text.Read(Path.Combine(Command.Root, "CHANGELOG.md")), "CHANGELOG.md").Trim();

    // Only a public address is used. A clone of a local folder has none.
    private static string? Address()
    {
        Match remote = RemotePattern().Match(Command.TryGetOutput("git", "remote", "get-url", "origin") ?? string.Empty);
        return remote.Success ? $"https://{remote.Groups["host"].Value}/{remote.Groups["path"].Value}" : null;
    }

    private static void InsertBefore(StringBuilder text, string line, string inserted)
    {
        int index = text.ToString().IndexOf($"\n{line}", StringComparison.Ordinal);
        text.Insert(index >= 0 ? index + 1 : throw new CommandFailedException($"ApiTokens.psd1 has no line '{line.Trim()}'."), inserted);
    }

    private static string Match(Regex pattern, string text, string name) =>
        pattern.Match(text) is { Success: true } match ? match.Groups[1].Value : throw new CommandFailedException($"{name} was not found.");

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"(?m)^\s*ModuleVersion\s*=\s*'([^']+)'")]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"(?ms)^## [^\n]*\n(.*?)(?=^## |\z)")]
    private static partial Regex SectionPattern();

    [GeneratedRegex(@"^(?:https://(?:[^@/]+@)?|(?:ssh://)?git@)(?<host>[^/:]+)[/:](?<path>.+?)(?:\.git)?/?$")]
    private static partial Regex RemotePattern();
}
