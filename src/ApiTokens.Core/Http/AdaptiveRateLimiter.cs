namespace ApiTokens.Http;

/// <summary>
/// Limits the request rate of one connection. Each request reserves a send time. A 429 response pauses all requests and lowers the
/// rate; successful responses raise it again, up to the cap if there is one.
/// </summary>
internal sealed class AdaptiveRateLimiter
{
    private const double DecreaseFactor = 0.7;
    private const double IncreaseFactor = 1.1;

    // If a 429 arrives before a rate was measured, the initial rate is an estimate and recovers faster.
    private const double InitialEstimate = 10;
    private const double EstimateIncreaseFactor = 2;
    private const double MinRate = 0.5;

    // Requests do not arrive as evenly as they are sent, so a rate exactly at the limit would exceed it at times.
    private const double CapMargin = 0.98;

    // A higher rate is treated as unlimited.
    private const double MaxLimitedRate = 10_000;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan InitialPause = TimeSpan.FromSeconds(1);

    // Services round the rest of a period down, so that Retry-After can be 0 or a date in the past.
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(250);

    private readonly object _lock = new();
    private readonly TimeProvider _time;
    private double _rate = double.PositiveInfinity;
    private double? _cap;
    private long _nextSendTime;
    private long _pausedUntil;
    private int _pauses;
    private long _windowStart;
    private int _windowResponses;
    private double _responsesPerSecond;
    private int _consecutivePauses;
    private bool _isEstimate;

    public AdaptiveRateLimiter(TimeProvider time, double? requestsPerSecond)
    {
        _time = time;
        _windowStart = time.GetTimestamp();
        Cap = requestsPerSecond;
    }

    /// <summary>The maximum number of requests per second that the user or the service specifies; null for no known limit.</summary>
    public double? Cap
    {
        get => _cap;
        set
        {
            lock (_lock)
            {
                // Setting the same value again, as each token of a pipeline does, must not reset the adapted rate.
                if (_cap != value)
                {
                    _cap = value;
                    _rate = MaxRate;
                }
            }
        }
    }

    /// <summary>Waits until a request may be sent. No request is sent while the connection is paused.</summary>
    /// <returns>The number of pauses so far; pass it to <see cref="OnThrottled"/>.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
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
        return pauses;
    }

    /// <summary>Records a response that was not throttled.</summary>
    public void OnSuccess()
    {
        lock (_lock)
        {
            _consecutivePauses = 0;
            _windowResponses++;
            TimeSpan window = _time.GetElapsedTime(_windowStart);
            if (window < Second)
            {
                return;
            }

            _responsesPerSecond = _windowResponses / window.TotalSeconds;
            _windowResponses = 0;
            _windowStart = _time.GetTimestamp();
            double increased = _rate * (_isEstimate ? EstimateIncreaseFactor : IncreaseFactor);
            _rate = Math.Min(MaxRate, increased > MaxLimitedRate ? double.PositiveInfinity : increased);
        }
    }

    /// <summary>Records a throttled response.</summary>
    /// <param name="requestedWait">The wait that the service requested; null if it requested none.</param>
    /// <param name="pausesAtSend">The result of <see cref="WaitAsync"/> for the request; null if it is not known.</param>
    public void OnThrottled(TimeSpan? requestedWait, int? pausesAtSend = null)
    {
        lock (_lock)
        {
            long now = _time.GetTimestamp();

            // A burst of requests is usually throttled as a whole; treat its 429 responses as one signal.
            if (now < _pausedUntil || pausesAtSend < _pauses)
            {
                _pausedUntil = Math.Max(_pausedUntil, now + Ticks(requestedWait ?? TimeSpan.Zero));
                return;
            }

            TimeSpan pause = requestedWait ?? TimeSpan.FromTicks(InitialPause.Ticks << Math.Min(_consecutivePauses, 4));
            long until = now + Ticks(pause > MinPause ? pause : MinPause);

            _consecutivePauses++;
            _pauses++;
            double inWindow = _windowResponses / Math.Max(0.1, _time.GetElapsedTime(_windowStart).TotalSeconds);
            double measured = Math.Max(_responsesPerSecond, inWindow);
            bool unlimited = double.IsPositiveInfinity(_rate);
            _isEstimate = unlimited && measured < InitialEstimate;
            double current = unlimited ? Math.Max(InitialEstimate, measured) : _rate;
            _rate = Math.Max(MinRate, current * DecreaseFactor);
            _pausedUntil = until;
            _nextSendTime = until;
        }
    }

    private double MaxRate => _cap * CapMargin ?? double.PositiveInfinity;

    private (TimeSpan Wait, int Pauses) Reserve()
    {
        lock (_lock)
        {
            long now = _time.GetTimestamp();
            long sendTime = Math.Max(Math.Max(now, _nextSendTime), _pausedUntil);
            _nextSendTime = double.IsPositiveInfinity(_rate) ? now : sendTime + (long)(_time.TimestampFrequency / _rate);
            return (_time.GetElapsedTime(now, sendTime), _pauses);
        }
    }

    // A pause that starts while a request waits invalidates its reservation, even if the reserved time is after the pause: new
    // reservations start at the end of the pause and would overlap with the old ones.
    private bool IsReservationStale(int pauses)
    {
        lock (_lock)
        {
            return _pauses != pauses || _time.GetTimestamp() < _pausedUntil;
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
