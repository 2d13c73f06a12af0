using System.Globalization;

namespace ApiTokens.Sandbox.Http;

/// <summary>Limits the number of requests per second of each service, and rejects the rest as the service does.</summary>
internal sealed class RateMiddleware
{
    private readonly RequestDelegate _next;
    private readonly SandboxOptions _options;
    private readonly Dictionary<IServiceEmulator, RateCounter> _counters;

    public RateMiddleware(RequestDelegate next, IServiceEmulator[] emulators, SandboxOptions options)
    {
        _next = next;
        _options = options;
        _counters = options.Rate == 0 ? [] : emulators.ToDictionary(emulator => emulator, _ => RateCounter.Create(options));
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IServiceEmulator>() is not { } emulator
            || !_counters.TryGetValue(emulator, out RateCounter? counter))
        {
            return _next(context);
        }

        bool taken = counter.TryTake(out int remaining, out TimeSpan reset);
        AddHeaders(context.Response.Headers, remaining, reset);
        if (taken)
        {
            return _next(context);
        }

        context.Response.Headers.RetryAfter = "1";
        return emulator.Reject(StatusCodes.Status429TooManyRequests).Response.ExecuteAsync(context);
    }

    private void AddHeaders(IHeaderDictionary headers, int remaining, TimeSpan reset)
    {
        string seconds = Math.Ceiling(reset.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        switch (_options.RateHeaders)
        {
            case RateHeaders.Ietf:
                headers["RateLimit"] = $"\"default\";r={remaining};t={seconds}";
                headers["RateLimit-Policy"] = $"\"default\";q={_options.Rate};w=1";
                break;
            case RateHeaders.X:
                headers["X-RateLimit-Limit"] = _options.Rate.ToString(CultureInfo.InvariantCulture);
                headers["X-RateLimit-Remaining"] = remaining.ToString(CultureInfo.InvariantCulture);
                headers["X-RateLimit-Reset"] = seconds;
                break;
        }
    }
}
