namespace ApiTokens.Sandbox.Emulators.Devo;

/// <summary>The tokens of a new domain, in addition to the administrator's token.</summary>
internal static class DevoSeed
{
    public static IEnumerable<DevoToken> Tokens(DateTimeOffset now) =>
    [
        Token("dashboard", "user@example.com", "apiv2", now.AddDays(-30), now.AddDays(335), tail: "3fa90"),
        Token("nightly aggregation", "ci@example.com", "aggregations apiv2", now.AddDays(-362), now.AddDays(3), tail: "b0c41")
            with { Scope = "table://my.app.** level://admin" },
        Token("old collector", "jdoe@example.com", "http", now.AddDays(-400), now.AddDays(-35), tail: "9d2e7"),
        Token("alert bridge", "leaver@example.com", "alerts", now.AddDays(-60), now.AddDays(305), tail: "51a6c") with { Active = false },
        Token("query jobs", "leaver@example.com", "apiv2-admin", now.AddDays(-10), now.AddDays(355), tail: "e7712"),
    ];

    private static DevoToken Token(
        string name, string user, string audience, DateTimeOffset created, DateTimeOffset expires, string tail) => new()
        {
            Name = name,
            Owner = DevoRules.Administrator,
            User = user,
            Audience = audience,
            Scope = DevoRules.AllTables,
            Created = created,
            Updated = created,
            Expires = expires,
            SecretTail = tail,
        };
}
