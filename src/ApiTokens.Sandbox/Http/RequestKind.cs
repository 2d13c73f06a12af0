namespace ApiTokens.Sandbox.Http;

/// <summary>How a request is counted.</summary>
internal enum RequestKind
{
    /// <summary>By its method: GET and HEAD are reads, the rest writes.</summary>
    ByMethod,

    /// <summary>Neither a read nor a write of tokens: a log-in, or a call that only proves a token.</summary>
    Neither,
}

/// <summary>Marks the endpoints of the dialects. Requests to anything else are not counted.</summary>
internal sealed record DialectEndpoint(RequestKind Kind);

internal static class RequestKindExtensions
{
    /// <summary>Counts requests to this endpoint as neither read nor write.</summary>
    public static RouteHandlerBuilder CountAsNeither(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new DialectEndpoint(RequestKind.Neither));
}
