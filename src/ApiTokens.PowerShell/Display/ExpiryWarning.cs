using System.Globalization;
using ApiTokens.Audit;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Display;

/// <summary>The warning about tokens that expire soon, in one line.</summary>
internal static class ExpiryWarning
{
    /// <summary>Returns the warning. The notice must have a token.</summary>
    public static string Of(TokenConnection connection, ExpiryNotice notice)
    {
        string part = notice.IsComplete
            ? string.Empty
            : string.Format(CultureInfo.InvariantCulture, "Of the first {0:N0} tokens, ", notice.Read);
        (string count, string first) = notice.Count == 1
            ? ("1 token expires", "on")
            : (string.Format(CultureInfo.InvariantCulture, "{0:N0} tokens expire", notice.Count), "the first on");
        string time = FormattableString.Invariant($"{notice.First!.ExpiresAt:yyyy-MM-dd HH:mm} UTC");
        return $"{connection.Name}: {part}{count} within 7 days, {first} {time}: {notice.First}. "
            + $"To list them: Get-ApiToken -Connection {CommandText.Pattern(connection.Name)} -ExpiringWithin 7d";
    }
}
