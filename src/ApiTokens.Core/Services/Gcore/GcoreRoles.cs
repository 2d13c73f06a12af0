using System.Globalization;
using ApiTokens.Http;

namespace ApiTokens.Services.Gcore;

/// <summary>The roles, highest first; a caller may give its own and those below (contracts/gcore.md, 1.7).</summary>
internal static class GcoreRoles
{
    public static readonly IReadOnlyList<GcoreRole> Ladder =
    [
        new(1, "Administrators"),
        new(5, "Engineers"),
        new(3009, "Purge and Prefetch only (API+Web)"),
        new(3022, "Purge and Prefetch only (API)"),
        new(2, "Users"),
    ];

    // The web form writes one of them differently.
    private const string WebSpelling = "Purge and Prefetch only (API and Web)";

    /// <summary>The role of that name or id; null if there is none.</summary>
    public static GcoreRole? Find(string nameOrId)
    {
        string name = string.Equals(nameOrId, WebSpelling, StringComparison.OrdinalIgnoreCase) ? Ladder[2].Name : nameOrId;
        return Ladder.FirstOrDefault(role =>
            string.Equals(role.Name, name, StringComparison.OrdinalIgnoreCase) || role.Id.ToString(CultureInfo.InvariantCulture) == name);
    }

    /// <summary>The role that a new token shall have.</summary>
    public static GcoreRole Require(string? nameOrId)
    {
        string names = string.Join(", ", Ladder.Select(role => $"'{role.Name}'"));
        if (string.IsNullOrWhiteSpace(nameOrId))
        {
            throw ApiTokenException.InvalidParameter("Role", "Gcore needs a role for a new token.", $"Give one of {names}, or its id.");
        }

        return Find(nameOrId!) ?? throw ApiTokenException.InvalidParameter("Role", $"there is no role '{nameOrId}'.", $"Give one of {names}, or its id.");
    }

    /// <summary>Refuses a role above the caller's.</summary>
    public static void CheckLadder(GcoreRole wanted, GcoreRole? own)
    {
        if (own is not null && Rank(wanted) < Rank(own))
        {
            throw ApiTokenException.InvalidParameter(
                "Role", $"'{wanted.Name}' is above '{own.Name}', the role of this connection.", $"Give '{own.Name}' or a role below it.");
        }
    }

    private static int Rank(GcoreRole role) => Ladder.TakeWhile(step => step != role).Count();
}

/// <summary>A role.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
internal sealed record GcoreRole(int Id, string Name);
