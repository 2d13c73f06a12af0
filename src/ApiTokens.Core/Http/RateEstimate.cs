namespace ApiTokens.Http;

/// <summary>What a rejection shows about the limit of the service, in requests per second.</summary>
/// <param name="Start">The rate to continue with.</param>
/// <param name="Target">The rate to approach, at which the next rejection is unlikely.</param>
internal readonly record struct RateEstimate(double Start, double Target)
{
    // Requests do not arrive as evenly as they are sent. A margin of 25 ms in a second covers the usual jitter.
    private const double Margin = 0.975;

    // While the rate rises, a rejection comes late, so the rejected rate is a little too high.
    private const double ApproachMargin = 0.965;

    /// <summary>Whether the limit can be much higher, so that the rate should rise again soon.</summary>
    public bool IsUncertain { get; private init; }

    /// <summary>The limit is known.</summary>
    public static RateEstimate Known(double rate) => new(Margin * rate, Margin * rate);

    /// <summary>The rejection at the end of a search.</summary>
    /// <param name="sinceRejection">The rate since the last rejection, with the pause.</param>
    /// <param name="lastSecond">The number of requests accepted in the last second.</param>
    /// <param name="burst">The number of requests accepted in a second before the first rejection.</param>
    /// <param name="refill">The refill rate, if the service has a token bucket.</param>
    public static RateEstimate OfSearch(double sinceRejection, double lastSecond, int burst, double refill)
    {
        if (lastSecond < 2 * burst && refill <= lastSecond)
        {
            // A window. At its end, up to twice the limit is accepted within a second, and one of the two measurements may include it.
            double window = Math.Max(sinceRejection, Math.Min(lastSecond, burst));
            // If it was less than before, the service can also have a small bucket, of which a slow burst does not tell the size.
            return new RateEstimate(Margin * window, Margin * lastSecond) { IsUncertain = lastSecond < 0.8 * burst };
        }

        // A bucket. The estimate from few requests is uncertain by 10 %.
        double bucket = Margin * Math.Max(sinceRejection, refill);
        return new RateEstimate(bucket, 1.1 * bucket);
    }

    /// <summary>A rejection before the rate was held: the service has a window, or a token bucket.</summary>
    public static RateEstimate OfHold(double sinceRejection, double rejectedRate) =>
        new(Margin * Math.Sqrt(sinceRejection * rejectedRate), ApproachMargin * rejectedRate);

    /// <summary>
    /// A rejection after the rate was held and rose. The held rate is known to be accepted. The mean of some seconds is not affected by
    /// a burst that a bucket allowed, but too low if the limit is much higher now, so that the rate rose fast.
    /// </summary>
    public static RateEstimate OfRise(double held, double recent, double lastSecond)
    {
        const double FastRise = 1.1;
        double start = Math.Max(held, Margin * recent);
        return new RateEstimate(start, lastSecond > FastRise * recent ? ApproachMargin * lastSecond : start);
    }
}
