namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>The tokens of a new site, in addition to the administrator's token.</summary>
internal static class ApplicationUsersSeed
{
    public const string AdministratorTokenId = "at_00000000000000000adm";

    /// <summary>The token that the clerk signs in with.</summary>
    public const string ClerkTokenId = $"{Prefix}{ClerkToken}";

    private const string Prefix = "at_";
    private const string ClerkToken = "clerkscreen000000006";

    public static UserToken AdministratorToken(DateTimeOffset now) => new()
    {
        Id = AdministratorTokenId,
        UserId = ApplicationUsersSite.Administrator,
        Name = "administrator",
        Access = ApiCatalogue.All(AccessLevel.Full),
        ExpirationMonths = 12,
        Created = now,
        CreatedBy = ApplicationUsersSite.Administrator,
        Expires = now.AddMonths(12),
    };

    /// <summary>Returns a token that is active again if it has expired or was revoked, so that its user can sign in.</summary>
    public static UserToken Reactivate(UserToken token, DateTimeOffset now) => token.Status(now) == TokenStatus.Active ? token : token with
    {
        Created = now,
        Expires = now.AddMonths(token.ExpirationMonths),
        Revoked = null,
    };

    public static IEnumerable<UserToken> Tokens(DateTimeOffset now) =>
    [
        Token(
            "payrollexport0000001", "jdoe", "payroll export", 12, now.AddMonths(-2),
            Access(AccessLevel.Read, "employee", "time-clock-enhanced")),
        Token(
            "nightlyorders0000002", "asmith", "nightly orders", 6, now.AddMonths(-6).AddDays(3),
            Access(AccessLevel.Full, "purchase-order", "vendor")),
        Token("oldintegration000003", "asmith", "old integration", 3, now.AddMonths(-5), Access(AccessLevel.Read, "location")),
        Token("leaverreports0000004", "leaver", "reports", 12, now.AddMonths(-1), Access(AccessLevel.Read, "sales-mix", "location")),
        Token("leaverlaptop00000005", "leaver", null, 6, now.AddMonths(-3), Access(AccessLevel.Full, "inventory-adjustment"))
            with { Revoked = now.AddDays(-20) },
        Token(ClerkToken, ApplicationUsersSite.Clerk, "screen", 3, now.AddMonths(-1), Access(AccessLevel.Read, "schedules")),
    ];

    private static UserToken Token(
        string id, string userId, string? name, int months, DateTimeOffset created, IReadOnlyDictionary<string,
        AccessLevel> access) => new()
        {
            Id = Prefix + id,
            UserId = userId,
            Name = name,
            Access = access,
            ExpirationMonths = months,
            Created = created,
            CreatedBy = ApplicationUsersSite.Administrator,
            Expires = created.AddMonths(months),
        };

    private static Dictionary<string, AccessLevel> Access(AccessLevel level, params string[] apis) =>
        apis.ToDictionary(api => api, _ => level);
}
