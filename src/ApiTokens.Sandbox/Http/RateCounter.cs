namespace ApiTokens.Sandbox.Http;

/// <summary>Counts the requests of a service against a limit of requests per second, with a <see cref="TimeProvider"/>.</summary>
/// <remarks>System.Threading.RateLimiting does not support another clock than the system clock.</remarks>
internal abstract class RateCounter(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly long _start = clock.GetTimestamp();

    public static RateCounter Create(SandboxOptions options) => options.RateWindow switch
    {
        RateWindow.Fixed => new FixedWindow(options.Rate, options.TimeProvider),
        RateWindow.Sliding => new SlidingWindow(options.Rate, options.TimeProvider),
        _ => new TokenBucket(options.Rate, options.TimeProvider),
    };

    /// <summary>Counts a request; returns false if the limit rejects it.</summary>
    /// <param name="remaining">The number of requests that are left.</param>
    /// <param name="reset">The time until all are.</param>
    public bool TryTake(out int remaining, out TimeSpan reset)
    {
        lock (_gate)
        {
            TimeSpan now = clock.GetElapsedTime(_start);
            bool taken = TryTake(now);
            (remaining, reset) = Status(now);
            return taken;
        }
    }

    protected abstract bool TryTake(TimeSpan now);

    protected abstract (int Remaining, TimeSpan Reset) Status(TimeSpan now);

    private sealed class TokenBucket(int rate, TimeProvider clock) : RateCounter(clock)
    {
        // The burst is the rate of a tenth of a second. It is at least two, so that a delayed request of a compliant client is accepted.
        private const int MinBurst = 2;
        private const int BurstsPerSecond = 10;

        private readonly int _rate = rate;
        private readonly int _capacity = Math.Max(MinBurst, rate / BurstsPerSecond);
        private double _tokens = Math.Max(MinBurst, rate / BurstsPerSecond);
        private TimeSpan _refilledAt;

        protected override bool TryTake(TimeSpan now)
        {
            _tokens = Math.Min(_capacity, _tokens + ((now - _refilledAt).TotalSeconds * _rate));
            _refilledAt = now;
            if (_tokens < 1)
            {
                return false;
            }

            _tokens--;
            return true;
        }

        protected override (int Remaining, TimeSpan Reset) Status(TimeSpan now) =>
            ((int)_tokens, TimeSpan.FromSeconds((_capacity - _tokens) / _rate));
    }

    private sealed class FixedWindow(int rate, TimeProvider clock) : RateCounter(clock)
    {
        private double _second;
        private int _count;

        protected override bool TryTake(TimeSpan now)
        {
            double second = Math.Floor(now.TotalSeconds);
            if (second > _second)
            {
                _second = second;
                _count = 0;
            }

            if (_count >= rate)
            {
                return false;
            }

            _count++;
            return true;
        }

        protected override (int Remaining, TimeSpan Reset) Status(TimeSpan now) =>
            (rate - _count, TimeSpan.FromSeconds(_second + 1) - now);
    }

    private sealed class SlidingWindow(int rate, TimeProvider clock) : RateCounter(clock)
    {
        private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

        private readonly Queue<TimeSpan> _taken = new();

        protected override bool TryTake(TimeSpan now)
        {
            while (_taken.TryPeek(out TimeSpan first) && first <= now - Window)
            {
                _taken.Dequeue();
            }

            if (_taken.Count >= rate)
            {
                return false;
            }

            _taken.Enqueue(now);
            return true;
        }

        protected override (int Remaining, TimeSpan Reset) Status(TimeSpan now) => (rate - _taken.Count, Window);
    }
}
