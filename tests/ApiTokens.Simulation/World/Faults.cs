using System.Globalization;
using System.Net;
using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.Plans;

namespace ApiTokens.Simulation.World;

/// <summary>The responses of a service that has a fault, and of a proxy before it.</summary>
internal static class Faults
{
    private static readonly TimeSpan LongWait = TimeSpan.FromHours(1);

    public static ModelResponse Respond(Exchange exchange, Timeline timeline, Func<ModelResponse> process)
    {
        if (exchange.Service.RefusedUntil > timeline.Now)
        {
            return Refuse(HttpStatusCode.TooManyRequests, exchange.Service.RefusedUntil - timeline.Now);
        }

        switch (exchange.Fault)
        {
            case { Kind: FaultKind.TruncatedResponse }:
                ModelResponse whole = process();
                return whole with { IsTruncated = whole.Body.Length > 0 };
            case { Kind: FaultKind.ProxyPage } fault:
                _ = fault.ReachesService ? process() : null;
                string page = fault.MediaType == "application/json" ? "{\"message\":\"Forbidden by policy\"}" : "<html>Blocked</html>";
                return new ModelResponse((HttpStatusCode)fault.Status, page, fault.MediaType) { IsGenuine = false };
            case { Kind: FaultKind.Throttled } fault:
                return Refuse(HttpStatusCode.TooManyRequests, fault, exchange.Service, timeline);
            case { Kind: FaultKind.Unavailable } fault:
                _ = fault.ReachesService ? process() : null;
                return Refuse(HttpStatusCode.ServiceUnavailable, fault, exchange.Service, timeline);
            case { Kind: FaultKind.ServerError } fault:
                _ = fault.ReachesService ? process() : null;
                return new ModelResponse((HttpStatusCode)fault.Status, "{\"message\":\"Internal error\"}");
            default:
                return process();
        }
    }

    private static ModelResponse Refuse(HttpStatusCode status, FaultPlan fault, ServiceModel service, Timeline timeline)
    {
        var random = Randomness.For((ulong)fault.Time.Ticks, 7);
        switch (fault.RetryAfter)
        {
            case RetryAfterForm.Zero:
                return Refuse(status, TimeSpan.Zero);
            case RetryAfterForm.Seconds:
                return Refuse(status, TimeSpan.FromSeconds(random.Between(1, 30)));
            case RetryAfterForm.Date:
                TimeSpan wait = TimeSpan.FromSeconds(random.Between(2, 30));
                var date = new DateTimeOffset(
                    (service.Now + wait).Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
                return Refuse(status, null) with { RetryAfter = Date(date), WaitUntil = timeline.Now + (date - service.Now) };
            case RetryAfterForm.PastDate:
                return Refuse(status, null) with { RetryAfter = Date(service.Now - TimeSpan.FromMinutes(10)) };
            case RetryAfterForm.Long:
                service.RefusedUntil = timeline.Now + LongWait;
                return Refuse(status, LongWait);
            default:
                return Refuse(status, null);
        }
    }

    private static ModelResponse Refuse(HttpStatusCode status, TimeSpan? wait) => new(status, "{\"message\":\"Slow down\"}")
    {
        Wait = wait,
        RetryAfter = wait is { } value ? Math.Ceiling(value.TotalSeconds).ToString(CultureInfo.InvariantCulture) : null,
    };

    private static string Date(DateTimeOffset time) => time.ToString("r", CultureInfo.InvariantCulture);
}
