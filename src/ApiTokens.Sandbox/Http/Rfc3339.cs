using System.Globalization;

namespace ApiTokens.Sandbox.Http;

/// <summary>Parses RFC 3339 timestamps. A date without a time or without an offset is not valid.</summary>
internal static class Rfc3339
{
    private static readonly string[] Formats =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    public static DateTimeOffset? Parse(string? text) => DateTimeOffset.TryParseExact(
        text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}
