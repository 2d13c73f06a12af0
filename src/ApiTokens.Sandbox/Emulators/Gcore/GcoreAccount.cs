namespace ApiTokens.Sandbox.Emulators.Gcore;

/// <summary>The account of the sandbox and its users.</summary>
internal static class GcoreAccount
{
    public const int ClientId = 1001;

    public const string ClientIdText = "1001";

    public const string CompanyName = "Example Ltd";

    public static readonly IReadOnlyList<GcoreUser> Users =
    [
        new(2001, "Ada Admin", "admin@example.com", GcoreRole.Administrators),
        new(2002, "Uma User", "user@example.com", GcoreRole.Engineers),
        new(2003, "John Doe", "jdoe@example.com", GcoreRole.Engineers),
        new(2004, "Lee Leaver", "leaver@example.com", GcoreRole.Users),
        new(2005, "Anna Smith", "asmith@example.com", GcoreRole.Users),
    ];

    /// <summary>The issuers of generated tokens.</summary>
    public static readonly IReadOnlyList<GcoreUser> Issuers = [.. Users.Take(4)];

    /// <summary>The users who can sign in.</summary>
    public static readonly IReadOnlyDictionary<string, GcoreUser> People = new Dictionary<string, GcoreUser>
    {
        ["administrator"] = Users[0],
        ["engineer"] = Users[2],
        ["user"] = Users[4],
    };

    public static GcoreUser Administrator => Users[0];

    public static GcoreUser User(int id) => Users.First(user => user.Id == id);
}

internal sealed record GcoreUser(int Id, string Name, string Email, GcoreRole Role);
