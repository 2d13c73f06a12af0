using System.Net;
using System.Net.Http.Headers;

namespace ApiTokens.Http;

/// <summary>A whole answer: what is left of it once the connection is free again.</summary>
internal sealed class ServiceResponse
{
    public HttpStatusCode Status { get; init; }

    public PooledBody Body { get; init; } = PooledBody.Empty;

    /// <summary>The body still to be read, where the caller asked for it and the status is a success.</summary>
    public Stream? OpenBody { get; init; }

    public string? MediaType { get; init; }

    public RetryConditionHeaderValue? RetryAfter { get; init; }

    public string? CorrelationId { get; init; }

    /// <summary>How often the request was sent before this answer came.</summary>
    public int Attempts { get; set; } = 1;

    /// <summary>Whether the service did nothing but ask to come again later: 429, or 503 with Retry-After.</summary>
    public bool IsLimit => (int)Status == 429 || (Status == HttpStatusCode.ServiceUnavailable && RetryAfter is not null);

    public bool IsSuccess => (int)Status is >= 200 and <= 299;
}
