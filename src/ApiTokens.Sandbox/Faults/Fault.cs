namespace ApiTokens.Sandbox.Faults;

/// <summary>Something that goes wrong with requests to a service, on demand. What is left out matches every request.</summary>
public sealed record Fault
{
    /// <summary>What goes wrong.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>The service: devo, wegnology, gcore or application-users.</summary>
    public string? Service { get; init; }

    /// <summary>The method of the request.</summary>
    public string? Method { get; init; }

    /// <summary>A pattern with * and ? for the whole path of the request, such as <c>/wegnology/me/tokens*</c>.</summary>
    public string? Path { get; init; }

    /// <summary>The status to answer with, from 400 to 599, for <see cref="FaultKind.Status"/>.</summary>
    public int? Status { get; init; }

    /// <summary>The Retry-After to answer with, for <see cref="FaultKind.Status"/>: seconds or an HTTP date.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>How long to wait, for <see cref="FaultKind.Delay"/>; at most ten minutes.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>
    /// Whether it goes wrong before or after the service has done its work; before, if left out. An answer that is truncated
    /// or not JSON is always given after.
    /// </summary>
    public FaultMoment? When { get; init; }

    /// <summary>How often it happens; once if left out, or until cleared if there is a <see cref="Probability"/>.</summary>
    public int? Count { get; init; }

    /// <summary>How probably it happens to a request that matches, above 0 up to 1; certainly, if left out.</summary>
    public double? Probability { get; init; }

    /// <summary>The seed of the chance, for a <see cref="Probability"/> that is to be the same each time.</summary>
    public int? Seed { get; init; }

    /// <summary>Whether it goes wrong after the work; an answer can only be spoilt when there is one.</summary>
    internal bool IsAfter => When == FaultMoment.After || IsOfAnswer;

    /// <summary>Whether it spoils the answer.</summary>
    internal bool IsOfAnswer => Kind is FaultKind.Truncate or FaultKind.NotJson;
}

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>An error instead of the answer, with a body as the service writes them.</summary>
    Status,

    /// <summary>The answer takes longer.</summary>
    Delay,

    /// <summary>The connection is reset instead of an answer.</summary>
    Reset,

    /// <summary>Half of the answer's body comes, and then the connection is reset. An answer without a body does not come at all.</summary>
    Truncate,

    /// <summary>Instead of the answer comes a web page, with status 200.</summary>
    NotJson,
}

/// <summary>When something goes wrong.</summary>
public enum FaultMoment
{
    /// <summary>Before the service has done anything.</summary>
    Before,

    /// <summary>After the service has done its work.</summary>
    After,
}
