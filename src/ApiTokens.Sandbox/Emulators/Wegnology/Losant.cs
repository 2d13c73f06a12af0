using ApiTokens.Sandbox.Http;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>What Losant's API 1.30 has in addition to WEGnology's (contracts/wegnology.md, 1.5 and 1.13).</summary>
internal static class Losant
{
    /// <summary>The first segment of the paths at which the emulator behaves as Losant.</summary>
    public const string Prefix = "losant";

    private const int MaxOrganizations = 25;
    private const int MaxResources = 100;

    private static readonly string[] Roles = ["admin", "edit", "collaborate", "view", "none"];
    private static readonly string[] ResourceRoles = ["collaborate", "view", "none"];

    /// <summary>Determines whether a request is addressed to Losant.</summary>
    public static bool Is(HttpRequest request) => request.Path.StartsWithSegments($"/{Prefix}");

    /// <summary>Returns the fields that a body may have: only Losant accepts roles, and only for tokens of users.</summary>
    public static string[] Fields(HttpRequest request, Owner owner, params string[] fields) =>
        Is(request) && owner.Type == Owner.User ? [.. fields, "defaultRole", "orgRoles"] : fields;

    public static string? ReadDefaultRole(RequestBody body) => ReadRole(body, "defaultRole", Roles);

    /// <summary>Reads the roles in organizations; null if the body does not have them.</summary>
    public static IReadOnlyList<OrganizationRole>? ReadOrganizationRoles(RequestBody body)
    {
        List<RequestBody>? items = body.Objects("orgRoles", "orgId", "role", "applicationRoles", "dashboardRoles");
        RequireAtMost(MaxOrganizations, "orgRoles", items);
        return items?.ConvertAll(item => new OrganizationRole(
            ReadId(item, "orgId", orSandbox: true),
            ReadRole(item, "role", Roles) ?? throw WegnologyErrors.Validation("role is required"))
        {
            ApplicationRoles = ReadResourceRoles(item, "applicationRoles"),
            DashboardRoles = ReadResourceRoles(item, "dashboardRoles"),
        });
    }

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

    private static List<ResourceRole>? ReadResourceRoles(RequestBody body, string field)
    {
        List<RequestBody>? items = body.Objects(field, "resourceId", "role");
        RequireAtMost(MaxResources, field, items);
        return items?.ConvertAll(item => new ResourceRole(
            ReadId(item, "resourceId", orSandbox: false),
            ReadRole(item, "role", ResourceRoles) ?? throw WegnologyErrors.Validation("role is required")));
    }

    private static string ReadId(RequestBody body, string field, bool orSandbox)
    {
        string id = body.Text(field) ?? throw WegnologyErrors.Validation($"{field} is required");
        if (!(orSandbox && id == "sandbox"))
        {
            WegnologyRules.RequireId(field, id);
        }

        return id;
    }

    private static string? ReadRole(RequestBody body, string field, string[] roles) => body.Text(field) switch
    {
        null => null,
        string role when roles.Contains(role, StringComparer.Ordinal) => role,
        _ => throw WegnologyErrors.Validation($"{field} must be one of {string.Join(", ", roles)}"),
    };

    private static void RequireAtMost(int max, string field, List<RequestBody>? items)
    {
        if (items?.Count > max)
        {
            throw WegnologyErrors.Validation($"{field} must have at most {max} items");
        }
    }
}

/// <summary>The maximum role of a token in an organization (contracts/wegnology.md, 1.5).</summary>
internal sealed record OrganizationRole(string OrgId, string Role)
{
    public IReadOnlyList<ResourceRole>? ApplicationRoles { get; init; }

    public IReadOnlyList<ResourceRole>? DashboardRoles { get; init; }
}

/// <summary>The maximum role of a token for an application or a dashboard.</summary>
internal sealed record ResourceRole(string ResourceId, string Role);
