namespace ApiTokens.Core.Tests.Http.RateLimits;

/// <summary>
/// Netflix's concurrency-limits: requests wait while as many are in flight as the limit allows. A refused request counts as dropped. It
/// is repeated after Retry-After, or after the delay of the AWS SDKs.
/// </summary>
internal abstract class ConcurrencyLimitClient(int seed) : SimulatedClient
{
    private int _inFlight;

    /// <summary>The number of requests that may be in flight.</summary>
    protected double Limit { get; set; } = 20;

    protected Random Random { get; } = new(seed);

    public override double Reserve(double now, out int stamp)
    {
        stamp = 0;
        return _inFlight < (int)Limit ? now : double.PositiveInfinity;
    }

    public override void OnSent(double now) => _inFlight++;

    public override double OnResponse(in SimulatedResponse response)
    {
        Update(response.Now - response.SentAt, _inFlight, dropped: !response.IsAccepted);
        _inFlight--;
        return response.RetryAfter ?? AwsAdaptiveClient.Backoff(response.Refusals, Random);
    }

    protected abstract void Update(double roundTrip, int inFlight, bool dropped);
}

/// <summary>VegasLimit, the default of the library.</summary>
internal sealed class VegasClient(int seed) : ConcurrencyLimitClient(seed)
{
    private const int ProbeMultiplier = 30;
    private const int MaxLimit = 1000;

    private double _minRoundTrip;
    private int _probes;
    private double _probeJitter = 0.75;

    protected override void Update(double roundTrip, int inFlight, bool dropped)
    {
        _probes++;
        if (_probeJitter * ProbeMultiplier * Limit <= _probes)
        {
            _probeJitter = 0.5 + (0.5 * Random.NextDouble());
            _probes = 0;
            _minRoundTrip = roundTrip;
        }
        else if (_minRoundTrip == 0 || roundTrip < _minRoundTrip)
        {
            _minRoundTrip = roundTrip;
        }
        else
        {
            Limit = Math.Clamp(Next(roundTrip, inFlight, dropped), 1, MaxLimit);
        }
    }

    private double Next(double roundTrip, int inFlight, bool dropped)
    {
        int log = Log10((int)Limit);
        if (dropped)
        {
            return Limit - log;
        }

        if (inFlight * 2 < Limit)
        {
            return Limit;
        }

        int queue = (int)Math.Ceiling(Limit * (1 - (_minRoundTrip / roundTrip)));
        int alpha = 3 * log;
        int beta = 6 * log;
        return queue switch
        {
            _ when queue <= log => Limit + beta,
            _ when queue < alpha => Limit + log,
            _ when queue > beta => Limit - log,
            _ => Limit,
        };
    }

    private static int Log10(int value) => value >= 1000 ? 3 : value >= 100 ? 2 : 1;
}
