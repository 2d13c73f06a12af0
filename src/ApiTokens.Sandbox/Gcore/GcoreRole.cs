using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox.Gcore;

/// <summary>A role of users and tokens.</summary>
internal sealed record GcoreRole(int Id, string Name)
{
    /// <summary>The ladder, highest first. The ids are not ordered by rank.</summary>
    private static readonly GcoreRole[] Ladder =
    [
        new(1, "Administrators"),
        new(5, "Engineers"),
        new(3009, "Purge and Prefetch only (API+Web)"),
        new(3022, "Purge and Prefetch only (API)"),
        new(2, "Users"),
    ];

    public static GcoreRole Administrators => Ladder[0];

    public static GcoreRole Engineers => Ladder[1];

    public static GcoreRole Users => Ladder[^1];

    [JsonIgnore]
    public bool IsAdministrator => this == Administrators;

    public static GcoreRole OfId(int id) => Find(id) ?? throw new ArgumentOutOfRangeException(nameof(id));

    public static GcoreRole? Find(int id) => Array.Find(Ladder, role => role.Id == id);

    public static GcoreRole? Find(string name) => Array.Find(Ladder, role => role.Name == name);

    /// <summary>Whether a caller with this role may issue a token with another.</summary>
    public bool MayIssue(GcoreRole other) => Array.IndexOf(Ladder, this) <= Array.IndexOf(Ladder, other);
}
