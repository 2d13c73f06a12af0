namespace ApiTokens;

/// <summary>When a new token shall expire: at a moment, after months, never, or as its service has it by default.</summary>
public sealed class TokenExpiry
{
    private TokenExpiry(DateTimeOffset? at, int? months, bool never)
    {
        At = at;
        Months = months;
        Never = never;
    }

    /// <summary>As the service has it: WEGnology never, Gcore one year (its form's default), Application Users 6 months, Devo its domain's setting.</summary>
    public static TokenExpiry ServiceDefault { get; } = new(null, null, false);

    /// <summary>Never.</summary>
    public static TokenExpiry NeverExpires { get; } = new(null, null, true);

    /// <summary>The moment, if one was given.</summary>
    public DateTimeOffset? At { get; }

    /// <summary>The calendar months, if they were given.</summary>
    public int? Months { get; }

    /// <summary>Whether it shall never expire.</summary>
    public bool Never { get; }

    /// <summary>Whether nothing was asked for.</summary>
    public bool IsServiceDefault => At is null && Months is null && !Never;

    /// <summary>Expires at a moment.</summary>
    /// <param name="moment">The moment.</param>
    /// <returns>The expiry.</returns>
    public static TokenExpiry AtMoment(DateTimeOffset moment) => new(moment.ToUniversalTime(), null, false);

    /// <summary>Expires after calendar months.</summary>
    /// <param name="months">How many.</param>
    /// <returns>The expiry.</returns>
    public static TokenExpiry AfterMonths(int months) => new(null, months, false);

    /// <summary>The moment that it comes to.</summary>
    /// <param name="now">The present.</param>
    /// <returns>The moment (UTC); null for never and for the service's default.</returns>
    public DateTimeOffset? Moment(DateTimeOffset now) => At ?? (Months is { } months ? now.ToUniversalTime().AddMonths(months) : null);
}
