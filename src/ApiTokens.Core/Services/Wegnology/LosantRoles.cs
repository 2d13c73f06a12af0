namespace ApiTokens.Services.Wegnology;

/// <summary>The maximum role of a token of a user, which only Losant has (contracts/wegnology.md, 1.5 and 1.13).</summary>
internal static class LosantRoles
{
    /// <summary>The roles, highest first.</summary>
    public static readonly IReadOnlyList<string> ByPrivilege = ["admin", "edit", "collaborate", "view", "none"];

    /// <summary>The capabilities of a connection to a user of Losant.</summary>
    public static readonly ServiceCapabilities Capabilities = WegnologyRules.Capabilities with
    {
        OptionalFields = WegnologyRules.Capabilities.OptionalFields | NewTokenFields.Role,
    };

    /// <summary>
    /// Whether an address may be Losant's. Losant has dedicated hosts, so any host may be one that is not WEGnology's. On the local
    /// machine, the path of the sandbox decides.
    /// </summary>
    public static bool IsLosant(Uri baseUri) => baseUri.IsLoopback
        ? baseUri.Segments.Any(segment => segment.Trim('/').Equals("losant", StringComparison.OrdinalIgnoreCase))
        : !baseUri.Host.EndsWith(".wnology.io", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Returns the role of a request as the service spells it. Throws if it does not exist, unless it was copied from a token.
    /// </summary>
    public static string? Resolve(NewTokenRequest request) => request.Role switch
    {
        null => null,
        string role when ByPrivilege.FirstOrDefault(known => string.Equals(known, role, StringComparison.OrdinalIgnoreCase)) is { } known =>
            known,
        string role when request.HasKnownPermissions => role,
        string role => throw ApiTokenException.InvalidParameter(
            "Role", $"the role '{ForeignText.Argument(role)}' does not exist.", $"Specify one of {string.Join(", ", ByPrivilege)}."),
    };
}
