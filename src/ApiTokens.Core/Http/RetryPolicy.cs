using System.Net;
using Polly;
using Polly.Retry;

namespace ApiTokens.Http;

/// <summary>
/// When a request is sent again, and after how long. A service's Retry-After is followed, in seconds or as a date, up to
/// <see cref="LongestWait"/>; else the wait doubles, with jitter.
/// </summary>
internal static class RetryPolicy
{
    public static readonly ResiliencePropertyKey<ServiceRequest> RequestKey = new("request");

    /// <summary>A service that asks for more is not waited for: the error says how long it asked.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private const int Retries = 5;

    // Being limited is no failure: the connection's pace holds such a request until the service takes it.
    private const int RetriesWhenLimited = 20;

    public static ResiliencePipeline<ServiceResponse> Create(TimeProvider time) =>
        new ResiliencePipelineBuilder<ServiceResponse> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<ServiceResponse>
            {
                MaxRetryAttempts = RetriesWhenLimited,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(250),
                MaxDelay = TimeSpan.FromSeconds(20),
                ShouldHandle = attempt => new ValueTask<bool>(ShouldRepeat(attempt.Context, attempt.Outcome, attempt.AttemptNumber, time)),
                DelayGenerator = attempt => new ValueTask<TimeSpan?>(
                    attempt.Outcome.Result is { IsLimit: true } ? TimeSpan.Zero : RequestedWait(attempt.Outcome.Result, time)),
            })
            .Build();

    /// <summary>How long the service asks to wait; null when it does not say.</summary>
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

    private static bool ShouldRepeat(ResilienceContext context, Outcome<ServiceResponse> outcome, int repeated, TimeProvider time)
    {
        if (repeated >= Retries && outcome.Result is not { IsLimit: true })
        {
            return false;
        }

        bool always = context.Properties.GetValue(RequestKey, null!).IsIdempotent;
        return outcome switch
        {
            { Exception: TransportException transport } => transport.NeverSent || always,
            { Result: { } response } when RequestedWait(response, time) > LongestWait => false,
            { Result.IsLimit: true } => true,
            {
                Result.Status: HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
            } => always,
            _ => false,
        };
    }
}
