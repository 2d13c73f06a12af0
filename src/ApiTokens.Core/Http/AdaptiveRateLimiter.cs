namespace ApiTokens.Http;

/// <summary>
/// Limits the request rate of one connection. Each request reserves a send time. A 429 response pauses all requests and lowers the
/// rate; successful responses raise it again, up to the cap if there is one. <see cref="RateController"/> determines the rate.
/// </summary>
internal sealed class AdaptiveRateLimiter
{
    // Times are rounded, so a wait that has just ended can have a rest that no timer can measure.
    private static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(1);

    private readonly object _lock = new();
    private readonly RateController _controller = new();
    private readonly TimeProvider _time;
    private readonly long _start;

    public AdaptiveRateLimiter(TimeProvider time, double? requestsPerSecond)
    {
        _time = time;
        _start = time.GetTimestamp();
        Cap = requestsPerSecond;
    }

    /// <summary>The maximum number of requests per second that the user or the service specifies; null for no known limit.</summary>
    public double? Cap
    {
        get => _controller.Cap;
        set
        {
            lock (_lock)
            {
                _controller.Cap = value;
            }
        }
    }

    private double Now => _time.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Waits until a request may be sent. No request is sent while the connection is paused.</summary>
    /// <returns>The reservation, for the methods that record the response.</returns>
    public async Task<RateReservation> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            (RateReservation reservation, TimeSpan wait) = Reserve();
            if (wait > TimeSpan.Zero)
            {
                await _time.Delay(wait, cancellationToken).ConfigureAwait(false);
            }

            lock (_lock)
            {
                double now = Now;
                if (!_controller.IsStale(reservation, now))
                {
                    return reservation with { At = now };
                }
            }
        }
    }

    /// <summary>Records a response that was not throttled.</summary>
    /// <param name="reservation">The result of <see cref="WaitAsync"/> for the request; null if it is not known.</param>
    public void OnSuccess(RateReservation? reservation = null)
    {
        lock (_lock)
        {
            double now = Now;
            _controller.OnAccepted(now, reservation?.At ?? now);
        }
    }

    /// <summary>Records a throttled response.</summary>
    /// <param name="requestedWait">The wait that the service requested; null if it requested none.</param>
    /// <param name="reservation">The result of <see cref="WaitAsync"/> for the request; null if it is not known.</param>
    public void OnThrottled(TimeSpan? requestedWait, RateReservation? reservation = null)
    {
        lock (_lock)
        {
            double now = Now;
            _controller.OnRejected(now, reservation?.At ?? now, requestedWait?.TotalSeconds, reservation?.Pauses);
        }
    }

    /// <summary>Records the rate limit that a response tells.</summary>
    public void OnStatus(RateLimitStatus status, RateReservation reservation)
    {
        lock (_lock)
        {
            _controller.OnStatus(Now, status, reservation);
        }
    }

    // A timer counts ticks, and must not end before the reserved time.
    private (RateReservation Reservation, TimeSpan Wait) Reserve()
    {
        lock (_lock)
        {
            double now = Now;
            RateReservation reservation = _controller.Reserve(now);
            var wait = TimeSpan.FromTicks((long)Math.Ceiling((reservation.At - now) * TimeSpan.TicksPerSecond));
            return (reservation, reservation.Pauses < 0 && wait < MinWait ? MinWait : wait);
        }
    }
}
