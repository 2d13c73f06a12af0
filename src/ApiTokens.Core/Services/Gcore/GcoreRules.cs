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
        TokenLimit = GcoreRules.DocumentedLimit,
        Expiry = ExpiryChoice.AnyOrNever,
        SetEnabledAdvice = "Gcore tokens cannot be disabled. Remove the token, or reset it.",
        PermissionsAdvice = $"Specify {Field.Role}.",
        UserAdvice = "Omit it. Gcore tokens act for the user who issues them.",
        DescriptionAdvice = "The description of a Gcore token cannot be changed. Issue a new token with another description.",
    };

    /// <summary>
    /// The maximum number of tokens per account (1.9). Older documents say 50, and no request returns the limit of an account, so the
    /// service's own check decides.
    /// </summary>
    public const int DocumentedLimit = 100;

    /// <summary>Returns the status. The service deletes expired tokens, so expiry is checked first.</summary>
    public static TokenStatus Status(GcoreTokenWire token, DateTimeOffset now) => token switch
    {
        { Expired: true } => TokenStatus.Expired,
        { Deleted: true } => TokenStatus.Revoked,
        { ExpDate: { } expiry } when expiry <= now => TokenStatus.Expired,
        _ => TokenStatus.Active,
    };
}
