namespace ApiTokens.Sandbox.Faults;

/// <summary>A fault to inject into requests to a service. A condition that is null matches every request.</summary>
public sealed record Fault
{
    /// <summary>The kind of the fault.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>The service: devo, wegnology, gcore or application-users.</summary>
    public string? Service { get; init; }

    /// <summary>The method of the request.</summary>
    public string? Method { get; init; }

    /// <summary>A pattern with * and ? for the complete path of the request, such as <c>/wegnology/me/tokens*</c>.</summary>
    public string? Path { get; init; }

    /// <summary>The status code to return, from 400 to 599, for <see cref="FaultKind.Status"/>.</summary>
    public int? Status { get; init; }

    /// <summary>The Retry-After header to return, for <see cref="FaultKind.Status"/>: seconds or an HTTP date.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>The delay, for <see cref="FaultKind.Delay"/>; at most ten minutes.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>
    /// Whether the fault occurs before or after the service has processed the request; before by default. A truncated response and a
    /// web page are always returned after it.
    /// </summary>
    public FaultTiming? When { get; init; }

    /// <summary>The maximum number of occurrences; by default one, or unlimited with a <see cref="Probability"/>.</summary>
    public int? Count { get; init; }

    /// <summary>The probability for a matching request, greater than 0 and up to 1; 1 by default.</summary>
    public double? Probability { get; init; }

    /// <summary>The seed of the random number generator, for reproducible results with a <see cref="Probability"/>.</summary>
    public int? Seed { get; init; }

    /// <summary>Whether the fault occurs after the service has processed the request.</summary>
    internal bool IsAfter => When == FaultTiming.After || ModifiesResponse;

    /// <summary>Whether the fault modifies the response, which therefore must exist.</summary>
    internal bool ModifiesResponse => Kind is FaultKind.Truncate or FaultKind.NotJson;
}

/// <summary>The kind of a fault.</summary>
public enum FaultKind
{
    /// <summary>Returns an error in the format of the service instead of the response.</summary>
    Status,

    /// <summary>Delays the response.</summary>
    Delay,

    /// <summary>Resets the connection instead of returning a response.</summary>
    Reset,

    /// <summary>Resets the connection after half of the response body. A response without a body is not sent.</summary>
    Truncate,

    /// <summary>Returns a web page with status 200 instead of the response.</summary>
    NotJson,
}

/// <summary>The time at which a fault occurs.</summary>
public enum FaultTiming
{
    /// <summary>Before the service processes the request.</summary>
    Before,

    /// <summary>After the service has processed the request.</summary>
    After,
}
