namespace ApiTokens.Http;

/// <summary>
/// Finds the rate that a service accepts. It has no clock and no lock, so that a simulation can run it: times are seconds.
/// </summary>
/// <remarks>
/// Nothing is limited until a request is rejected. Then the rate rises from the measured one, faster and faster, until the next
/// rejection. That is explained in two ways. If the service counts requests in a window, the limit is the number of requests accepted
/// in the last second. If it has a token bucket, the limit is the number accepted since the last rejection, divided by that time. The
/// rate continues between the two, rises to just below the rate that was rejected, and stays there. After a time that is long
/// enough to make rejections rare, it rises again, to find out whether the limit is higher now.
/// </remarks>
internal sealed class RateController
{
    // Requests do not arrive as evenly as they are sent, so a rate exactly at the limit would exceed it at times.
    private const double CapMargin = 0.98;

    // In the search, the rate rises tenfold in 1.3 s and a hundredfold in 2 s: a first estimate that is too small costs little.
    private const double SearchTime = 0.8;

    // The rate approaches the rejected one in this time, or with this number of requests.
    private const double ApproachTime = 8;
    private const double ApproachRequests = 100;

    // The rate stays for this time, or for this number of requests, so that a rejected attempt to go faster costs less than 1 %.
    private const double HoldTime = 50;
    private const double HoldRequests = 200;
    private const double MaxHoldTime = 120;

    // Then it rises: by 1 % in 1.5 s, to the double rate in 12 s.
    private const double RiseTime = 15;
    private const double MaxRiseTime = 10;

    // Windows of services that limit by second end within one. A longer pause shows a longer window.
    private const double MaxShortPause = 2;

    // A search that finds no limit for this time has no limit to find.
    private const double MaxSearchTime = 10;

    private const double InitialEstimate = 10;
    private const double DecreaseFactor = 0.7;
    private const double MinRate = 0.5;
    private const double MaxLimitedRate = 10_000;

    private const double InitialPause = 1;
    private const int MaxPauseDoublings = 4;

    // Services round the rest of a period down, so that Retry-After can be 0 or a date in the past.
    private const double MinPause = 0.25;

    // After so many rejections in a row, one request at a time shows whether the service accepts requests again.
    private const int MaxConsecutivePauses = 3;
    private const double TestInterval = 1 / MinRate;

    private readonly SendHistory _history = new();
    private readonly RateLimitPace _pace = new();
    private Mode _mode;
    private double? _cap;
    private double _start = double.PositiveInfinity;
    private double _target = double.PositiveInfinity;
    private double _approachTime;
    private double _holdUntil;
    private double _resumedAt;
    private double? _risesFrom;
    private double _nextSendAt;
    private double _pausedUntil = double.NegativeInfinity;
    private double _rejectedAt;
    private double _rejectedRate;
    private double _pausedAt;
    private double _pause;
    private bool _isPaused;
    private long _reserved;
    private long _reservedBeforePause;
    private int _accepted;
    private int _acceptedSincePause;
    private int _consecutivePauses;
    private int _shortPauses;
    private double[] _burst = [];
    private double _testedAt = double.NegativeInfinity;

    private enum Mode
    {
        Initial,
        Search,
        Hold,
    }

    /// <summary>The maximum number of requests per second; null for no known limit.</summary>
    public double? Cap
    {
        get => _cap;
        set
        {
            // The same value again, as for each token of a pipeline, must not reset the adapted rate. Another one forgets what was sent.
            if (_cap != value)
            {
                _cap = value;
                _mode = Mode.Initial;
                _accepted = 0;
                _history.Clear();
            }
        }
    }

    /// <summary>The number of pauses so far.</summary>
    public int Pauses { get; private set; }

    private double MaxRate => _cap * CapMargin ?? double.PositiveInfinity;

    /// <summary>Reserves a time to send a request.</summary>
    public RateReservation Reserve(double now)
    {
        double emptyUntil = Math.Max(_pausedUntil, _pace.EmptyUntil);
        if (now < emptyUntil)
        {
            return RateReservation.AskAgain(emptyUntil);
        }

        if (_isPaused)
        {
            Resume(now);
        }

        if (_consecutivePauses > MaxConsecutivePauses)
        {
            if (now < _testedAt + TestInterval)
            {
                return RateReservation.AskAgain(Math.Min(now + 0.1, _testedAt + TestInterval));
            }

            _testedAt = now;
        }

        double sendAt = Math.Max(now, _nextSendAt);
        double rate = Math.Min(_pace.Rate, RateAt(sendAt));
        _nextSendAt = double.IsPositiveInfinity(rate) ? now : sendAt + (1 / rate);
        return new RateReservation(sendAt, Pauses, ++_reserved);
    }

    /// <summary>
    /// Whether a reservation is void. A pause that starts while a request waits invalidates its reservation, even if the reserved time
    /// is after the pause: new reservations start at the end of the pause and would overlap with the old ones.
    /// </summary>
    public bool IsStale(RateReservation reservation, double now) => reservation.Pauses != Pauses || now < _pausedUntil;

    /// <summary>Records a response that was not throttled.</summary>
    public void OnAccepted(double now, double sentAt)
    {
        _accepted++;
        _acceptedSincePause++;
        _consecutivePauses = 0;
        _risesFrom ??= now;
        _history.Add(sentAt);
    }

    /// <summary>Records a throttled response.</summary>
    public void OnRejected(double now, double sentAt, double? requestedWait, int? pausesAtSend)
    {
        // A burst of requests is usually throttled as a whole; treat its 429 responses as one signal.
        if (now < _pausedUntil || pausesAtSend < Pauses)
        {
            _pausedUntil = Math.Max(_pausedUntil, now + (requestedWait ?? 0));
            return;
        }

        if (_isPaused)
        {
            Resume(now);
        }

        double pause = requestedWait ?? (InitialPause * (1 << Math.Min(_consecutivePauses, MaxPauseDoublings)));
        bool wasTooShort = _mode != Mode.Initial && sentAt - _resumedAt < MinPause && _pause < InitialPause;
        _shortPauses = wasTooShort ? _shortPauses + 1 : 0;
        if (_consecutivePauses == 0 && !wasTooShort)
        {
            _pausedAt = now;
        }

        _consecutivePauses++;
        Pauses++;
        _pausedUntil = now + Math.Max(pause, MinPause * (1 << Math.Min(_shortPauses, MaxPauseDoublings)));
        _rejectedAt = sentAt;
        _rejectedRate = RateAt(sentAt);
        _isPaused = true;
    }

    /// <summary>Records the rate limit that a response tells.</summary>
    public void OnStatus(double now, RateLimitStatus status, RateReservation reservation) =>
        _pace.Update(now, status, outstanding: _reserved - Math.Max(reservation.Number, _reservedBeforePause));

    private double RateAt(double time)
    {
        double rising = time - (_risesFrom ?? time);
        double rate = _mode switch
        {
            Mode.Initial => double.PositiveInfinity,
            Mode.Search => _start * Rise(rising / SearchTime),
            _ when rising < _approachTime => _target - ((_target - _start) * Square(1 - (rising / _approachTime))),
            _ => _target * Rise(Math.Max(0, rising - _holdUntil) / RiseTime),
        };
        return Math.Min(MaxRate, rate > MaxLimitedRate ? double.PositiveInfinity : rate);
    }

    // Nearly e to the power of time squared, and the same on every machine.
    private static double Rise(double time)
    {
        const int Exponent = 16;
        double rise = 1 + (Square(Math.Min(time, MaxRiseTime)) / Exponent);
        for (int power = 1; power < Exponent; power *= 2)
        {
            rise = Square(rise);
        }

        return rise;
    }

    private static double Square(double value) => value * value;

    private void Resume(double now)
    {
        _isPaused = false;
        double sending = _rejectedAt - _resumedAt;
        bool wasHeld = _risesFrom + _holdUntil < _rejectedAt;
        _risesFrom = now;
        if (_acceptedSincePause == 0 || _shortPauses > 0)
        {
            // It rises again when a request is accepted.
            _risesFrom = null;
            SlowDown(now);
        }
        else if (_mode == Mode.Initial || (_mode == Mode.Search && sending > MaxSearchTime))
        {
            StartSearch(sending);
        }
        else
        {
            Estimate(sending, wasHeld);
        }

        // The pause of the next estimate: from the first rejection in a row until now.
        _pause = now - _pausedAt;
        _resumedAt = now;
        _reservedBeforePause = _reserved;
        _nextSendAt = now;
        _acceptedSincePause = 0;
        _accepted = _shortPauses > 0 ? _accepted : 0;
    }

    // Nothing was accepted since the last pause, or ever, so nothing was measured.
    private void SlowDown(double now)
    {
        if (_mode == Mode.Initial)
        {
            _mode = _cap is null ? Mode.Search : Mode.Hold;
            _start = _target = Math.Min(MaxRate, _cap is null ? InitialEstimate : double.PositiveInfinity);
            _approachTime = ApproachTime;
            _holdUntil = HoldTime;
        }
        else if (now - _pausedAt < InitialPause + MinPause)
        {
            // The pause was too short, because the service rounds down.
            return;
        }

        _start = Math.Max(MinRate, _start * DecreaseFactor);
    }

    // Requests that were sent at the same time may arrive in another order, so the burst can end after the rejected one.
    private void StartSearch(double sending)
    {
        const double SameTime = 0.003;
        double[] burst = _history.Between(_rejectedAt - 1, _rejectedAt + SameTime);
        _mode = Mode.Search;
        _burst = Array.ConvertAll(burst, sentAt => burst[0] - sentAt);
        _start = Math.Max(MinRate, Math.Max(_burst.Length, _accepted / Math.Max(1, sending)));
    }

    private void Estimate(double sending, bool wasHeld)
    {
        double[] sent = _history.Between(_resumedAt, _rejectedAt);
        double sinceRejection = _accepted / (sending + _pause);
        double lastSecond = sending > 1
            ? SendHistory.RecentRate(sent, _rejectedAt, 1)
            : _history.Between(_rejectedAt - 1, _rejectedAt).Length;
        RateEstimate estimate = _mode switch
        {
            _ when _pause > MaxShortPause => RateEstimate.Known(sinceRejection),
            Mode.Search => RateEstimate.OfSearch(
                sinceRejection, lastSecond, _burst.Length, SendHistory.RefillRate(_burst, sent, _rejectedAt)),
            _ when wasHeld => RateEstimate.OfRise(_target, SendHistory.RecentRate(sent, _rejectedAt, seconds: 4), lastSecond),
            _ => RateEstimate.OfHold(sinceRejection, sending > 1 ? lastSecond : _rejectedRate),
        };
        _mode = Mode.Hold;
        _start = Math.Max(MinRate, estimate.Start);
        _target = Math.Max(_start, estimate.Target);
        _approachTime = Math.Max(ApproachTime, ApproachRequests / _target);
        _holdUntil = estimate.IsUncertain ? ApproachTime : Math.Max(HoldTime, Math.Min(MaxHoldTime, HoldRequests / _target));
    }
}
