using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.Leaks;

/// <summary>
/// Reads a file with leaked secrets: one per line, or a scanner's report as text, CSV or JSON, in which secrets are recognized by
/// their format. Its messages never quote the file.
/// </summary>
public static class LeakFile
{
    private const long MaxFileSize = 256L * 1024 * 1024;
    private const int MaxPartLength = 256 * 1024;
    private const int SampleSize = 4096;

    private static readonly char[] Separators = [.. " \t\"'`,;:=<>()[]{}&|"];

    /// <summary>Reads the values that may be secrets.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>The values with their line numbers.</returns>
    /// <exception cref="ApiTokenException">The file does not exist, or it is not a text file.</exception>
    public static IEnumerable<LeakedSecret> Read(string path) => Read(path, CancellationToken.None);

    /// <summary>Reads the values that may be secrets.</summary>
    /// <param name="path">The path of the file, or of a pipe or a device, such as <c>/dev/stdin</c>.</param>
    /// <param name="cancellationToken">Ends waiting for a pipe that nobody writes to.</param>
    /// <returns>The values with their line numbers.</returns>
    /// <exception cref="ApiTokenException">The file does not exist, or it is not a text file.</exception>
    /// <exception cref="OperationCanceledException">Waiting was cancelled.</exception>
    public static IEnumerable<LeakedSecret> Read(string path, CancellationToken cancellationToken)
    {
        using IEnumerator<LeakedSecret> secrets = ReadFile(path).GetEnumerator();
        bool mayWait = FileTrust.IsSpecial(path);
        while (mayWait ? Next(secrets, cancellationToken) : secrets.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return secrets.Current;
        }
    }

    // Neither opening a pipe nor reading from it can be cancelled, so another thread does it. It ends with the pipe.
    private static bool Next(IEnumerator<LeakedSecret> secrets, CancellationToken cancellationToken)
    {
#pragma warning disable RS0030 // It reads a file, and nothing else.
        Task<bool> next = Task.Run(secrets.MoveNext, CancellationToken.None);
#pragma warning restore RS0030
        Task.WaitAny([next], cancellationToken);
        return next.GetAwaiter().GetResult();
    }

    private static IEnumerable<LeakedSecret> ReadFile(string path)
    {
        string name = Path.GetFileName(path);
        using StreamReader reader = Open(path);
        foreach ((string part, int number) in ReadParts(reader))
        {
            foreach (string text in Search(part, number, path))
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
            throw Invalid(path, $"takes too long to search at line {number}", "Put each finding on a line of its own.");
        }
    }

    private static StreamReader Open(string path)
    {
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.CanSeek && stream.Length > MaxFileSize)
            {
                stream.Dispose();
                throw Invalid(path, $"is larger than {MaxFileSize >> 20} MiB", "Split the file.");
            }

            return new StreamReader(stream, DetectEncoding(stream, path), detectEncodingFromByteOrderMarks: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw ApiTokenException.OfField(
                "Path",
                e is FileNotFoundException or DirectoryNotFoundException ? ErrorKind.ObjectNotFound : ErrorKind.InvalidArgument,
                $"'{path}' cannot be read: {e.Message}",
                "Specify a readable text file.",
                "InvalidPath",
                e);
        }
    }

    // A byte order mark identifies the encoding. Without one, UTF-16 text has a zero in every other byte, and UTF-8 text has none.
    private static Encoding DetectEncoding(FileStream stream, string path)
    {
        if (!stream.CanSeek)
        {
            return Encoding.UTF8;
        }

        var start = new byte[SampleSize];
        int read = stream.Read(start, 0, SampleSize);
        stream.Position = 0;
        bool hasByteOrderMark = read >= 2
            && ((start[0] == 0xFF && start[1] == 0xFE)
                || (start[0] == 0xFE && start[1] == 0xFF)
                || (read >= 4 && start[0] == 0 && start[1] == 0 && start[2] == 0xFE));
        int even = Enumerable.Range(0, read).Count(i => i % 2 == 0 && start[i] == 0);
        int odd = Enumerable.Range(0, read).Count(i => i % 2 == 1 && start[i] == 0);
        return (even, odd) switch
        {
            _ when hasByteOrderMark => Encoding.UTF8,
            (0, 0) => Encoding.UTF8,
            (0, _) when odd > read / 3 => Encoding.Unicode,
            (_, 0) when even > read / 3 => Encoding.BigEndianUnicode,
            _ => throw Invalid(path, "is not a text file", "Specify a text file in UTF-8 or UTF-16."),
        };
    }

    // Reads lines. A long line is cut where no secret can be, or, if there is no such place, anywhere: what is longer is no secret.
    private static IEnumerable<(string Part, int Line)> ReadParts(StreamReader reader)
    {
        var part = new StringBuilder();
        int number = 1;
        for (int c = reader.Read(); c >= 0; c = reader.Read())
        {
            if (c == '\n')
            {
                yield return (part.ToString(), number++);
                part.Clear();
                continue;
            }

            part.Append((char)c);
            if (part.Length == MaxPartLength)
            {
                string text = part.ToString();
                int end = text.LastIndexOfAny(Separators) + 1;
                yield return (end == 0 ? text : text.Substring(0, end), number);
                part.Clear();
                part.Append(text, end, end == 0 ? 0 : text.Length - end);
            }
        }

        if (part.Length > 0)
        {
            yield return (part.ToString(), number);
        }
    }

    private static ApiTokenException Invalid(string path, string reason, string action) =>
        ApiTokenException.InvalidParameter("Path", $"'{path}' {reason}.", action);
}
