using System.Globalization;

namespace ApiTokens.Services;

/// <summary>The canonical forms of ids that several services use.</summary>
internal static class TokenIds
{
    /// <summary>Returns a positive 64-bit number without leading zeros; null for any other text, such as digits of other scripts.</summary>
    public static string? Number(string text) =>
        text.All(c => c is >= '0' and <= '9') && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id)
        ? id.ToString(CultureInfo.InvariantCulture)
        : null;

    /// <summary>Returns hexadecimal digits in lower case.</summary>
    public static string LowerHex(string digits) =>
        new([.. digits.Select(c => c is >= 'A' and <= 'F' ? (char)(c + ('a' - 'A')) : c)]);
}
