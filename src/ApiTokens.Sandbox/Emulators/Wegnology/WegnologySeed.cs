namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>The tokens of a new account, in addition to the administrator's token.</summary>
internal static class WegnologySeed
{
    public static readonly IReadOnlyList<Creator> Creators =
    [
        WegnologyAccount.Administrator.Creator,
        new("user", "575ed70c7ae143cd83dc4ab1", "user@example.com"),
        new("user", "575ed70c7ae143cd83dc4ab2", "jdoe@example.com"),
        new("user", "575ed70c7ae143cd83dc4ab3", "leaver@example.com"),
    ];

    public static IEnumerable<WegnologyToken> Tokens(DateTimeOffset now)
    {
        var application = new Owner(Owner.Application, WegnologyAccount.Applications.Keys.First());
        var instance = new Owner(Owner.Instance, WegnologyAccount.Instances.Keys.First());
        return
        [
            Token(1, WegnologyAccount.User, Creators[0], "build agent", now.AddDays(-90), now.AddDays(275), "all.User.cli")
                with { Description = "Deploys experiences from the pipeline." },
            Token(2, WegnologyAccount.User, Creators[0], "report reader", now.AddDays(-362), now.AddDays(3), "all.User.read"),
            Token(3, WegnologyAccount.User, Creators[0], "old laptop", now.AddDays(-500), now.AddDays(-135), "all.User"),
            Token(4, WegnologyAccount.User, Creators[0], "paused exporter", now.AddDays(-40), null, "data.export", "devices.get")
                with { Status = WegnologyToken.Inactive },
            Token(5, WegnologyAccount.User, Creators[0], "gateway", now.AddDays(-20), null, "all.Device"),
            Token(6, application, Creators[3], "device simulator", now.AddDays(-200), null, "all.Application"),
            Token(7, application, Creators[1], "wallboard", now.AddDays(-15), now.AddDays(350), "all.Application.read"),
            Token(8, application, Creators[2], "migration", now.AddDays(-100), now.AddDays(-10), "dataTable.get", "dataTables.get"),
            Token(9, instance, Creators[0], "billing", now.AddDays(-60), now.AddDays(305), "all.Instance.read"),
        ];
    }

    private static WegnologyToken Token(
        int number, Owner owner, Creator creator, string name, DateTimeOffset created, DateTimeOffset? expires,
        params string[] scope) => new()
        {
            Id = $"5e00000000000000000000{number:x2}",
            Owner = owner,
            Creator = creator,
            Name = name,
            Created = created,
            Updated = created,
            Expires = expires,
            Scope = scope,
        };
}
