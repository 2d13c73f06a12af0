using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.Leaks;

/// <summary>
/// Reads a file with leaked strings: one in a line, or a scanner's findings as text, CSV or JSON, in which secrets are found
/// by their form. No message of it has any of the text.
/// </summary>
public static class LeakFile
{
    private const long LargestFile = 256L * 1024 * 1024;
    private const int LongestLine = 16 * 1024 * 1024;
    private const int Sample = 4096;

    /// <summary>Reads the texts that may be secrets.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Each with the number of its line.</returns>
    /// <exception cref="ApiTokenException">There is no such file, or it is no text.</exception>
    public static IEnumerable<LeakedSecret> Read(string path)
    {
        string name = Path.GetFileName(path);
        using StreamReader reader = Open(path);
        for (int number = 1; ReadLine(reader, path) is { } line; number++)
        {
            foreach (string text in Search(line, number, path))
            {
                yield return new LeakedSecret(SecretText.ToSecureString(text), $"{name}:{number.ToString(CultureInfo.InvariantCulture)}");
            }
        }
    }

    private static string[] Search(string line, int number, string path)
    {
        try
        {
            return [.. SecretForms.In(line)];
        }
        catch (RegexMatchTimeoutException)
        {
            throw Invalid(path, $"has a line, number {number}, that takes too long to search", "Put line breaks into it: one finding a line.");
        }
    }

    private static StreamReader Open(string path)
    {
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.CanSeek && stream.Length > LargestFile)
            {
                stream.Dispose();
                throw Invalid(path, $"is larger than {LargestFile >> 20} MiB", "Split it.");
            }

            return new StreamReader(stream, Guess(stream, path), detectEncodingFromByteOrderMarks: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw ApiTokenException.OfField(
                "Path",
                e is FileNotFoundException or DirectoryNotFoundException ? ErrorKind.ObjectNotFound : ErrorKind.InvalidArgument,
                $"'{path}' cannot be read: {e.Message}",
                "Give a file of text that you may read.",
                "InvalidPath",
                e);
        }
    }

    // A mark at the start tells the encoding. Without one, text in UTF-16 has a zero in every other byte, and UTF-8 has none.
    private static Encoding Guess(FileStream stream, string path)
    {
        if (!stream.CanSeek)
        {
            return Encoding.UTF8;
        }

        var start = new byte[Sample];
        int read = stream.Read(start, 0, Sample);
        stream.Position = 0;
        bool hasMark = read >= 2 && ((start[0] == 0xFF && start[1] == 0xFE) || (start[0] == 0xFE && start[1] == 0xFF) || (read >= 4 && start[0] == 0 && start[1] == 0 && start[2] == 0xFE));
        int even = Enumerable.Range(0, read).Count(i => i % 2 == 0 && start[i] == 0);
        int odd = Enumerable.Range(0, read).Count(i => i % 2 == 1 && start[i] == 0);
        return (even, odd) switch
        {
            _ when hasMark => Encoding.UTF8,
            (0, 0) => Encoding.UTF8,
            (0, _) when odd > read / 3 => Encoding.Unicode,
            (_, 0) when even > read / 3 => Encoding.BigEndianUnicode,
            _ => throw Invalid(path, "is no text", "Give a file of text, in UTF-8 or UTF-16."),
        };
    }

    private static string? ReadLine(StreamReader reader, string path)
    {
        var line = new StringBuilder();
        for (int c = reader.Read(); c >= 0; c = reader.Read())
        {
            if (c == '\n')
            {
                return line.ToString();
            }

            if (line.Length >= LongestLine)
            {
                throw Invalid(path, $"has a line of more than {LongestLine >> 20} MiB", "Put line breaks into it: one finding a line.");
            }

            line.Append((char)c);
        }

        return line.Length > 0 ? line.ToString() : null;
    }

    private static ApiTokenException Invalid(string path, string what, string action) => ApiTokenException.InvalidParameter("Path", $"'{path}' {what}.", action);
}
