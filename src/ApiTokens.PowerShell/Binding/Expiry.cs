namespace ApiTokens.PowerShell.Binding;

/// <summary>Converts the four expiry parameters of a cmdlet. At most one of them may be specified.</summary>
internal static class Expiry
{
    public static TokenExpiry From(DateTimeOffset? at, TokenLifetime? lifetime, int? months, bool never)
    {
        int specified = (at is null ? 0 : 1) + (lifetime is null ? 0 : 1) + (months is null ? 0 : 1) + (never ? 1 : 0);
        return (specified, at, lifetime?.Time, lifetime?.Months ?? months) switch
        {
            ( > 1, _, _, _) => throw ApiTokenException.InvalidParameter(
                at is not null ? "ExpiresAt" : lifetime is not null ? "ExpiresIn" : "ExpirationMonths",
                "more than one expiry was specified.",
                "Specify only one of -ExpiresAt, -ExpiresIn, -ExpirationMonths and -NeverExpires."),
            (_, { } time, _, _) => TokenExpiry.AtTime(time),
            (_, _, { } duration, _) => TokenExpiry.AfterDuration(duration),
            (_, _, _, { } count) => TokenExpiry.AfterMonths(count),
            _ => never ? TokenExpiry.NeverExpires : TokenExpiry.ServiceDefault,
        };
    }
}
