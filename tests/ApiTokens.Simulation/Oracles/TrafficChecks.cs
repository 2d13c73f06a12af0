using System.Net;
using ApiTokens.Simulation.Plans;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation.Oracles;

/// <summary>I4: no request left after the stop. I7: requests stay within what the service said.</summary>
internal static class TrafficChecks
{
    private const int MaxConcurrentLists = 2;

    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(2);

    public static IEnumerable<Violation> Check(SimulatedWorld world, RunRecord run)
    {
        Exchange[] exchanges = [.. world.Network.Exchanges.Where(exchange => exchange.Operation?.Run == run)];
        if (Array.Find(exchanges, exchange => exchange.Number >= run.Process.StoppedBefore
            && !IsRemovalOfUsedToken(exchange)) is { } late)
        {
            yield return new Violation("I4-after-stop", $"{late} left after the stop at {run.Process.StoppedOn}.");
        }

        foreach (Exchange refused in exchanges.Where(exchange => exchange.Response is { Wait: not null } or { WaitUntil: not null }))
        {
            TimeSpan from = refused.AnsweredOn!.Value;

            // A date has no fractions of a second, and neither has the Date header that it is compared with.
            TimeSpan wait = refused.Response!.Wait ?? (refused.Response.WaitUntil!.Value - from - TimeSpan.FromSeconds(1));
            Exchange[] during = [.. exchanges.Where(exchange => exchange.Connection == refused.Connection
                && IsLogin(exchange) == IsLogin(refused)
                && exchange.Number >= refused.AnsweredBefore && exchange.SentOn < from + wait)];
            if (wait > MaxWait && during.Length > run.Plan.Throttle)
            {
                yield return new Violation("I7-long-wait", $"{during.Length} requests left after {refused} had asked to wait {wait}.");
            }
            else if (wait <= MaxWait && during.Length > 0)
            {
                yield return new Violation(
                    IsLogin(refused) ? "I7-login-wait" : "I7-wait",
                    $"{during[0]} left {during[0].SentOn - from} after {refused} had asked to wait {wait}.");
            }
        }

        foreach (IGrouping<OperationRecord, Exchange> creates in exchanges
            .Where(exchange => exchange.Request.Kind is RequestKind.Create or RequestKind.Regenerate)
            .GroupBy(exchange => exchange.Operation!))
        {
            // The service did not process a request that it answers with 429 or 401.
            Exchange? doubtful = creates.SkipLast(1).FirstOrDefault(exchange =>
                exchange.Response is not { Status: HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized }
                && exchange.Fault?.Kind != FaultKind.ConnectionRefused);
            if (doubtful is not null)
            {
                yield return new Violation("I7-create-repeated", $"{doubtful} of {creates.Key} was sent again.");
            }
        }

        foreach (IGrouping<int, Exchange> logins in exchanges.Where(exchange => exchange.Request.Kind == RequestKind.Login
            && exchange.Response is { Status: HttpStatusCode.Unauthorized, IsGenuine: true, IsTruncated: false })
            .GroupBy(exchange => exchange.Connection))
        {
            if (logins.Count() > 1)
            {
                yield return new Violation("I7-logins", $"{logins.Count()} logins with a password that the service had refused.");
            }
        }

        // Searches for lost tokens that wait at the same time share one list. Another list of the connection may be that of the tokens
        // that existed before.
        Exchange[] lists = [.. exchanges.Where(exchange => exchange.Request.Kind == RequestKind.List)];
        bool onlyCreatesFail =
            run.Plan.Action == ActionKind.Issue && world.Plan.Faults.All(fault => fault.Target == RequestKind.Create);
        if (onlyCreatesFail && Array.Find(lists, list => lists.Count(other => IsDuring(list, other)) >= MaxConcurrentLists) is { } crowded)
        {
            int lost = exchanges.Count(exchange => exchange.Request.Kind == RequestKind.Create
                && exchange.Response is not { Status: HttpStatusCode.OK or HttpStatusCode.Created, IsGenuine: true, IsTruncated: false });
            yield return new Violation(
                "I7-lists", $"{crowded} left during {MaxConcurrentLists} other lists; {lists.Length} lists for {lost} lost creates.");
        }

        // Sixteen at a time, each request takes at most 0.2 seconds.
        bool isFast = run.Plan is { Throttle: 16, Action: not ActionKind.RemoveAll } && world.Plan.MaxLatency <= 80
            && world.Plan.Connections.All(plan => !plan.UsesPassword);
        TimeSpan took = run.EndedOn - run.StartedOn;
        if (run.IsComplete && isFast && IsOnlyBurst(world, exchanges) && exchanges.Length > 30 && took > TimeSpan.FromSeconds(30))
        {
            yield return new Violation("I7-slow", $"One burst of 429 responses slowed {exchanges.Length} requests to {took}.");
        }
    }

    // A token for one job is removed also after a stop.
    private static bool IsRemovalOfUsedToken(Exchange exchange) => exchange.Operation!.Run.Plan.Action == ActionKind.Use
        && exchange.Request.Kind is not (RequestKind.Create or RequestKind.Me);

    private static bool IsDuring(Exchange list, Exchange other) =>
        other.Connection == list.Connection && other.Number < list.Number && list.Number < other.AnsweredBefore;

    // Logins have a client of their own.
    private static bool IsLogin(Exchange exchange) => exchange.Request.Kind is RequestKind.Login or RequestKind.Refresh;

    private static bool IsOnlyBurst(SimulatedWorld world, Exchange[] exchanges) =>
        world.Plan.Faults.Count == 1 && WereSentTogether(exchanges) && world.Plan.Faults.All(fault =>
        fault is { Kind: FaultKind.Throttled, RetryAfter: RetryAfterForm.Zero or RetryAfterForm.PastDate or RetryAfterForm.None });

    private static bool WereSentTogether(Exchange[] exchanges)
    {
        Exchange[] refused = [.. exchanges.Where(exchange => exchange.Response is { Status: HttpStatusCode.TooManyRequests })];
        return refused.Length > 0 && refused.Max(exchange => exchange.Number) < refused.Min(exchange => exchange.AnsweredBefore);
    }
}
