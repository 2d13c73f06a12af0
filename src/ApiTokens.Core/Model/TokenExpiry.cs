namespace ApiTokens;

/// <summary>The expiry of a new token: at a time, after a duration or calendar months, never, or the service's default.</summary>
public sealed class TokenExpiry
{
    private TokenExpiry()
    {
    }

    /// <summary>
    /// The service's default: WEGnology never, Application Users 6 months, Devo the setting of the domain. Gcore has none and requires
    /// an expiry.
    /// </summary>
    public static TokenExpiry ServiceDefault { get; } = new();

    /// <summary>The token never expires.</summary>
    public static TokenExpiry NeverExpires { get; } = new() { Never = true };

    /// <summary>The time of expiry, if specified.</summary>
    public DateTimeOffset? At { get; private init; }

    /// <summary>The number of calendar months, if specified.</summary>
    public int? Months { get; private init; }

    /// <summary>The duration after issue, if specified.</summary>
    public TimeSpan? After { get; private init; }

    /// <summary>Whether the token never expires.</summary>
    public bool Never { get; private init; }

    /// <summary>Whether the service's default applies.</summary>
    public bool IsServiceDefault => At is null && Months is null && After is null && !Never;

    /// <summary>Creates an expiry at a time.</summary>
    /// <param name="time">The time.</param>
    /// <returns>The expiry.</returns>
    public static TokenExpiry AtTime(DateTimeOffset time) => new() { At = time.ToUniversalTime() };

    /// <summary>Creates an expiry after a number of calendar months.</summary>
    /// <param name="months">The number of months.</param>
    /// <returns>The expiry.</returns>
    public static TokenExpiry AfterMonths(int months) => new() { Months = months };

    /// <summary>Creates an expiry after a duration.</summary>
    /// <param name="duration">The duration from issue to expiry.</param>
    /// <returns>The expiry.</returns>
    public static TokenExpiry AfterDuration(TimeSpan duration) => new() { After = duration };

    /// <summary>Calculates the time of expiry.</summary>
    /// <param name="now">The current time.</param>
    /// <returns>The time of expiry (UTC); null for never and for the service's default.</returns>
    public DateTimeOffset? GetExpiration(DateTimeOffset now)
    {
        DateTimeOffset start = now.ToUniversalTime();
        return this switch
        {
            { At: { } time } => time,
            { Months: { } months } => start.AddMonths(months),
            { After: { } duration } => start + duration,
            _ => null,
        };
    }
}
