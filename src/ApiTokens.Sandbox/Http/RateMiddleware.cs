namespace ApiTokens.Sandbox.Http;

/// <summary>Limits the number of requests per second of each service, and rejects the rest as the service does.</summary>
internal sealed class RateMiddleware
{
    // The burst is the rate of a tenth of a second. It is at least two, so that a delayed request of a compliant client is accepted.
    private const int MinBurst = 2;
    private const int BurstsPerSecond = 10;

    private readonly RequestDelegate _next;
    private readonly Dictionary<IServiceEmulator, TokenBucket> _buckets;

    public RateMiddleware(RequestDelegate next, IServiceEmulator[] emulators, SandboxOptions options)
    {
        _next = next;
        int burst = Math.Max(MinBurst, options.Rate / BurstsPerSecond);
        _buckets = options.Rate == 0
            ? []
            : emulators.ToDictionary(emulator => emulator, _ => new TokenBucket(options.Rate, burst, options.TimeProvider));
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
        return emulator.Reject(StatusCodes.Status429TooManyRequests).Response.ExecuteAsync(context);
    }
}
