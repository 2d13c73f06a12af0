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
    public static readonly ResiliencePropertyKey<RequestState> StateKey = new("state");

    /// <summary>
    /// The maximum wait. If a service requests a longer one, the request fails, and the error contains the requested wait.
    /// </summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(2);

    private const int MaxRetries = 5;

    // A throttled request has not failed. The rate limiter delays it until the service accepts it.
    private const int MaxThrottledRetries = 20;

    /// <summary>The source of jitter, from 0 to 1. A test replaces it to repeat a run exactly.</summary>
    internal static Func<double> Randomizer { get; set; } = new RetryStrategyOptions<ServiceResponse>().Randomizer;

    /// <summary>Creates the policy. Failures and throttled responses are counted separately, so there are two retry strategies.</summary>
    public static ResiliencePipeline<ServiceResponse> Create(TimeProvider time) =>
        new ResiliencePipelineBuilder<ServiceResponse> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<ServiceResponse>
            {
                Randomizer = () => Randomizer(),
                MaxRetryAttempts = MaxRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(250),
                MaxDelay = TimeSpan.FromSeconds(20),
                ShouldHandle = attempt => new ValueTask<bool>(ShouldRetry(StateOf(attempt.Context), attempt.Outcome, time)),
                DelayGenerator = attempt => new ValueTask<TimeSpan?>(RequestedWait(attempt.Outcome.Result, time)),
                OnRetry = ReturnBody,
            })
            .AddRetry(new RetryStrategyOptions<ServiceResponse>
            {
                MaxRetryAttempts = MaxThrottledRetries,
                ShouldHandle = attempt => new ValueTask<bool>(
                    ShouldRetryThrottled(StateOf(attempt.Context), attempt.Outcome.Result, time)),

                // The rate limiter waits.
                DelayGenerator = _ => new ValueTask<TimeSpan?>(TimeSpan.Zero),
                OnRetry = ReturnBody,
            })
            .Build();

    /// <summary>
    /// Returns the wait that the service requested; null if it requested none. A date is a time of the service's clock.
    /// </summary>
    public static TimeSpan? RequestedWait(ServiceResponse? response, TimeProvider time)
    {
        TimeSpan? wait = response?.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - (response.Date ?? time.GetUtcNow()),
            _ => null,
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>Returns the requested wait of a failure if it is longer than <see cref="MaxWait"/>; otherwise null.</summary>
    public static TimeSpan? LongWait(ServiceResponse response, TimeProvider time) =>
        (int)response.Status is 408 or 429 or >= 500 && RequestedWait(response, time) is { } wait && wait > MaxWait ? wait : null;

    private static RequestState StateOf(ResilienceContext context) => context.Properties.GetValue(StateKey, null!);

    private static bool ShouldRetryThrottled(RequestState state, ServiceResponse? response, TimeProvider time) =>
        response is { IsThrottled: true }
        && (state.Request.IsIdempotent || response.IsTooManyRequests)
        && !(RequestedWait(response, time) > MaxWait)
        && ++state.Throttled <= MaxThrottledRetries;

    private static bool ShouldRetry(RequestState state, Outcome<ServiceResponse> outcome, TimeProvider time) => outcome switch
    {
        { Exception: TransportException { ProxyStatus: >= 400 and <= 499 } } => false,
        { Exception: TransportException { IsCertificateUntrusted: true } } => false,
        { Exception: TransportException transport } => transport.NeverSent || state.Request.IsIdempotent,
        { Result: { IsThrottled: true } } => false,
        { Result: { } response } when RequestedWait(response, time) > MaxWait => false,
        {
            Result.Status: HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
        } => state.Request.IsIdempotent,
        _ => false,
    };

    // The response is replaced by the next one.
    private static ValueTask ReturnBody(OnRetryArguments<ServiceResponse> attempt)
    {
        attempt.Outcome.Result?.Body.Return();
        return default;
    }
}
