namespace ApiTokens.Services.Gcore;

/// <summary>What Gcore's tokens are like (contracts/gcore.md, 1.6 and 1.8).</summary>
internal static class GcoreRules
{
    public static readonly ServiceCapabilities Capabilities = new()
    {
        Service = "Gcore",
        RequiredFields = NewTokenFields.Name | NewTokenFields.Role,
        OptionalFields = NewTokenFields.Description,
        LastUsed = true,
        TokenLimit = GcoreRules.DocumentedLimit,
        Expiry = ExpiryChoice.AnyOrNever,
        SetEnabledAdvice = "Gcore tokens cannot be disabled. Remove the token, or reset it.",
        PermissionsAdvice = $"Specify {Field.Role}.",
        UserAdvice = "Its tokens act for whoever issues them: leave it out.",
        DescriptionAdvice = "Gcore sets the description when it issues a token, and cannot change it. Issue a new token with another description.",
    };

    /// <summary>The most tokens of an account (1.9). Older texts say 50, and nothing tells an account's own: what the service refuses is its word.</summary>
    public const int DocumentedLimit = 100;

    /// <summary>The one rule for the status: expired tokens are deleted by the service, so expiry comes first.</summary>
    public static TokenStatus Status(GcoreTokenWire token, DateTimeOffset now) => token switch
    {
        { Expired: true } => TokenStatus.Expired,
        { Deleted: true } => TokenStatus.Revoked,
        { ExpDate: { } end } when end <= now => TokenStatus.Expired,
        _ => TokenStatus.Active,
    };
}
