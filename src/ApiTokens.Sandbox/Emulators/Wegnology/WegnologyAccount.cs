namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>The users of the sandbox, and the applications and instances that they can access.</summary>
internal static class WegnologyAccount
{
    private const string PlantMonitor = "575ec8687ae143cd83dc4a97";
    private const string ColdChain = "575ec8687ae143cd83dc4a98";
    private const string ExampleInstance = "575ec8687ae143cd83dc4b01";

    public static readonly IReadOnlyDictionary<string, string> Applications = new Dictionary<string, string>
    {
        [PlantMonitor] = "Plant monitor",
        [ColdChain] = "Cold chain",
    };

    public static readonly IReadOnlyDictionary<string, string> Instances = new Dictionary<string, string>
    {
        [ExampleInstance] = "Example instance",
    };

    /// <summary>The users who can sign in. Each has an account with tokens of their own.</summary>
    public static readonly IReadOnlyList<WegnologyUser> Users =
    [
        new("administrator", "every application and instance", "575ed70c7ae143cd83dc4aa9", "admin@example.com", "Ada", "Admin")
        {
            Resources = [PlantMonitor, ColdChain, ExampleInstance],
        },
        new("engineer", "the application Plant monitor", "575ed70c7ae143cd83dc4ab2", "jdoe@example.com", "John", "Doe")
        {
            Resources = [PlantMonitor],
        },
        new("user", "no application or instance", "575ed70c7ae143cd83dc4ab1", "user@example.com", "Uma", "User"),
    ];

    public static WegnologyUser Administrator => Users[0];

    /// <summary>The account of the administrator.</summary>
    public static Owner User => Administrator.Owner;

    /// <summary>Returns the user with an id. Tokens of users who cannot sign in do not exist.</summary>
    public static WegnologyUser Find(string id) => Users.First(user => user.Id == id);
}

/// <summary>A user of WEGnology.</summary>
/// <param name="Person">The name of the person in the description.</param>
/// <param name="Role">What the user can access.</param>
/// <param name="Id">The id.</param>
/// <param name="Email">The name to log in with.</param>
/// <param name="FirstName">The first name.</param>
/// <param name="LastName">The last name.</param>
internal sealed record WegnologyUser(string Person, string Role, string Id, string Email, string FirstName, string LastName)
{
    /// <summary>The ids of the applications and instances that the user can access.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>The user as the owner of tokens.</summary>
    public Owner Owner => new(Owner.User, Id);

    /// <summary>The user as the creator of tokens.</summary>
    public Creator Creator => new("user", Id, Email);
}
