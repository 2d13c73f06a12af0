using System.Diagnostics;
using System.Text.Json;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Reads a journal, also while the module writes it.</summary>
public static class JournalFile
{
    /// <summary>The complete lines; incomplete and empty ones are skipped.</summary>
    public static IReadOnlyList<JsonElement> Read(string path) =>
    [
        .. ReadText(path).Split('\n').Select(line => line.TrimEnd('\r'))
            .Where(line => line.StartsWith('{') && line.EndsWith('}'))
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line)),
    ];

    // On Unix the writer's lock is advisory: only .NET observes it.
    private static string ReadText(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }

        using Process cat = Process.Start(new ProcessStartInfo("cat", [path]) { RedirectStandardOutput = true })!;
        string text = cat.StandardOutput.ReadToEnd();
        cat.WaitForExit();
        return text;
    }
}
