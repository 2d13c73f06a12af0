using System.Net;
using System.Net.Http.Headers;

namespace ApiTokens.Http;

/// <summary>A whole answer: what is left of it once the connection is free again.</summary>
internal sealed class ServiceResponse
{
    public HttpStatusCode Status { get; init; }

    public PooledBody Body { get; init; } = PooledBody.Empty;

    /// <summary>The body still to be read, where the caller asked for it and the status is a success.</summary>
    public ResponseStream? OpenBody { get; init; }

    public string? MediaType { get; init; }

    public RetryConditionHeaderValue? RetryAfter { get; init; }

    public string? CorrelationId { get; init; }

    /// <summary>Whether this answer, or the lack of one to an earlier try, leaves open whether the request took effect.</summary>
    public bool EarlierOutcomeUnknown { get; set; }

    /// <summary>Whether the service did nothing but ask to come again later: 429, or 503 with Retry-After.</summary>
    public bool IsLimit => (int)Status == 429 || (Status == HttpStatusCode.ServiceUnavailable && RetryAfter is not null);

    /// <summary>Whether it leaves open how far the service came: a failure on its side, or of what stands before it, that is no <see cref="IsLimit"/>.</summary>
    public bool OutcomeUnknown => (int)Status is 408 or >= 500 && !IsLimit;

    /// <summary>Whether it is a page for people, from whatever stands between, and not the service's.</summary>
    public bool IsPage => Body.Bytes.Length > 0 && MediaType is "text/html" or "application/xhtml+xml";

    public bool IsSuccess => (int)Status is >= 200 and <= 299;
}
