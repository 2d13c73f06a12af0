using System.Globalization;

namespace ApiTokens.PowerShell.Display;

/// <summary>Adds the time of a staged removal to the action of a confirmation prompt.</summary>
internal static class StageText
{
    public static string Of(string action, TimeSpan after) => action.StartsWith("Remove", StringComparison.Ordinal)
        ? $"{action} at {Time(after)}"
        : $"{action} and remove it at {Time(after)}";

    private static string Time(TimeSpan after) => after > TimeSpan.Zero && after < TimeSpan.FromDays(3653)
        ? (Clock.UtcNow + after).ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture)
        : after.ToString("c", CultureInfo.InvariantCulture);
}
