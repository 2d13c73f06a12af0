namespace ApiTokens.Sandbox.Http;

/// <summary>Lets each service answer so many requests a second, and refuses the rest as the service would.</summary>
internal sealed class RateMiddleware
{
    // A tenth of a second's worth may come at once. Two at least, or a client that keeps the pace would pay for every delay on the way.
    private const int LeastBurst = 2;
    private const int BurstsPerSecond = 10;

    private readonly RequestDelegate _next;
    private readonly Dictionary<IServiceEmulator, TokenBucket> _buckets;

    public RateMiddleware(RequestDelegate next, IServiceEmulator[] emulators, SandboxOptions options)
    {
        _next = next;
        int burst = Math.Max(LeastBurst, options.Rate / BurstsPerSecond);
        _buckets = options.Rate == 0 ? [] : emulators.ToDictionary(emulator => emulator, _ => new TokenBucket(options.Rate, burst, options.TimeProvider));
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IServiceEmulator>() is not { } emulator
            || !_buckets.TryGetValue(emulator, out TokenBucket? bucket)
            || bucket.TryTake())
        {
            return _next(context);
        }

        context.Response.Headers.RetryAfter = "1";
        return emulator.Refuse(StatusCodes.Status429TooManyRequests).Answer.ExecuteAsync(context);
    }
}
