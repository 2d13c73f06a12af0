using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Services.Gcore;

/// <summary>The roles by privilege, highest first. A caller can assign its own role and lower ones (contracts/gcore.md, 1.7).</summary>
internal static class GcoreRoles
{
    public static readonly IReadOnlyList<GcoreRole> RolesByPrivilege = Load();

    /// <summary>Finds a role by name, alias or id; returns null if it does not exist.</summary>
    public static GcoreRole? Find(string nameOrId) => RolesByPrivilege.FirstOrDefault(role =>
        string.Equals(role.Name, nameOrId, StringComparison.OrdinalIgnoreCase)
        || role.Aliases?.Contains(nameOrId, StringComparer.OrdinalIgnoreCase) == true
        || role.Id.ToString(CultureInfo.InvariantCulture) == nameOrId);

    /// <summary>Returns the role of a new token, or throws if it is missing or does not exist.</summary>
    public static GcoreRole Require(string? nameOrId)
    {
        string names = string.Join(", ", RolesByPrivilege.Select(role => $"'{role.Name}'"));
        if (string.IsNullOrWhiteSpace(nameOrId))
        {
            throw ApiTokenException.InvalidParameter(
                "Role", "Gcore requires a role for a new token.", $"Specify one of {names}, or its id.");
        }

        return Find(nameOrId!) ?? throw ApiTokenException.InvalidParameter(
            "Role", $"the role '{ForeignText.Argument(nameOrId!)}' does not exist.", $"Specify one of {names}, or its id.");
    }

    /// <summary>Throws if a role is higher than the caller's.</summary>
    public static void RequireAtMost(GcoreRole role, GcoreRole? own)
    {
        if (own is not null && Rank(role) < Rank(own))
        {
            throw ApiTokenException.InvalidParameter(
                "Role", $"'{role.Name}' is higher than '{own.Name}', the role of this connection.",
                $"Specify '{own.Name}' or a lower role.");
        }
    }

    private static int Rank(GcoreRole role) => RolesByPrivilege.TakeWhile(other => other != role).Count();

    private static GcoreRole[] Load()
    {
        using Stream data = typeof(GcoreRoles).Assembly.GetManifestResourceStream("gcore-roles.json");
        return JsonSerializer.Deserialize(data, GcoreJson.Default.GcoreRoleArray)!;
    }
}

/// <summary>A role.</summary>
/// <param name="Id">The id.</param>
/// <param name="Name">The name in the API.</param>
/// <param name="Aliases">Other spellings of the name, such as the web form's.</param>
internal sealed record GcoreRole(
    [property: JsonPropertyName("id")] int Id,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("aliases")] string[]? Aliases = null);
