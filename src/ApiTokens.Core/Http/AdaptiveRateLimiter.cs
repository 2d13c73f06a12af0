namespace ApiTokens.Http;

/// <summary>
/// How fast one connection may send. Every request takes a place in time; a limit that the service gives by 429 pauses all
/// of them, repeated ones lower the rate, and success raises it again, up to the cap if there is one.
/// </summary>
internal sealed class AdaptiveRateLimiter
{
    private const double Lowered = 0.7;
    private const double RaisedEachSecond = 1.1;

    // Where a limit comes before anything was measured: nothing is known of it, so the way up is short.
    private const double FirstGuess = 10;
    private const double RaisedFromGuess = 2;
    private const double Lowest = 0.5;

    // Requests do not arrive as evenly as they are sent; right at the limit some would be one too many.
    private const double BelowCap = 0.98;

    // Above this nothing is gained by pacing: the limit found has been left behind.
    private const double Unlimited = 10_000;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private readonly object _lock = new();
    private readonly TimeProvider _time;
    private double _rate = double.PositiveInfinity;
    private double? _cap;
    private long _nextPlace;
    private long _pausedUntil;
    private int _pauses;
    private long _windowStart;
    private int _windowAnswers;
    private double _answersPerSecond;
    private int _limitsInARow;
    private bool _isGuess;

    public AdaptiveRateLimiter(TimeProvider time, double? requestsPerSecond)
    {
        _time = time;
        _windowStart = time.GetTimestamp();
        Cap = requestsPerSecond;
    }

    /// <summary>The most requests a second that the user or the service's documentation allows; null for no known limit.</summary>
    public double? Cap
    {
        get => _cap;
        set
        {
            lock (_lock)
            {
                // Said again, as with each token of a pipeline, it must not undo what the service has taught since.
                if (_cap != value)
                {
                    _cap = value;
                    _rate = Highest;
                }
            }
        }
    }

    /// <summary>Waits for a place. None is given while the connection is paused.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        int pauses;
        do
        {
            TimeSpan wait;
            (wait, pauses) = Reserve();
            if (wait > TimeSpan.Zero)
            {
                await _time.Delay(wait, cancellationToken).ConfigureAwait(false);
            }
        }
        while (IsReservationStale(pauses));
    }

    /// <summary>The service answered, and not with a limit.</summary>
    public void OnSuccess()
    {
        lock (_lock)
        {
            _limitsInARow = 0;
            _windowAnswers++;
            TimeSpan window = _time.GetElapsedTime(_windowStart);
            if (window < Second)
            {
                return;
            }

            _answersPerSecond = _windowAnswers / window.TotalSeconds;
            _windowAnswers = 0;
            _windowStart = _time.GetTimestamp();
            double raised = _rate * (_isGuess ? RaisedFromGuess : RaisedEachSecond);
            _rate = Math.Min(Highest, raised > Unlimited ? double.PositiveInfinity : raised);
        }
    }

    /// <summary>The service answered that there were too many requests.</summary>
    /// <param name="requestedWait">How long it asks to wait; null when it does not say.</param>
    public void OnThrottled(TimeSpan? requestedWait)
    {
        lock (_lock)
        {
            long now = _time.GetTimestamp();
            TimeSpan pause = requestedWait ?? TimeSpan.FromTicks(FirstPause.Ticks << Math.Min(_limitsInARow, 4));
            long until = now + Ticks(pause);

            // Requests that were under way together are limited together: they count as one.
            if (now < _pausedUntil)
            {
                _pausedUntil = Math.Max(_pausedUntil, until);
                return;
            }

            _limitsInARow++;
            _pauses++;
            double inWindow = _windowAnswers / Math.Max(0.1, _time.GetElapsedTime(_windowStart).TotalSeconds);
            double measured = Math.Max(_answersPerSecond, inWindow);
            bool unpaced = double.IsPositiveInfinity(_rate);
            _isGuess = unpaced && measured < FirstGuess;
            double present = unpaced ? Math.Max(FirstGuess, measured) : _rate;
            _rate = Math.Max(Lowest, present * Lowered);
            _pausedUntil = until;
            _nextPlace = until;
        }
    }

    private double Highest => _cap * BelowCap ?? double.PositiveInfinity;

    private (TimeSpan Wait, int Pauses) Reserve()
    {
        lock (_lock)
        {
            long now = _time.GetTimestamp();
            long place = Math.Max(Math.Max(now, _nextPlace), _pausedUntil);
            _nextPlace = double.IsPositiveInfinity(_rate) ? now : place + (long)(_time.TimestampFrequency / _rate);
            return (_time.GetElapsedTime(now, place), _pauses);
        }
    }

    // A pause that began while a request waited holds it too, also where its place was after the end of the pause: places
    // are given out anew from there, and with the old ones there would be two rows at once.
    private bool IsReservationStale(int pauses)
    {
        lock (_lock)
        {
            return _pauses != pauses || _time.GetTimestamp() < _pausedUntil;
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
