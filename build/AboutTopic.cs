using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.Build;

/// <summary>Converts Markdown with headings, paragraphs, lists and code to the plain text of a help topic, wrapped for a console.</summary>
internal static partial class AboutTopic
{
    private const int Width = 80;
    private const string Indent = "    ";

    public static string Of(string markdown)
    {
        var text = new StringBuilder();
        foreach (string block in BlockPattern().Matches(markdown).Select(match => match.Value.Trim('\n')))
        {
            Append(text, block);
            if (!block.StartsWith("##", StringComparison.Ordinal))
            {
                text.Append('\n');
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string block)
    {
        string[] lines = block.Split('\n');
        switch (lines[0])
        {
            case ['#', ' ', .. string name]:
                text.Append($"TOPIC\n{Indent}{name}\n");
                break;
            case ['#', '#', ' ', .. string title]:
                text.Append($"{title.ToUpperInvariant()}\n");
                break;
            case ['#', '#', '#', ' ', .. string title]:
                text.Append($"  {title}\n");
                break;
            case ['`', '`', '`', ..]:
                text.Append(string.Concat(lines[1..^1].Select(Code)));
                break;
            case ['|', ..]:
                throw new CommandFailedException($"A help topic cannot have a table: {lines[0]}");
            case ['-', ' ', ..]:
                foreach (string item in ItemPattern().Split(block).Where(item => item.Length > 0))
                {
                    Wrap(text, item, $"{Indent}- ", $"{Indent}  ");
                }

                break;
            default:
                Wrap(text, block, Indent, Indent);
                break;
        }
    }

    private static string Code(string line)
    {
        string indented = $"{Indent}  {line}".TrimEnd();
        return indented.Length <= Width
            ? $"{indented}\n"
            : throw new CommandFailedException($"A line of code is too wide for a help topic: {line}");
    }

    private static void Wrap(StringBuilder text, string block, string first, string next)
    {
        string line = first;
        bool started = false;
        foreach (string word in Plain(block).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (started && line.Length + 1 + word.Length > Width)
            {
                text.Append(line).Append('\n');
                (line, started) = (next, false);
            }

            line += started ? $" {word}" : word;
            started = true;
        }

        text.Append(line).Append('\n');
    }

    private static string Plain(string markdown) =>
        LinkPattern().Replace(markdown, "$1").Replace("`", string.Empty, StringComparison.Ordinal);

    // A code block may contain empty lines; any other block ends at an empty line.
    [GeneratedRegex(@"^```[^\n]*\n.*?^```$|^(?!\n).+?(?=\n\n|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex BlockPattern();

    [GeneratedRegex(@"(?:^|\n)- ")]
    private static partial Regex ItemPattern();

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)")]
    private static partial Regex LinkPattern();
}
