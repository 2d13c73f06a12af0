namespace ApiTokens.Build;

/// <summary>Text files that are the same on every system.</summary>
internal static class Text
{
    public static string Read(string path) => File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal).Trim();

    public static void Write(string path, string text) => File.WriteAllText(path, text.TrimEnd() + "\n");
}
