namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>What comes of a request that meets a fault.</summary>
internal enum FaultEffect
{
    /// <summary>It succeeds at once.</summary>
    None,

    /// <summary>It is sent again until it succeeds.</summary>
    Retried,

    /// <summary>It fails, and the service did nothing.</summary>
    Refused,

    /// <summary>The service did it, and its answer cannot be read.</summary>
    Unreadable,

    /// <summary>A create: it is certain that nothing was created.</summary>
    NotCreated,

    /// <summary>A create: there is a token whose secret nobody has.</summary>
    Orphaned,
}

/// <summary>Something that can go wrong with a request, and what comes of it.</summary>
/// <param name="Name">Its name among the cases.</param>
/// <param name="Write">What comes of a request that changes a token. It can be sent again whatever happened to it.</param>
/// <param name="Create">What comes of a request that creates a token. It is sent again only if it was not done for certain.</param>
/// <param name="Fields">The fields of the sandbox's fault.</param>
internal sealed record FaultCase(string Name, FaultEffect Write, FaultEffect Create, params (string Field, object Value)[] Fields)
{
    public static readonly IReadOnlyList<FaultCase> All =
    [
        new("status 500 before", FaultEffect.Retried, FaultEffect.NotCreated, ("kind", "status"), ("status", 500), ("when", "before")),
        new("status 500 after", FaultEffect.Retried, FaultEffect.Orphaned, ("kind", "status"), ("status", 500), ("when", "after")),
        new("status 503", FaultEffect.Retried, FaultEffect.Retried, ("kind", "status"), ("status", 503), ("retryAfter", "0")),
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

    /// <summary>The fault, for some requests to a service, or to all of them.</summary>
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
