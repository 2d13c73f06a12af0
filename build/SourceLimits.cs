using System.Globalization;
using System.Text.RegularExpressions;

namespace ApiTokens.Build;

/// <summary>Holds C# to the longest line that .editorconfig states, and source files to a number of lines.</summary>
internal static partial class SourceLimits
{
    private const int LongestFile = 300;

    public static int Run()
    {
        int longestLine = LongestLine();
        string listed = Command.Ask("git", "ls-files", "--cached", "--others", "--exclude-standard", "*.cs")
            ?? throw new CommandFailedException("'git ls-files' failed.");
        int tooLong = 0;
        foreach (string file in listed.Split('\n').Where(file => File.Exists(Path.Combine(Command.Root, file))))
        {
            string[] lines = File.ReadAllLines(Path.Combine(Command.Root, file));
            for (int i = 0; i < lines.Length; i++)
            {
                if (lines[i].Length > longestLine)
                {
                    Report($"{file}({i + 1}): {lines[i].Length} characters, {longestLine} are allowed.");
                }
            }

            if (lines.Length > LongestFile && !file.StartsWith("tests/", StringComparison.Ordinal))
            {
                Report($"{file}: {lines.Length} lines, {LongestFile} are allowed.");
            }
        }

        Console.WriteLine($"Lines and files that are too long: {tooLong}");
        return tooLong == 0 ? 0 : 1;

        void Report(string text)
        {
            Console.WriteLine(text);
            tooLong++;
        }
    }

    private static int LongestLine() =>
        LimitPattern().Match(File.ReadAllText(Path.Combine(Command.Root, ".editorconfig"))) is { Success: true } limit
        ? int.Parse(limit.Groups[1].Value, CultureInfo.InvariantCulture)
        : throw new CommandFailedException(".editorconfig has no max_line_length.");

    [GeneratedRegex(@"(?m)^max_line_length = (\d+)")]
    private static partial Regex LimitPattern();
}
