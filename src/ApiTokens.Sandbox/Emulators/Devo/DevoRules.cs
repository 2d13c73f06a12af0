using System.Collections.Immutable;

namespace ApiTokens.Sandbox.Emulators.Devo;

/// <summary>The data and rules of the Devo domain.</summary>
internal static class DevoRules
{
    public const string Domain = "example-domain";

    public const string Administrator = "admin@example.com";

    /// <summary>The default scope of a token.</summary>
    public const string AllTables = "table://*.** level://admin";

    /// <summary>
    /// The audience of tokens that may call the Credentials API. Inferred: Devo's console calls the type "Credentials API", but its
    /// audience is not documented; the sandbox defines this name.
    /// </summary>
    public const string CredentialsAudience = "credentials";

    /// <summary>The lifetime of a new token. Inferred: a request has no field for it, but every token has an expiry.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>The users of the domain.</summary>
    public static readonly ImmutableArray<string> Users =
        [Administrator, "user@example.com", "jdoe@example.com", "leaver@example.com", "ci@example.com"];

    /// <summary>The users whose role has the permission API Credentials with the level Manage.</summary>
    private static readonly ImmutableArray<string> Managers = [Administrator, "jdoe@example.com", "ci@example.com"];

    /// <summary>The users whose role has this permission with the level View.</summary>
    private static readonly ImmutableArray<string> Viewers = ["user@example.com"];

    /// <summary>The people who can sign in, besides the administrator.</summary>
    public static readonly ImmutableArray<(string Name, string User)> People = [("engineer", Managers[1]), ("user", Viewers[0])];

    private static readonly HashSet<string> Audiences =
        ["aggregations", "apiv2", "apiv2-admin", "alerts", "http", CredentialsAudience];

    /// <summary>Determines whether a user may change the tokens of the domain and see all of them.</summary>
    public static bool MayManage(string user) => Managers.Contains(user);

    /// <summary>
    /// Determines whether a user may have a token with an audience: it is checked against the policies of the user (2.2).
    /// </summary>
    public static bool MayHave(string user, string audience) =>
        !audience.Split(' ').Contains(CredentialsAudience) || MayManage(user) || Viewers.Contains(user);

    /// <summary>Determines whether an audience consists of known names, separated by spaces.</summary>
    public static bool IsAudience(string? audience)
    {
        string[] names = audience?.Split(' ') ?? [];
        return names.Length > 0 && names.All(Audiences.Contains);
    }

    /// <summary>Determines whether scopes are pairs of <c>table://</c> and <c>level://</c>, separated by spaces.</summary>
    public static bool IsScope(string scopes)
    {
        string[] parts = scopes.Split(' ');
        return parts.Length % 2 == 0
            && parts.Index().All(part => HasPrefix(part.Item, part.Index % 2 == 0 ? "table://" : "level://"));
    }

    private static bool HasPrefix(string part, string prefix) =>
        part.StartsWith(prefix, StringComparison.Ordinal) && part.Length > prefix.Length;
}
