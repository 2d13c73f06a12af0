using ApiTokens.Http;

namespace ApiTokens.Core.Tests.Http.RateLimits;

/// <summary>The rate limiter of this module.</summary>
/// <param name="limit">The requests per second that the headers tell; null if there are no headers.</param>
/// <param name="window">The window that the headers tell, in seconds; null if they do not.</param>
internal sealed class AdaptiveClient(double? limit = null, double? window = null) : SimulatedClient
{
    private readonly RateController _controller = new();
    private readonly List<long> _numbers = [];

    /// <summary>The requests per second that the user specifies until <see cref="CappedUntil"/>.</summary>
    public double? Cap { get; init; }

    public double CappedUntil { get; init; }

    public override double Reserve(double now, out int stamp)
    {
        _controller.Cap = now < CappedUntil ? Cap : null;
        RateReservation reservation = _controller.Reserve(now);
        if (reservation.Pauses < 0)
        {
            stamp = -1;
            return reservation.At;
        }

        // The stamp is the index of the reservation.
        stamp = _numbers.Count;
        _numbers.Add(((long)reservation.Pauses << 32) | reservation.Number);
        return reservation.At;
    }

    public override bool IsStale(double now, int stamp) => stamp < 0 || _controller.IsStale(Reservation(stamp), now);

    public override double OnResponse(in SimulatedResponse response)
    {
        RateReservation reservation = Reservation(response.Stamp);
        if (response.IsAccepted)
        {
            _controller.OnAccepted(response.Now, response.SentAt);
        }
        else
        {
            _controller.OnRejected(response.Now, response.SentAt, response.RetryAfter, reservation.Pauses);
        }

        if (limit is not null)
        {
            _controller.OnStatus(
                response.Now, new RateLimitStatus(response.Status.Remaining, response.Status.Reset, limit, window), reservation);
        }

        return 0;
    }

    private RateReservation Reservation(int stamp) => new(0, (int)(_numbers[stamp] >> 32), _numbers[stamp] & uint.MaxValue);
}
