namespace ApiTokens.Http;

/// <summary>
/// Spreads the requests that are left over the time in which they are allowed, if the service tells both. Times are seconds.
/// </summary>
internal sealed class RateLimitPace
{
    // A run waits no longer, so it need not save requests for longer either.
    private static readonly double MaxReset = RetryPolicy.MaxWait.TotalSeconds;

    // Requests do not arrive as evenly as they are sent.
    private const double Margin = 0.98;

    // Services tell whole seconds, rounded up or down.
    private const double Precision = 1;

    // In longer windows, half of the requests may be sent at once, so that short runs do not wait.
    private const double LongWindow = 10;

    // If a window that the service does not tell, and that was taken from its reset, is not half used for so many seconds although
    // requests wait, it is shorter than it seems.
    private const double MaxUnusedTime = 2;

    private double _limit;
    private double _window;
    private double _resetAt = double.NegativeInfinity;
    private double? _unusedSince;
    private bool _isSliding;
    private bool _isWindowUnknown;

    /// <summary>The requests per second that the service allows now; infinite if nothing is known.</summary>
    public double Rate { get; private set; } = double.PositiveInfinity;

    /// <summary>The time until which nothing is left.</summary>
    public double EmptyUntil { get; private set; } = double.NegativeInfinity;

    /// <summary>Records what a response tells.</summary>
    /// <param name="now">The time of the response.</param>
    /// <param name="status">The rate limit.</param>
    /// <param name="outstanding">The number of later requests, which the service had not counted yet.</param>
    public void Update(double now, RateLimitStatus status, long outstanding)
    {
        if (status.Reset > MaxReset)
        {
            Rate = double.PositiveInfinity;
            EmptyUntil = double.NegativeInfinity;
            return;
        }

        // The end of a fixed window stays where it is. That of a sliding one, and the time at which a bucket is full, move.
        _isSliding |= now < _resetAt - Precision && now + status.Reset > _resetAt + (1.5 * Precision);
        _resetAt = now + status.Reset;
        _window = status.Window ?? Math.Max(_window, Math.Max(Precision, status.Reset));
        _limit = status.Limit ?? Math.Max(_limit, status.Remaining + 1);
        double available = Math.Max(0, status.Remaining - outstanding);
        if (_window > Precision && !_isSliding)
        {
            UpdateFixed(status, available);
            return;
        }

        CheckWindow(now, status);
        bool isAmple = _window > LongWindow && status.Remaining > _limit / 2;
        Rate = isAmple || _isWindowUnknown ? double.PositiveInfinity : Margin * _limit / _window;
        EmptyUntil = available < 1 && _window > Precision ? now + Math.Min(status.Reset, _window / _limit) : double.NegativeInfinity;
    }

    private void UpdateFixed(RateLimitStatus status, double available)
    {
        if (_window > LongWindow && status.Remaining > _limit / 2)
        {
            Rate = double.PositiveInfinity;
        }
        else if (status.Reset > Precision)
        {
            Rate = Math.Max(1, available) / status.Reset;
        }

        EmptyUntil = available < 1 ? _resetAt : double.NegativeInfinity;
    }

    private void CheckWindow(double now, RateLimitStatus status)
    {
        if (status.Window is not null || status.Remaining < _limit / 2)
        {
            _unusedSince = null;
            return;
        }

        _unusedSince ??= now;
        _isWindowUnknown |= now - _unusedSince > MaxUnusedTime;
    }
}
