using System.Globalization;

namespace ApiTokens;

/// <summary>Reads durations as people write them: <c>2w</c>, <c>90d</c>, <c>12h</c>, <c>30m</c>, or as .NET does: <c>90.00:00</c>.</summary>
public static class DurationText
{
    /// <summary>Reads a duration.</summary>
    /// <param name="text">The text.</param>
    /// <param name="duration">The duration.</param>
    /// <returns>False if it is none, or longer than there is time.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        text = text.Trim();
        duration = default;
        if (text.Length < 2)
        {
            return false;
        }

        bool number = double.TryParse(text.Substring(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double amount);
        double days = char.ToLowerInvariant(text[text.Length - 1]) switch
        {
            _ when !number => double.NaN,
            'w' => amount * 7,
            'd' => amount,
            'h' => amount / 24,
            'm' => amount / 1440,
            _ => double.NaN,
        };
        if (double.IsNaN(days))
        {
            // A number alone is days to .NET and could be anything to its reader.
            return text.IndexOf(':') > 0 && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration);
        }

        if (days > TimeSpan.MaxValue.TotalDays - 1)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)Math.Round(days * TimeSpan.TicksPerDay));
        return true;
    }

    /// <summary>Reads calendar months: <c>6mo</c>, or <c>1y</c> for twelve. They are no duration: how long they last depends on when they begin.</summary>
    /// <param name="text">The text.</param>
    /// <param name="months">The months.</param>
    /// <returns>False if it is none, or more than there is time.</returns>
    public static bool TryParseMonths(string text, out int months)
    {
        text = text.Trim();
        months = 0;
        (int suffix, int each) = text.EndsWith("mo", StringComparison.OrdinalIgnoreCase) ? (2, 1) : text.EndsWith("y", StringComparison.OrdinalIgnoreCase) ? (1, 12) : (0, 0);
        if (suffix == 0 || !int.TryParse(text.Substring(0, text.Length - suffix), NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count > 1200 / each)
        {
            return false;
        }

        months = count * each;
        return true;
    }
}
