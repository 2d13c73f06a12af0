using System.Threading.RateLimiting;

namespace ApiTokens.Sandbox.Http;

/// <summary>Lets each service answer so many requests a second, and refuses the rest as the service would.</summary>
internal sealed class RateMiddleware
{
    // A tenth of a second's worth may come at once. Two at least, or a client that keeps the pace would pay for every delay on the way.
    private const int LeastBurst = 2;
    private const int BurstsPerSecond = 10;

    private readonly RequestDelegate _next;
    private readonly Dictionary<IServiceEmulator, TokenBucketRateLimiter> _limiters;

    public RateMiddleware(RequestDelegate next, IServiceEmulator[] emulators, SandboxOptions options)
    {
        _next = next;
        _limiters = options.Rate == 0 ? [] : emulators.ToDictionary(emulator => emulator, _ => Limiter(options.Rate));
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IServiceEmulator>() is not { } emulator
            || !_limiters.TryGetValue(emulator, out TokenBucketRateLimiter? limiter)
            || IsWithin(limiter))
        {
            return _next(context);
        }

        context.Response.Headers.RetryAfter = "1";
        return emulator.Refuse(StatusCodes.Status429TooManyRequests).Answer.ExecuteAsync(context);
    }

    // The bucket is filled when somebody asks, by the time gone since, and not by a timer: that would fill it in gushes.
    // One asks at a time: filling a full bucket does not use up the time gone by, so that several who fill it before they take
    // from it would get almost twice what it holds.
    private static bool IsWithin(TokenBucketRateLimiter limiter)
    {
        lock (limiter)
        {
            limiter.TryReplenish();
            using RateLimitLease lease = limiter.AttemptAcquire();
            return lease.IsAcquired;
        }
    }

    private static TokenBucketRateLimiter Limiter(int rate) => new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = Math.Max(LeastBurst, rate / BurstsPerSecond),
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1) / rate,
        AutoReplenishment = false,
        QueueLimit = 0,
    });
}
