namespace ApiTokens.Sandbox.Http;

/// <summary>The kind by which a request is counted.</summary>
internal enum RequestKind
{
    /// <summary>By its method: GET and HEAD are reads, other methods are writes.</summary>
    ByMethod,

    /// <summary>A request that only proves a token; it is neither a read nor a write.</summary>
    Proof,

    /// <summary>A login; it is neither a read nor a write.</summary>
    Login,
}

/// <summary>Marks the endpoints of emulators. Requests to other endpoints are not counted.</summary>
internal sealed record EmulatorEndpoint(RequestKind Kind);

internal static class RequestKindExtensions
{
    /// <summary>Counts requests to this endpoint by a kind other than their method.</summary>
    public static RouteHandlerBuilder CountAs(this RouteHandlerBuilder endpoint, RequestKind kind) =>
        endpoint.WithMetadata(new EmulatorEndpoint(kind));
}
