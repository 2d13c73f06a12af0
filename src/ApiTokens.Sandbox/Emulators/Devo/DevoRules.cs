namespace ApiTokens.Sandbox.Emulators.Devo;

/// <summary>The data and rules of the one Devo domain.</summary>
internal static class DevoRules
{
    public const string Domain = "example-domain";

    public const string Administrator = "admin@example.com";

    /// <summary>The scope of a token for which none was asked.</summary>
    public const string AllTables = "table://*.** level://admin";

    /// <summary>
    /// The audience of tokens that may call the Credentials API. Inferred: Devo's console calls the type "Credentials API",
    /// but its audience is not published; the name is ours.
    /// </summary>
    public const string CredentialsAudience = "credentials";

    /// <summary>How long a new token lives. Inferred: a request has no field for it, yet every token has an expiry.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>The users that exist in the domain.</summary>
    public static readonly IReadOnlyList<string> Users =
        [Administrator, "user@example.com", "jdoe@example.com", "leaver@example.com", "ci@example.com"];

    private static readonly HashSet<string> Audiences =
        ["aggregations", "apiv2", "apiv2-admin", "alerts", "http", CredentialsAudience];

    /// <summary>An audience is one or more known names, separated by spaces.</summary>
    public static bool IsAudience(string? audience)
    {
        string[] names = audience?.Split(' ') ?? [];
        return names.Length > 0 && names.All(Audiences.Contains);
    }

    /// <summary>Scopes are pairs of <c>table://</c> and <c>level://</c>, separated by spaces.</summary>
    public static bool IsScope(string scopes)
    {
        string[] parts = scopes.Split(' ');
        return parts.Length % 2 == 0
            && parts.Index().All(part => Names(part.Item, part.Index % 2 == 0 ? "table://" : "level://"));
    }

    private static bool Names(string part, string prefix) => part.StartsWith(prefix, StringComparison.Ordinal) && part.Length > prefix.Length;
}
