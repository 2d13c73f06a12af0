namespace ApiTokens.Build;

/// <summary>Reads and writes text files with the same line breaks on every system.</summary>
internal static class Text
{
    public static string Read(string path) => File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal).Trim();

    public static void Write(string path, string text) => File.WriteAllText(path, text.TrimEnd() + "\n");
}
