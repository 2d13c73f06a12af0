namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>The outcome of a request that hits a fault.</summary>
internal enum FaultEffect
{
    /// <summary>It succeeds at the first attempt.</summary>
    None,

    /// <summary>It is retried until it succeeds.</summary>
    Retried,

    /// <summary>It fails, and the service has not executed it.</summary>
    Refused,

    /// <summary>The service has executed it, and its response cannot be read.</summary>
    Unreadable,

    /// <summary>A create: nothing was created for certain.</summary>
    NotCreated,

    /// <summary>A create: a token exists whose secret was lost.</summary>
    Orphaned,
}

/// <summary>A fault of a request, and its outcome.</summary>
/// <param name="Name">The name of the case.</param>
/// <param name="Write">The outcome of a request that changes a token, which is idempotent and can always be retried.</param>
/// <param name="Create">The outcome of a request that creates a token, which is retried only if it was certainly not executed.</param>
/// <param name="Fields">The fields of the sandbox's fault.</param>
internal sealed record FaultCase(string Name, FaultEffect Write, FaultEffect Create, params (string Field, object Value)[] Fields)
{
    public static readonly IReadOnlyList<FaultCase> All =
    [
        new("status 500 before", FaultEffect.Retried, FaultEffect.NotCreated, ("kind", "status"), ("status", 500), ("when", "before")),
        new("status 500 after", FaultEffect.Retried, FaultEffect.Orphaned, ("kind", "status"), ("status", 500), ("when", "after")),
        new("status 503", FaultEffect.Retried, FaultEffect.NotCreated, ("kind", "status"), ("status", 503), ("retryAfter", "0")),
        new("status 429", FaultEffect.Retried, FaultEffect.Retried, ("kind", "status"), ("status", 429), ("retryAfter", "0")),
        new("status 403", FaultEffect.Refused, FaultEffect.Refused, ("kind", "status"), ("status", 403)),
        new("delay before", FaultEffect.None, FaultEffect.None, ("kind", "delay"), ("delayMs", 200), ("when", "before")),
        new("delay after", FaultEffect.None, FaultEffect.None, ("kind", "delay"), ("delayMs", 200), ("when", "after")),
        new("reset before", FaultEffect.Retried, FaultEffect.NotCreated, ("kind", "reset"), ("when", "before")),
        new("reset after", FaultEffect.Retried, FaultEffect.Orphaned, ("kind", "reset"), ("when", "after")),
        new("truncate", FaultEffect.Retried, FaultEffect.Orphaned, ("kind", "truncate")),
        new("notJson", FaultEffect.Unreadable, FaultEffect.Orphaned, ("kind", "notJson")),
    ];

    public static FaultCase Of(string name) => All.Single(fault => fault.Name == name);

    /// <summary>Creates the fault for requests to one service or to all services.</summary>
    public Dictionary<string, object> For(string? service, string method, int count, string? path = null)
    {
        Dictionary<string, object> fault = Fields.ToDictionary(field => field.Field, field => field.Value);
        fault["method"] = method;
        fault["count"] = count;
        if (service is not null)
        {
            fault["service"] = service;
        }

        if (path is not null)
        {
            fault["path"] = path;
        }

        return fault;
    }
}
