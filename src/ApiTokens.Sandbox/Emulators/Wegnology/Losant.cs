using ApiTokens.Sandbox.Http;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>What Losant's API 1.30 has in addition to WEGnology's (contracts/wegnology.md, 1.5 and 1.13).</summary>
internal static class Losant
{
    /// <summary>The first segment of the paths at which the emulator behaves as Losant.</summary>
    public const string Prefix = "losant";

    private static readonly string[] Roles = ["admin", "edit", "collaborate", "view", "none"];

    /// <summary>Determines whether a request is addressed to Losant.</summary>
    public static bool Is(HttpRequest request) => request.Path.StartsWithSegments($"/{Prefix}");

    /// <summary>Returns the fields that a body may have: only Losant accepts a role, and only for tokens of users.</summary>
    public static string[] Fields(HttpRequest request, Owner owner, params string[] fields) =>
        Is(request) && owner.Type == Owner.User ? [.. fields, "defaultRole"] : fields;

    public static string? ReadDefaultRole(RequestBody body) => body.Text("defaultRole") switch
    {
        null => null,
        string role when Roles.Contains(role, StringComparer.Ordinal) => role,
        _ => throw WegnologyErrors.Validation($"defaultRole must be one of {string.Join(", ", Roles)}"),
    };

    /// <summary>
    /// Returns the scopes that allow an action in addition to WEGnology's. Documented for the tokens of users; inferred for the others.
    /// </summary>
    public static IEnumerable<string> AlsoAccepted(string action)
    {
        string level = action.StartsWith(Owner.Application, StringComparison.Ordinal) ? "Application"
            : action.StartsWith(Owner.Instance, StringComparison.Ordinal) ? "Instance"
            : "User";
        bool reads = action.EndsWith(".get", StringComparison.Ordinal);
        return (level, reads) switch
        {
            ("User", true) => ["all.User.bounded", "only.User", "only.User.bounded", "only.User.read"],
            ("User", false) => ["only.User"],
            (_, true) => [$"all.{level}.bounded", "all.User.bounded"],
            _ => [],
        };
    }
}
