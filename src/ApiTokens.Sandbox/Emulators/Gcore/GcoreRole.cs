using System.Text.Json.Serialization;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Gcore;

/// <summary>A role of users and tokens.</summary>
internal sealed record GcoreRole(int Id, string Name)
{
    /// <summary>The roles by privilege, highest first (contracts/gcore.md, 1.7). The ids are not in this order.</summary>
    private static readonly GcoreRole[] RolesByPrivilege =
        [.. Resource.Json("gcore-roles.json").EnumerateArray().Select(role =>
            new GcoreRole(role.GetProperty("id").GetInt32(), role.GetProperty("name").GetString()!))];

    public static GcoreRole Administrators { get; } = OfId(1);

    public static GcoreRole Engineers { get; } = OfId(5);

    public static GcoreRole Users { get; } = OfId(2);

    [JsonIgnore]
    public bool IsAdministrator => this == Administrators;

    public static GcoreRole OfId(int id) => Find(id) ?? throw new ArgumentOutOfRangeException(nameof(id));

    public static GcoreRole? Find(int id) => Array.Find(RolesByPrivilege, role => role.Id == id);

    public static GcoreRole? Find(string name) => Array.Find(RolesByPrivilege, role => role.Name == name);

    /// <summary>Determines whether a caller with this role may issue a token with another role.</summary>
    public bool MayIssue(GcoreRole other) => Array.IndexOf(RolesByPrivilege, this) <= Array.IndexOf(RolesByPrivilege, other);
}
