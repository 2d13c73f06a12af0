namespace ApiTokens.Core.Tests.Http.RateLimits;

/// <summary>
/// The rate limiter of the retry mode "adaptive" of the AWS SDKs, by the algorithm in botocore/retries (adaptive.py, throttling.py,
/// bucket.py), with the delay before a retry of standard.py. It does not read Retry-After.
/// </summary>
internal sealed class AwsAdaptiveClient(int seed) : SimulatedClient
{
    private const double MinFillRate = 0.5;
    private const double Smoothing = 0.8;
    private const double MeasurementInterval = 0.5;
    private const double ScaleConstant = 0.4;
    private const double Beta = 0.7;
    private const double MaxRateScale = 2;
    private const double MaxBackoff = 20;

    // Only how often the simulation looks whether the bucket's rate has changed.
    private const double MaxSleep = 0.5;

    private readonly Random _random = new(seed);
    private bool _isEnabled;
    private double _fillRate = 1;
    private double _maxCapacity = 1;
    private double _capacity;
    private double _refilledAt;
    private int _waiting;
    private double _measuredRate;
    private double _bucketStart;
    private int _count;
    private double _maxRate;
    private double _timeToMaxRate;
    private double _lastThrottledAt;

    public override double Reserve(double now, out int stamp)
    {
        stamp = 0;
        if (!_isEnabled)
        {
            return now;
        }

        Refill(now);
        if (_capacity >= 1)
        {
            _capacity--;
            _waiting = 0;
            return now;
        }

        // The requests wait in a queue for their tokens.
        stamp = -1;
        _waiting++;
        return now + Math.Min(MaxSleep, (_waiting - _capacity) / _fillRate);
    }

    public override double OnResponse(in SimulatedResponse response)
    {
        double now = response.Now;
        Measure(now);
        double rate;
        if (response.IsAccepted)
        {
            double passed = now - _lastThrottledAt - _timeToMaxRate;
            rate = (ScaleConstant * passed * passed * passed) + _maxRate;
        }
        else
        {
            _maxRate = _isEnabled ? Math.Min(_measuredRate, _fillRate) : _measuredRate;
            _timeToMaxRate = CubeRoot(_maxRate * (1 - Beta) / ScaleConstant);
            _lastThrottledAt = now;
            _isEnabled = true;
            rate = _maxRate * Beta;
        }

        Refill(now);
        double fillRate = Math.Min(rate, MaxRateScale * _measuredRate);
        _fillRate = Math.Max(fillRate, MinFillRate);
        _maxCapacity = Math.Max(fillRate, 1);
        _capacity = Math.Min(_capacity, _maxCapacity);
        return Backoff(response.Refusals, _random);
    }

    /// <summary>The delay before a retry.</summary>
    public static double Backoff(int refusals, Random random) =>
        refusals == 0 ? 0 : random.NextDouble() * Math.Min(1 << Math.Min(refusals - 1, 10), MaxBackoff);

    private void Measure(double now)
    {
        double bucket = Math.Floor(now / MeasurementInterval) * MeasurementInterval;
        _count++;
        if (bucket > _bucketStart)
        {
            _measuredRate = (_count / (bucket - _bucketStart) * Smoothing) + (_measuredRate * (1 - Smoothing));
            _count = 0;
            _bucketStart = bucket;
        }
    }

    private void Refill(double now)
    {
        _capacity = Math.Min(_maxCapacity, _capacity + ((now - _refilledAt) * _fillRate));
        _refilledAt = now;
    }

    // Math.Cbrt may have another last digit on another machine.
    private static double CubeRoot(double value)
    {
        double root = Math.Max(1, value);
        for (int i = 0; i < 50 && value > 0; i++)
        {
            root = ((2 * root) + (value / (root * root))) / 3;
        }

        return value > 0 ? root : 0;
    }
}
