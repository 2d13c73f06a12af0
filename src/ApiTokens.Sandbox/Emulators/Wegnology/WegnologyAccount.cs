using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>The user of the sandbox, and the applications and instances that the user can access.</summary>
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

    /// <summary>Creates the random password of this process, which only the description contains.</summary>
    public static string NewPassword() => Secrets.Alphanumeric(24);
}
