namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>The site of the sandbox and its users.</summary>
internal static class ApplicationUsersSite
{
    public const string Name = "example-site";

    public const string Administrator = "admin";

    public const string Clerk = "clerk";

    public static readonly IReadOnlyList<ApplicationUser> Users =
    [
        new(Administrator, "Ada Admin", Active: true, CanManageApiTokens: true),
        new(Clerk, "Clara Clerk", Active: true, CanManageApiTokens: false),
        new("jdoe", "John Doe", Active: true, CanManageApiTokens: false),
        new("asmith", "Anna Smith", Active: true, CanManageApiTokens: false),
        new("leaver", "Lee Leaver", Active: false, CanManageApiTokens: false),
    ];

    public static ApplicationUser? Find(string userId) => Users.FirstOrDefault(user => user.UserId == userId);

    /// <summary>Returns the id of a user in its original case. An unknown id is returned unchanged.</summary>
    public static string Canonical(string userId) =>
        Users.FirstOrDefault(user => user.UserId.Equals(userId, StringComparison.OrdinalIgnoreCase))?.UserId ?? userId;
}

/// <summary>A user of the site.</summary>
/// <param name="UserId">The Application User ID.</param>
/// <param name="Name">The user's name.</param>
/// <param name="Active">Whether the user is active.</param>
/// <param name="CanManageApiTokens">Whether the user's group has the control <c>Application Users &gt; API Tokens</c>.</param>
internal sealed record ApplicationUser(string UserId, string Name, bool Active, bool CanManageApiTokens)
{
    public string Email => $"{UserId}@example.com";
}
