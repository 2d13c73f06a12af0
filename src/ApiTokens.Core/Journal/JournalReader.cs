using System.Text;
using System.Text.Json;

namespace ApiTokens.Journal;

/// <summary>The content of a journal.</summary>
/// <param name="Header">The first line; null if it is missing or incomplete.</param>
/// <param name="Entries">The other lines, in order.</param>
/// <param name="Length">The length of the complete lines, in bytes.</param>
internal sealed record JournalContent(JournalEntry? Header, IReadOnlyList<JournalEntry> Entries, long Length);

/// <summary>Reads journals. An incomplete last line, which a terminated process may leave, is ignored.</summary>
internal static class JournalReader
{
    private const string JournalPath = "JournalPath";

    // A line with the longest valid names and ids is shorter.
    private const int MaxLineLength = 1024 * 1024;

    /// <summary>Reads a journal.</summary>
    /// <param name="file">The file, positioned at its start.</param>
    /// <param name="path">The path, for errors.</param>
    /// <param name="field">The field with the path, for errors.</param>
    /// <returns>The lines of the journal.</returns>
    /// <exception cref="ApiTokenException"><c>JournalMismatch</c>: the file is not a journal.</exception>
    public static JournalContent Read(Stream file, string path, string field = JournalPath)
    {
        JournalEntry? header = null;
        var entries = new List<JournalEntry>();
        long length = 0;
        foreach ((string line, long end) in CompleteLines(file, path, field))
        {
            length = end;
            JournalEntry entry = Parse(line) ?? throw NotJournal(field, $"the journal '{path}' has a line that ApiTokens did not write.");
            if (header is not null)
            {
                entries.Add(entry);
                continue;
            }

            header = entry is { Event: JournalEvents.Header, Accounts: not null }
                ? entry
                : throw NotJournal(field, $"'{path}' is not an ApiTokens journal.");
        }

        return header is null && file.Length > 0 && !StartsLikeHeader(file)
            ? throw NotJournal(field, $"'{path}' is not an ApiTokens journal.")
            : new JournalContent(header, entries, length);
    }

    internal static ApiTokenException Mismatch(string reason, string action) =>
        ApiTokenException.OfField(JournalPath, ErrorKind.InvalidOperation, $"the journal {reason}.", action, ErrorIds.JournalMismatch);

    private static ApiTokenException NotJournal(string field, string message) => ApiTokenException.OfField(
        field,
        ErrorKind.InvalidOperation,
        message,
        field == JournalPath
            ? "Specify the path of an existing journal, or of a file that does not exist yet."
            : "Specify the path of a journal.",
        ErrorIds.JournalMismatch);

    private static bool StartsLikeHeader(Stream file)
    {
        var start = new byte[128];
        file.Seek(0, SeekOrigin.Begin);
        string text = Encoding.UTF8.GetString(start, 0, file.Read(start, 0, start.Length));
        return HasCommonStart(text, "{\"time\":\"")
            && (text.IndexOf("\",", StringComparison.Ordinal) is var end
                && end < 0 || HasCommonStart(text.Substring(end), "\",\"event\":\"journal\","));
    }

    private static bool HasCommonStart(string text, string expected)
    {
        int length = Math.Min(text.Length, expected.Length);
        return string.CompareOrdinal(text, 0, expected, 0, length) == 0;
    }

    private static IEnumerable<(string Line, long End)> CompleteLines(Stream file, string path, string field)
    {
        var line = new List<byte>();
        var buffer = new byte[64 * 1024];
        long position = 0;
        for (int read = file.Read(buffer, 0, buffer.Length); read > 0; read = file.Read(buffer, 0, buffer.Length))
        {
            for (int i = 0; i < read; i++)
            {
                position++;
                if (buffer[i] != '\n')
                {
                    line.Add(buffer[i]);
                    if (line.Count > MaxLineLength)
                    {
                        throw NotJournal(field, $"the journal '{path}' has a line that is too long for a journal entry.");
                    }

                    continue;
                }

                yield return (Encoding.UTF8.GetString([.. line]), position);
                line.Clear();
            }
        }
    }

    private static JournalEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, JournalJson.Default.JournalEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
