namespace ApiTokens.Core.Tests.Http.RateLimits;

/// <summary>How a service counts requests. Times are seconds.</summary>
internal abstract class SimulatedLimit
{
    /// <summary>Accepts or refuses a request that arrives at this time. Times never decrease.</summary>
    public abstract bool TryAccept(double now);

    /// <summary>The time until a request could be accepted, after one was refused.</summary>
    public abstract double WaitTime(double now);

    /// <summary>The requests that are left, and the time until more are.</summary>
    public abstract (int Remaining, double Reset) Status(double now);
}

/// <summary>Counts requests in consecutive periods.</summary>
internal sealed class FixedWindow(int limit, double window, double firstEnd) : SimulatedLimit
{
    private double _end = firstEnd;
    private int _count;

    public override bool TryAccept(double now)
    {
        if (now >= _end)
        {
            _end += window * Math.Ceiling((now - _end + 1e-9) / window);
            _count = 0;
        }

        return _count < limit && ++_count > 0;
    }

    public override double WaitTime(double now) => _end - now;

    public override (int Remaining, double Reset) Status(double now) => (limit - _count, _end - now);
}

/// <summary>Counts the requests of the time that just passed.</summary>
internal sealed class SlidingWindow(int limit, double window) : SimulatedLimit
{
    private readonly double[] _accepted = [.. Enumerable.Repeat(double.NegativeInfinity, limit)];
    private int _next;

    public override bool TryAccept(double now)
    {
        if (_accepted[_next] > now - window)
        {
            return false;
        }

        _accepted[_next] = now;
        _next = (_next + 1) % limit;
        return true;
    }

    public override double WaitTime(double now) => _accepted[_next] + window - now;

    public override (int Remaining, double Reset) Status(double now)
    {
        int remaining = 0;
        for (int i = 0; i < limit && _accepted[(_next + i) % limit] <= now - window; i++)
        {
            remaining++;
        }

        // The time until the whole window is free, as services tell it.
        double last = _accepted[(_next + limit - 1) % limit];
        return (remaining, Math.Max(0, last + window - now));
    }
}

/// <summary>A bucket that is refilled continuously.</summary>
internal sealed class Bucket : SimulatedLimit
{
    private readonly double _rate;
    private readonly double _capacity;
    private double _tokens;
    private double _at;

    public Bucket(double rate, double capacity)
    {
        _rate = rate;
        _capacity = capacity;
        _tokens = capacity;
    }

    public override bool TryAccept(double now)
    {
        _tokens = Math.Min(_capacity, _tokens + ((now - _at) * _rate));
        _at = now;
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }

    public override double WaitTime(double now) => (1 - _tokens) / _rate;

    public override (int Remaining, double Reset) Status(double now) => ((int)_tokens, (_capacity - _tokens) / _rate);
}
