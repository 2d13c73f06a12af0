namespace ApiTokens.PowerShell.Binding;

/// <summary>Reads the four ways in which a cmdlet takes an expiry; at most one may be given.</summary>
internal static class Expiry
{
    public static TokenExpiry From(DateTimeOffset? at, TokenLife? life, int? months, bool never)
    {
        int given = (at is null ? 0 : 1) + (life is null ? 0 : 1) + (months is null ? 0 : 1) + (never ? 1 : 0);
        return (given, at, life?.Time, life?.Months ?? months) switch
        {
            ( > 1, _, _, _) => throw ApiTokenException.InvalidParameter(
                "ExpiresAt", "more than one expiry was given.", "Give one of -ExpiresAt, -ExpiresIn, -ExpirationMonths and -NeverExpires."),
            (_, { } moment, _, _) => TokenExpiry.AtTime(moment),
            (_, _, { } time, _) => TokenExpiry.AfterDuration(time),
            (_, _, _, { } count) => TokenExpiry.AfterMonths(count),
            _ => never ? TokenExpiry.NeverExpires : TokenExpiry.ServiceDefault,
        };
    }
}
