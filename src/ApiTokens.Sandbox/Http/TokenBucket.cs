namespace ApiTokens.Sandbox.Http;

/// <summary>A token bucket that is refilled continuously by a <see cref="TimeProvider"/>.</summary>
/// <remarks>System.Threading.RateLimiting reads the system's clock and cannot be given another.</remarks>
internal sealed class TokenBucket(int tokensPerSecond, int capacity, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private double _tokens = capacity;
    private long _filledAt = clock.GetTimestamp();

    /// <summary>Takes one token, if there is one.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();
            _tokens = Math.Min(capacity, _tokens + (clock.GetElapsedTime(_filledAt, now).TotalSeconds * tokensPerSecond));
            _filledAt = now;
            if (_tokens < 1)
            {
                return false;
            }

            _tokens--;
            return true;
        }
    }
}
