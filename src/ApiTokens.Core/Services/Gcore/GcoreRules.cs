using System.Text.RegularExpressions;

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

    /// <summary>The form of a secret: the token's id, <c>_</c> or <c>$</c>, and more (1.6).</summary>
    public static readonly Regex SecretForm = new(@"\A\d{1,19}[$_][\w.-]{6,}\z", RegexOptions.CultureInvariant);

    // In other text dates and counters look like that too; what was seen of real ones is long and hexadecimal.
    public static readonly Regex SecretInText = new(@"(?<![\w.$-])\d{1,19}[$_](?:[0-9a-f]{24,}|eyJ[\w-]{8,}(?:\.[\w-]+)*)(?!\w)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));

    /// <summary>The one rule for the status: expired tokens are deleted by the service, so expiry comes first.</summary>
    public static TokenStatus Status(GcoreTokenWire token, DateTimeOffset now) => token switch
    {
        { Expired: true } => TokenStatus.Expired,
        { Deleted: true } => TokenStatus.Revoked,
        { ExpDate: { } end } when end <= now => TokenStatus.Expired,
        _ => TokenStatus.Active,
    };

    /// <summary>The id in front of a secret, <c>42_…</c> (V2) or <c>42$…</c> (V1); null where there is none.</summary>
    public static string? IdOf(string secret)
    {
        int end = secret.IndexOfAny(['$', '_']);
        return end > 0 && secret.Take(end).All(c => c is >= '0' and <= '9') ? secret.Substring(0, end) : null;
    }
}
