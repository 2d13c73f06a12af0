using System.Globalization;
using System.Text.RegularExpressions;

namespace ApiTokens.Build;

/// <summary>Checks the maximum line length of .editorconfig and the maximum number of lines of source files.</summary>
internal static partial class SourceLimits
{
    private const int MaxFileLength = 300;

    public static int Run()
    {
        int maxLineLength = MaxLineLength();
        string listed = Command.TryGetOutput("git", "ls-files", "--cached", "--others", "--exclude-standard", "*.cs")
            ?? throw new CommandFailedException("'git ls-files' failed.");
        int violations = 0;
        foreach (string file in listed.Split('\n').Where(file => File.Exists(Path.Combine(Command.Root, file))))
        {
            string[] lines = File.ReadAllLines(Path.Combine(Command.Root, file));
            for (int i = 0; i < lines.Length; i++)
            {
                if (lines[i].Length > maxLineLength)
                {
                    Report($"{file}({i + 1}): {lines[i].Length} characters; the limit is {maxLineLength}.");
                }
            }

            if (lines.Length > MaxFileLength && !file.StartsWith("tests/", StringComparison.Ordinal))
            {
                Report($"{file}: {lines.Length} lines; the limit is {MaxFileLength}.");
            }
        }

        Console.WriteLine($"Lines and files that exceed the limits: {violations}");
        return violations == 0 ? 0 : 1;

        void Report(string text)
        {
            Console.WriteLine(text);
            violations++;
        }
    }

    private static int MaxLineLength() =>
        LimitPattern().Match(File.ReadAllText(Path.Combine(Command.Root, ".editorconfig"))) is { Success: true } limit
        ? int.Parse(limit.Groups[1].Value, CultureInfo.InvariantCulture)
        : throw new CommandFailedException(".editorconfig has no max_line_length.");

    [GeneratedRegex(@"(?m)^max_line_length = (\d+)")]
    private static partial Regex LimitPattern();
}
