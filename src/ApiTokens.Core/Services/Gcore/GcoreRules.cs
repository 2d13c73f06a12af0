using System.Text.RegularExpressions;

namespace ApiTokens.Services.Gcore;

/// <summary>Gcore's rules for tokens (contracts/gcore.md, 1.6 and 1.8).</summary>
internal static class GcoreRules
{
    public static readonly ServiceCapabilities Capabilities = new()
    {
        Service = "Gcore",
        RequiredFields = NewTokenFields.Name | NewTokenFields.Role | NewTokenFields.Expiry,
        OptionalFields = NewTokenFields.Description,
        LastUsed = true,
        OwnedByIssuer = true,
        TokenLimit = GcoreRules.DocumentedLimit,
        Expiry = ExpiryChoice.AnyOrNever,
        SetEnabledAdvice = "Gcore tokens cannot be disabled. Remove the token, or reset it.",
        PermissionsAdvice = $"Specify {Field.Role}.",
        UserAdvice = "Omit it. Gcore tokens act for the user who issues them.",
        DescriptionAdvice = "The description of a Gcore token cannot be changed. Issue a new token with another description.",
    };

    /// <summary>
    /// The maximum number of tokens per account (1.9). Older documents say 50, a contract may say another number, and no request returns
    /// the limit of an account, so the service's own check decides unless a limit is specified for the connection.
    /// </summary>
    public const int DocumentedLimit = 100;

    // The response to a create beyond the limit is not documented (1.9), so its words tell it.
    private static readonly Regex TokenLimit = new(
        @"\b(limit|maximum|quota|too many)\b.*\btokens?\b|\btokens?\b.*\b(limit|maximum|quota|too many)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(2));

    /// <summary>Determines whether a rejected request is about the token limit of the account. A 429 is about the rate.</summary>
    public static bool IsTokenLimit(int status, string message) => status is 400 or 403 or 409 or 422 && TokenLimit.IsMatch(message);

    /// <summary>Returns the status. The service deletes expired tokens, so expiry is checked first.</summary>
    public static TokenStatus Status(GcoreTokenWire token, DateTimeOffset now) => token switch
    {
        { Expired: true } => TokenStatus.Expired,
        { Deleted: true } => TokenStatus.Revoked,
        { ExpDate: { } expiry } when expiry <= now => TokenStatus.Expired,
        _ => TokenStatus.Active,
    };
}
