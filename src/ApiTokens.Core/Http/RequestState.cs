namespace ApiTokens.Http;

/// <summary>The state of a request over all of its attempts.</summary>
internal sealed class RequestState(ServiceRequest request)
{
    public ServiceRequest Request { get; } = request;

    /// <summary>The number of attempts so far.</summary>
    public int Attempts { get; set; }

    /// <summary>The number of responses so far that asked to retry later.</summary>
    public int Throttled { get; set; }

    /// <summary>Whether an attempt may have succeeded, because its response was lost or reports a server failure.</summary>
    public bool OutcomeUnknown { get; set; }

    /// <summary>Whether the request was repeated with a new session, because the service had ended the first one.</summary>
    public bool HasNewSession { get; set; }

    /// <summary>The correlation id of the last response that had one.</summary>
    public string? CorrelationId { get; set; }
}
