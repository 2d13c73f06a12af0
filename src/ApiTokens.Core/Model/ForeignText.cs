using System.Text.RegularExpressions;

namespace ApiTokens;

/// <summary>
/// The one place that each text from outside passes before it is shown or recorded: responses, headers, exceptions of other
/// libraries, arguments, ids and names. It masks secrets, and replaces characters that could control or mislead a terminal.
/// </summary>
/// <remarks>
/// A token record keeps the names of the service, because they are compared. They pass this class when they are shown. The
/// constructor of <see cref="ApiTokenException"/> calls <see cref="InMessage"/>, so no error can leave it out.
/// </remarks>
public static partial class ForeignText
{
    /// <summary>Replaces a secret.</summary>
    internal const string Masked = "***";
    private const int MaxArgumentLength = 200;
    private const int MaxNameLength = 255;
    private const int MaxJournalLength = 1024;

    // Masking takes time for each character, and gives up after some seconds. The longest valid text has 32,767 characters.
    private const int MaxTextLength = 64 * 1024;
    private const int MaxSecretLength = 16 * 1024;

    private static readonly char[] WordEnds = [' ', '"', '\'', ',', ';', '\n'];

    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Masks the complete secrets of the services. The catalogue of services sets it, because the model does not know the services.
    /// </summary>
    internal static Func<string, string> MaskServiceSecrets { get; set; } = text => text;

    /// <summary>Masks the secrets of the services, and also parts of them. Names and dates can look like such parts.</summary>
    internal static Func<string, string> MaskPartsOfServiceSecrets { get; set; } = text => text;

    /// <summary>Returns a text for a view or a report: one line in which each hidden character is visible, as <c>[U+202E]</c>.</summary>
    /// <param name="text">A text from a service; may be null.</param>
    /// <returns>The line, with the secrets of the services replaced by <c>***</c>.</returns>
    public static string InView(string? text) => text is null or "" ? string.Empty : Visible(MaskServiceSecrets(Limit(text)));

    /// <summary>Returns a text for a message, a prompt or a warning.</summary>
    /// <param name="text">A text with foreign parts.</param>
    /// <returns>One line, with secrets replaced by <c>***</c>, and control and bidirectional characters by U+FFFD.</returns>
    public static string InMessage(string text) => Printable(MaskComplete(text));

    /// <summary>
    /// Masks values that look like a secret or a part of one, for example if a user entered a secret instead of an id.
    /// </summary>
    /// <param name="text">An argument, or a text of a service.</param>
    /// <returns>The text, with secrets replaced by <c>***</c>.</returns>
    public static string Mask(string text) => Patterns.LikelySecret.Replace(MaskPartsOfServiceSecrets(Limit(text)), Masked);

    /// <summary>Returns an invalid argument for the message that rejects it.</summary>
    /// <param name="argument">The argument, which may be a misplaced secret.</param>
    /// <returns>At most 200 characters in one line, with secrets replaced by <c>***</c>.</returns>
    public static string Argument(string argument) => Shorten(Printable(Mask(argument)), MaxArgumentLength);

    /// <summary>Returns an id or a name for a journal, in which a line that is too long could not be read again.</summary>
    internal static string InJournal(string text) => Shorten(text, MaxJournalLength);

    /// <summary>Returns a text that is cut after a number of characters; the longest valid name by default.</summary>
    internal static string Shorten(string text, int maxLength = MaxNameLength)
    {
        if (text.Length <= maxLength)
        {
            return text;
        }

        int length = char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength;
        return text.Substring(0, length) + "…";
    }

    /// <summary>Returns the beginning of a long text without its last word: a secret that was cut would not be recognized.</summary>
    internal static string CutAtWord(string text, int maxLength, int maxSecretLength)
    {
        if (text.Length <= maxLength)
        {
            return text;
        }

        int end = text.LastIndexOfAny(WordEnds, maxLength, maxSecretLength);
        return text.Substring(0, end < 0 ? maxLength - maxSecretLength : end);
    }

    /// <summary>Returns an exception that is safe to be the cause of another one: no text of it or of its causes has a secret.</summary>
    /// <param name="error">The exception; may be null.</param>
    /// <returns>The exception itself if it is safe, otherwise one with its type and its text.</returns>
    public static Exception? Of(Exception? error) => Of(error, text => text);

    /// <summary>Returns a correlation id; null if it does not have the format of one, or has a secret or a part of one.</summary>
    internal static string? CorrelationId(string? value, System.Security.SecureString? secret) =>
        value is not null && Patterns.CorrelationIdFormat.IsMatch(value) && MaskServiceSecrets(value) == value && !SharesPart(value, secret)
            ? value
            : null;

    /// <summary>Returns an exception from which another function has removed secrets too.</summary>
    internal static Exception? Of(Exception? error, Func<string, string> redact)
    {
        if (error is null or ApiTokenException or RedactedException)
        {
            return error;
        }

        string text = error.ToString();
        string safe = Lines(MaskComplete(redact(text)));
        return safe == text ? error : new RedactedException(error.GetType(), InMessage(redact(error.Message)), safe);
    }

    private static string MaskComplete(string text) => Patterns.LikelySecret.Replace(MaskServiceSecrets(Limit(text)), Masked);

    private static string Limit(string text) =>
        text.Length <= MaxTextLength ? text : CutAtWord(text, MaxTextLength, MaxSecretLength) + "…";

    // In a class of their own, because a connection without errors and warnings needs none of them. .NET creates them with the first use.
    private static class Patterns
    {
        // A long hexadecimal number, or a long word with both digits and letters. It also matches secrets of unknown services.
        public static readonly Regex LikelySecret = new(
            @"\b[0-9a-fA-F]{25,}\b|\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{40,}", RegexOptions.CultureInvariant, MatchTimeout);

        public static readonly Regex CorrelationIdFormat = new(
            @"\A[A-Za-z0-9_.:-]{1,128}\z", RegexOptions.CultureInvariant, MatchTimeout);

        public static readonly Regex Word = new(@"[\w$.+/=~-]{4,}", RegexOptions.CultureInvariant, MatchTimeout);

        // Finds a part of the credential also if other text is attached to it: token=…, /tokens/…, APIKey-….
        public static readonly Regex Part = new("[A-Za-z0-9]{4,}", RegexOptions.CultureInvariant, MatchTimeout);
    }
}

/// <summary>Replaces an exception of another library whose text has a secret or control characters.</summary>
internal sealed class RedactedException(Type type, string message, string text) : Exception($"{type.Name}: {message}")
{
    /// <summary>Returns the text of the exception, with its stack trace and its causes.</summary>
    public override string ToString() => text;
}
