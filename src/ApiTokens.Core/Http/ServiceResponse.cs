using System.Net;
using System.Net.Http.Headers;

namespace ApiTokens.Http;

/// <summary>A response whose body has been read, unless the caller streams it.</summary>
internal sealed class ServiceResponse
{
    public HttpStatusCode Status { get; init; }

    public PooledBody Body { get; init; } = PooledBody.Empty;

    /// <summary>The body to be streamed, if the caller requested that and the status is a success.</summary>
    public ResponseStream? OpenBody { get; init; }

    public string? MediaType { get; init; }

    public RetryConditionHeaderValue? RetryAfter { get; init; }

    /// <summary>The time of the service, if the response has one.</summary>
    public DateTimeOffset? Date { get; init; }

    public string? CorrelationId { get; init; }

    /// <summary>Whether this or an earlier attempt may have succeeded, because its response was lost or reports a server failure.</summary>
    public bool EarlierOutcomeUnknown { get; set; }

    /// <summary>Whether the service rejected the request without processing it, because there are too many.</summary>
    public bool IsTooManyRequests => (int)Status == 429;

    /// <summary>Whether the service asks to retry later: 429, or 503 with Retry-After.</summary>
    public bool IsThrottled => IsTooManyRequests || (Status == HttpStatusCode.ServiceUnavailable && RetryAfter is not null);

    /// <summary>
    /// Whether the request may have succeeded: the service or a proxy failed, or redirects to the result. A 503 proves nothing, also
    /// with Retry-After: the service may have failed after it processed the request.
    /// </summary>
    public bool OutcomeUnknown => (int)Status is 408 or >= 500 || IsRedirect;

    public bool IsRedirect => (int)Status is >= 300 and <= 399;

    /// <summary>Whether the body is not JSON, and therefore not of the service, for example the page of a proxy.</summary>
    public bool IsWebPage => Body.Bytes.Length > 0 && MediaType is not null && !IsJson && !LooksLikeJson;

    // Some servers declare JSON as text.
    private bool LooksLikeJson => Body.Bytes.Span[0] is (byte)'{' or (byte)'[';

    /// <summary>Whether the body is declared as JSON.</summary>
    public bool IsJson =>
        MediaType is "application/json" or "text/json" || MediaType?.EndsWith("+json", StringComparison.OrdinalIgnoreCase) == true;

    public bool IsSuccess => (int)Status is >= 200 and <= 299;
}
