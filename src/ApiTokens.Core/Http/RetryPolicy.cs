using System.Net;
using Polly;
using Polly.Retry;

namespace ApiTokens.Http;

/// <summary>
/// Decides whether and when a request is retried. A Retry-After header, in seconds or as a date, is honored up to
/// <see cref="MaxWait"/>; otherwise the delay is exponential with jitter.
/// </summary>
internal static class RetryPolicy
{
    public static readonly ResiliencePropertyKey<ServiceRequest> RequestKey = new("request");

    /// <summary>
    /// The maximum wait. If a service requests a longer one, the request fails, and the error contains the requested wait.
    /// </summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(2);

    private const int MaxRetries = 5;

    // A throttled request has not failed. The rate limiter delays it until the service accepts it.
    private const int MaxThrottledRetries = 20;

    public static ResiliencePipeline<ServiceResponse> Create(TimeProvider time) =>
        new ResiliencePipelineBuilder<ServiceResponse> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<ServiceResponse>
            {
                MaxRetryAttempts = MaxThrottledRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(250),
                MaxDelay = TimeSpan.FromSeconds(20),
                ShouldHandle = attempt => new ValueTask<bool>(ShouldRetry(attempt.Context, attempt.Outcome, attempt.AttemptNumber, time)),
                DelayGenerator = attempt => new ValueTask<TimeSpan?>(
                    attempt.Outcome.Result is { IsThrottled: true } ? TimeSpan.Zero : RequestedWait(attempt.Outcome.Result, time)),
            })
            .Build();

    /// <summary>Returns the wait that the service requested; null if it requested none.</summary>
    public static TimeSpan? RequestedWait(ServiceResponse? response, TimeProvider time)
    {
        TimeSpan? wait = response?.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => null,
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static bool ShouldRetry(ResilienceContext context, Outcome<ServiceResponse> outcome, int retries, TimeProvider time)
    {
        if (retries >= MaxRetries && outcome.Result is not { IsThrottled: true })
        {
            return false;
        }

        bool idempotent = context.Properties.GetValue(RequestKey, null!).IsIdempotent;
        return outcome switch
        {
            { Exception: TransportException transport } => transport.NeverSent || idempotent,
            { Result: { } response } when RequestedWait(response, time) > MaxWait => false,
            { Result.IsThrottled: true } when idempotent || (int)outcome.Result!.Status == 429 => true,
            {
                Result.Status: HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
            } => idempotent,
            _ => false,
        };
    }
}
