namespace ApiTokens.Sandbox.Http;

/// <summary>A token bucket that is refilled continuously by a <see cref="TimeProvider"/>.</summary>
/// <remarks>System.Threading.RateLimiting does not support another clock than the system clock.</remarks>
internal sealed class TokenBucket(int tokensPerSecond, int capacity, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private double _tokens = capacity;
    private long _refilledAt = clock.GetTimestamp();

    /// <summary>Takes a token; returns false if there is none.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();
            _tokens = Math.Min(capacity, _tokens + (clock.GetElapsedTime(_refilledAt, now).TotalSeconds * tokensPerSecond));
            _refilledAt = now;
            if (_tokens < 1)
            {
                return false;
            }

            _tokens--;
            return true;
        }
    }
}
