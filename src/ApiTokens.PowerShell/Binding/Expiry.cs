using ApiTokens.Http;

namespace ApiTokens.PowerShell.Binding;

/// <summary>Reads the four ways in which a cmdlet takes an expiry; at most one may be given.</summary>
internal static class Expiry
{
    public static TokenExpiry From(DateTimeOffset? at, TimeSpan? duration, int? months, bool never)
    {
        int given = (at is null ? 0 : 1) + (duration is null ? 0 : 1) + (months is null ? 0 : 1) + (never ? 1 : 0);
        return (given, at, duration, months) switch
        {
            ( > 1, _, _, _) => throw ApiTokenException.InvalidParameter(
                "ExpiresAt", "more than one expiry was given.", "Give one of -ExpiresAt, -ExpiresIn, -ExpirationMonths and -NeverExpires."),
            (_, { } moment, _, _) => TokenExpiry.AtMoment(moment),
            (_, _, { } life, _) => TokenExpiry.AfterDuration(life),
            (_, _, _, { } count) => TokenExpiry.AfterMonths(count),
            _ => never ? TokenExpiry.NeverExpires : TokenExpiry.ServiceDefault,
        };
    }
}
