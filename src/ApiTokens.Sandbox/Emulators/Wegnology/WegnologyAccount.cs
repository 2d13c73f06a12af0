using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>The one user of the sandbox, and the applications and instances the user can reach.</summary>
internal static class WegnologyAccount
{
    public const string Email = "admin@example.com";

    public const string FirstName = "Ada";

    public const string LastName = "Admin";

    public static readonly Owner User = new(Owner.User, "575ed70c7ae143cd83dc4aa9");

    public static readonly IReadOnlyDictionary<string, string> Applications = new Dictionary<string, string>
    {
        ["575ec8687ae143cd83dc4a97"] = "Plant monitor",
        ["575ec8687ae143cd83dc4a98"] = "Cold chain",
    };

    public static readonly IReadOnlyDictionary<string, string> Instances = new Dictionary<string, string>
    {
        ["575ec8687ae143cd83dc4b01"] = "Example instance",
    };

    /// <summary>The password of this process; random, and known to nobody but the reader of the description.</summary>
    public static string NewPassword() => Secrets.Alphanumeric(24);
}
