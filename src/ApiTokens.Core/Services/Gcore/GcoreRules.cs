namespace ApiTokens.Services.Gcore;

/// <summary>What Gcore's tokens are like (contracts/gcore.md, 1.6 and 1.8).</summary>
internal static class GcoreRules
{
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
