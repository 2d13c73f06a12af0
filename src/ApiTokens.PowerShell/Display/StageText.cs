using System.Globalization;
using ApiTokens.Journal;

namespace ApiTokens.PowerShell.Display;

/// <summary>Describes tokens that are to be retired later.</summary>
internal static class StageText
{
    /// <summary>Adds the time of a staged removal to the action of a confirmation prompt.</summary>
    public static string Of(string action, TimeSpan after) => action.StartsWith("Remove", StringComparison.Ordinal)
        ? $"{action} at {Time(after)}"
        : $"{action} and remove it at {Time(after)}";

    /// <summary>Returns how many tokens are waiting, and which is due next.</summary>
    public static string OfWaiting(IReadOnlyList<DueToken> waiting, DateTimeOffset now)
    {
        if (waiting.Count == 0)
        {
            return "No token is waiting.";
        }

        DueToken next = waiting[0];
        string count = waiting.Count == 1 ? "1 token is" : FormattableString.Invariant($"{waiting.Count:N0} tokens are");
        return ForeignText.InMessage(
            $"{count} waiting. The next is '{next.Name}' ({next.Id}) on {next.Connection}, due on "
            + FormattableString.Invariant($"{next.At:yyyy-MM-dd HH:mm} UTC ({RelativeTime.Format(next.At - now)})."));
    }

    private static string Time(TimeSpan after) => after > TimeSpan.Zero && after < TimeSpan.FromDays(3653)
        ? (Clock.UtcNow + after).ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture)
        : after.ToString("c", CultureInfo.InvariantCulture);
}
