namespace ApiTokens.Http;

/// <summary>The clock of a service, as the Date headers of its responses show it.</summary>
internal sealed class ServiceClock(TimeProvider time)
{
    // A Date header has whole seconds, and servers of one service may differ a little.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    // The difference that is expected before the first response.
    private static readonly TimeSpan UnknownMargin = TimeSpan.FromMinutes(1);

    private readonly object _lock = new();
    private TimeSpan? _offset;

    /// <summary>Takes the time from a Date header.</summary>
    public void Update(DateTimeOffset? date)
    {
        lock (_lock)
        {
            _offset = date - time.GetUtcNow() ?? _offset;
        }
    }

    /// <summary>Returns the earliest time that the clock of the service could show at a time of the local clock.</summary>
    public DateTimeOffset ToEarliest(DateTimeOffset local)
    {
        lock (_lock)
        {
            return _offset is { } offset ? local + offset - Margin : local - UnknownMargin;
        }
    }
}
