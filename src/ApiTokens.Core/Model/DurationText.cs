using System.Globalization;

namespace ApiTokens;

/// <summary>
/// Parses durations such as <c>2w</c>, <c>90d</c>, <c>12h</c>, <c>30m</c>, <c>45s</c>, or in .NET's format: <c>90.00:00</c>.
/// </summary>
public static class DurationText
{
    /// <summary>Parses a duration.</summary>
    /// <param name="text">The text.</param>
    /// <param name="duration">The duration.</param>
    /// <returns>False if the text is not a duration or is out of range.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        text = text.Trim();
        duration = default;
        if (text.Length < 2)
        {
            return false;
        }

        bool number = double.TryParse(
            text.Substring(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double amount);
        double days = char.ToLowerInvariant(text[text.Length - 1]) switch
        {
            _ when !number => double.NaN,
            'w' => amount * 7,
            'd' => amount,
            'h' => amount / 24,
            'm' => amount / 1440,
            's' => amount / 86_400,
            _ => double.NaN,
        };
        if (double.IsNaN(days))
        {
            // .NET parses a number without a colon as days; that is ambiguous to a reader.
            return text.IndexOf(':') > 0 && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration);
        }

        if (days > TimeSpan.MaxValue.TotalDays - 1)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)Math.Round(days * TimeSpan.TicksPerDay));
        return true;
    }

    /// <summary>
    /// Parses calendar months: <c>6mo</c>, or <c>1y</c> for twelve. The length of a calendar month depends on its start, so it is not
    /// a duration.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="months">The number of months.</param>
    /// <returns>False if the text is not a number of months or is out of range.</returns>
    public static bool TryParseMonths(string text, out int months)
    {
        text = text.Trim();
        months = 0;
        (int suffixLength, int factor) = text.EndsWith("mo", StringComparison.OrdinalIgnoreCase) ? (2, 1)
            : text.EndsWith("y", StringComparison.OrdinalIgnoreCase) ? (1, 12)
            : (0, 0);
        string number = text.Substring(0, text.Length - suffixLength);
        if (suffixLength == 0
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            || count > 1200 / factor)
        {
            return false;
        }

        months = count * factor;
        return true;
    }
}
