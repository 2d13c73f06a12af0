namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Searches a text for secrets, whole or in part.</summary>
public static class SecretParts
{
    /// <summary>How many characters of a secret count as a part: services repeat some of a wrong secret.</summary>
    private const int Length = 8;

    /// <summary>The secrets of which some part is in a text.</summary>
    public static IReadOnlyList<string> Find(string text, params string[] secrets) =>
    [
        .. secrets.Where(secret => Enumerable.Range(0, Math.Max(0, secret.Length - Length + 1))
            .Any(start => text.Contains(secret.Substring(start, Length), StringComparison.Ordinal))),
    ];
}
