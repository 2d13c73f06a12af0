namespace ApiTokens.Sandbox.Emulators.Gcore;

/// <summary>The tokens of a new account, in addition to the administrator's token.</summary>
internal static class GcoreSeed
{
    public static IEnumerable<GcoreToken> Tokens(DateTimeOffset now) =>
    [
        Token("cdn purge", 0, GcoreRole.Find(3022)!, now.AddDays(-120), now.AddDays(245)) with
        {
            Description = "Purges the cache after each release.", LastUsage = now.AddDays(-1),
        },
        Token("terraform", 1, GcoreRole.Engineers, now.AddDays(-362), now.AddDays(3)) with { LastUsage = now.AddDays(-200) },
        Token("log shipper", 2, GcoreRole.Engineers, now.AddDays(-50), null),
        Token("proof of concept", 2, GcoreRole.Users, now.AddDays(-300), now.AddDays(-30)),
        Token("old monitoring", 3, GcoreRole.Users, now.AddDays(-500), null) with { Removed = true },
        Token("statistics", 3, GcoreRole.Users, now.AddDays(-80), now.AddDays(285)),
    ];

    private static GcoreToken Token(string name, int issuer, GcoreRole role, DateTimeOffset created, DateTimeOffset? expires) => new()
    {
        Name = name,
        Role = role,
        Issuer = GcoreAccount.Users[issuer],
        Created = created,
        Expires = expires,
    };
}
