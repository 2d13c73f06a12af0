using System.Globalization;

namespace ApiTokens;

/// <summary>
/// Formats times relative to now. Views, findings and reports round in the same way: down, except that a unit counts as whole if less
/// than 1/288 of it is missing (five minutes of a day), so that a token that was just issued for 90 days expires in 90 days.
/// </summary>
public static class RelativeTime
{
    private const double Tolerance = 1.0 / 288;

    /// <summary>Formats the time until an expiry, in its largest unit.</summary>
    /// <param name="remaining">The time; negative if it has passed; null if there is none.</param>
    /// <returns>For example <c>in 5 d</c>, <c>3 h ago</c>, <c>never</c>.</returns>
    public static string Format(TimeSpan? remaining)
    {
        if (remaining is not { } time)
        {
            return "never";
        }

        string size = FormatSize(time.Duration());
        return time > TimeSpan.Zero ? $"in {size}" : $"{size} ago";
    }

    /// <summary>Returns the whole days of a time.</summary>
    /// <param name="time">The time.</param>
    /// <returns>The number of days; negative if the time has passed.</returns>
    public static int Days(TimeSpan time) => (int)Math.Floor(time.TotalDays + Tolerance);

    private static string FormatSize(TimeSpan size)
    {
        (double amount, string unit) = size switch
        {
            { TotalDays: >= 1 - Tolerance } => (size.TotalDays, "d"),
            { TotalHours: >= 1 - Tolerance } => (size.TotalHours, "h"),
            { TotalMinutes: >= 1 - Tolerance } => (size.TotalMinutes, "min"),
            _ => (size.TotalSeconds, "s"),
        };
        return string.Format(CultureInfo.InvariantCulture, "{0} {1}", Math.Floor(amount + Tolerance), unit);
    }
}
