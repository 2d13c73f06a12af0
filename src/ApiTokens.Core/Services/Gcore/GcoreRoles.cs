using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Services.Gcore;

/// <summary>The roles, highest first; a caller may give its own and those below (contracts/gcore.md, 1.7).</summary>
internal static class GcoreRoles
{
    public static readonly IReadOnlyList<GcoreRole> RolesByPrivilege = Load();

    /// <summary>The role with that name, alias or id; null if there is none.</summary>
    public static GcoreRole? Find(string nameOrId) => RolesByPrivilege.FirstOrDefault(role =>
        string.Equals(role.Name, nameOrId, StringComparison.OrdinalIgnoreCase)
        || role.Aliases?.Contains(nameOrId, StringComparer.OrdinalIgnoreCase) == true
        || role.Id.ToString(CultureInfo.InvariantCulture) == nameOrId);

    /// <summary>The role that a new token shall have.</summary>
    public static GcoreRole Require(string? nameOrId)
    {
        string names = string.Join(", ", RolesByPrivilege.Select(role => $"'{role.Name}'"));
        if (string.IsNullOrWhiteSpace(nameOrId))
        {
            throw ApiTokenException.InvalidParameter("Role", "Gcore needs a role for a new token.", $"Give one of {names}, or its id.");
        }

        return Find(nameOrId!) ?? throw ApiTokenException.InvalidParameter("Role", $"there is no role '{nameOrId}'.", $"Give one of {names}, or its id.");
    }

    /// <summary>Refuses a role above the caller's.</summary>
    public static void RequireAtMost(GcoreRole wanted, GcoreRole? own)
    {
        if (own is not null && Rank(wanted) < Rank(own))
        {
            throw ApiTokenException.InvalidParameter(
                "Role", $"'{wanted.Name}' is above '{own.Name}', the role of this connection.", $"Give '{own.Name}' or a role below it.");
        }
    }

    private static int Rank(GcoreRole role) => RolesByPrivilege.TakeWhile(step => step != role).Count();

    private static GcoreRole[] Load()
    {
        using Stream data = typeof(GcoreRoles).Assembly.GetManifestResourceStream("gcore-roles.json");
        return JsonSerializer.Deserialize(data, GcoreJson.Default.GcoreRoleArray)!;
    }
}

/// <summary>A role.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name in the API.</param>
/// <param name="Aliases">Other spellings of its name, such as the web form's.</param>
internal sealed record GcoreRole(
    [property: JsonPropertyName("id")] int Id,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("aliases")] string[]? Aliases = null);
