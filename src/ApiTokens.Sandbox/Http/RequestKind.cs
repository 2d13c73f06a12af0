namespace ApiTokens.Sandbox.Http;

/// <summary>How a request is counted.</summary>
internal enum RequestKind
{
    /// <summary>By its method: GET and HEAD are reads, the rest writes.</summary>
    ByMethod,

    /// <summary>A call that only proves a token; neither a read nor a write of tokens.</summary>
    Proof,

    /// <summary>A log-in; neither a read nor a write of tokens.</summary>
    Login,
}

/// <summary>Marks the endpoints of the emulators. Requests to anything else are not counted.</summary>
internal sealed record EmulatorEndpoint(RequestKind Kind);

internal static class RequestKindExtensions
{
    /// <summary>Counts requests to this endpoint in another way than by their method.</summary>
    public static RouteHandlerBuilder CountAs(this RouteHandlerBuilder endpoint, RequestKind kind) =>
        endpoint.WithMetadata(new EmulatorEndpoint(kind));
}
