using System.Text.RegularExpressions;

namespace ApiTokens.Services.Wegnology;

/// <summary>WEGnology's rules for tokens (contracts/wegnology.md, 1.4 and 1.7).</summary>
internal static class WegnologyRules
{
    public static readonly ServiceCapabilities Capabilities = new()
    {
        Service = "Wegnology",
        SetEnabled = true,
        Rename = true,
        RequiredFields = NewTokenFields.Name | NewTokenFields.Scope,
        OptionalFields = NewTokenFields.Description,
        UpdateDescription = true,
        Expiry = ExpiryChoice.AnyOrNever,
        PermissionsAdvice = $"Specify {Field.Scope}.",
        UserAdvice = "Omit it. WEGnology tokens act for the account of the connection.",
    };

    public const int MaxDescriptionLength = 32767;

    private static readonly Regex AllForm = new(@"\Aall\.[A-Za-z]+\z", RegexOptions.CultureInvariant);

    public static bool IsId(string text) => text.Length == 24 && TokenIds.IsHex(text);

    /// <summary>Returns the status. The service has no expired status, so the expiry is compared with the clock first (1.8).</summary>
    public static TokenStatus Status(WegnologyTokenWire token, DateTimeOffset now) => token switch
    {
        { ExpirationDate: { } expiry } when expiry <= now => TokenStatus.Expired,
        { Status: "inactive" } => TokenStatus.Inactive,
        _ => TokenStatus.Active,
    };

    /// <summary>
    /// Returns the value of the preset All in a scope (1.6), such as <c>all.User</c> without a suffix; null if it has none.
    /// </summary>
    public static string? AllPermissions(IEnumerable<string> scope) => scope.FirstOrDefault(value => AllForm.IsMatch(value));
}
