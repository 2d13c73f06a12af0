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

    /// <summary>Determines whether a text consists of hexadecimal digits.</summary>
    public static bool IsHex(string text)
    {
        // A loop, because it runs for each token of a list.
        foreach (char c in text)
        {
            if (c is not ((>= '0' and <= '9') or (>= 'a' and <= 'f') or (>= 'A' and <= 'F')))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns hexadecimal digits in lower case.</summary>
    public static string LowerHex(string digits) => digits.ToLowerInvariant();
}
