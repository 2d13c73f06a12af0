using System.Globalization;

namespace ApiTokens.Sandbox.Http;

/// <summary>Reads timestamps in the one form that JSON APIs promise; a date without time or without offset is none.</summary>
internal static class Rfc3339
{
    private static readonly string[] Forms =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    public static DateTimeOffset? Parse(string? text) => DateTimeOffset.TryParseExact(
        text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}
