namespace ApiTokens;

/// <summary>When a new token shall expire: at a moment, after months, never, or as its service has it by default.</summary>
public sealed class TokenExpiry
{
    private TokenExpiry()
    {
    }

    /// <summary>As the service has it: WEGnology never, Gcore one year (its form's default), Application Users 6 months, Devo its domain's setting.</summary>
    public static TokenExpiry ServiceDefault { get; } = new();

    /// <summary>Never.</summary>
    public static TokenExpiry NeverExpires { get; } = new() { Never = true };

    /// <summary>The moment, if one was given.</summary>
    public DateTimeOffset? At { get; private init; }

    /// <summary>The calendar months, if they were given.</summary>
    public int? Months { get; private init; }

    /// <summary>The time from issuing on, if it was given.</summary>
    public TimeSpan? After { get; private init; }

    /// <summary>Whether it shall never expire.</summary>
    public bool Never { get; private init; }

    /// <summary>Whether nothing was asked for.</summary>
    public bool IsServiceDefault => At is null && Months is null && After is null && !Never;

    /// <summary>Expires at a moment.</summary>
    /// <param name="moment">The moment.</param>
    /// <returns>The expiry.</returns>
    public static TokenExpiry AtMoment(DateTimeOffset moment) => new() { At = moment.ToUniversalTime() };

    /// <summary>Expires after calendar months.</summary>
    /// <param name="months">How many.</param>
    /// <returns>The expiry.</returns>
    public static TokenExpiry AfterMonths(int months) => new() { Months = months };

    /// <summary>Expires some time after it is issued.</summary>
    /// <param name="duration">The time.</param>
    /// <returns>The expiry.</returns>
    public static TokenExpiry AfterDuration(TimeSpan duration) => new() { After = duration };

    /// <summary>The moment that it comes to.</summary>
    /// <param name="now">The present.</param>
    /// <returns>The moment (UTC); null for never and for the service's default.</returns>
    public DateTimeOffset? GetExpiration(DateTimeOffset now)
    {
        DateTimeOffset start = now.ToUniversalTime();
        return this switch
        {
            { At: { } moment } => moment,
            { Months: { } months } => start.AddMonths(months),
            { After: { } duration } => start + duration,
            _ => null,
        };
    }
}
