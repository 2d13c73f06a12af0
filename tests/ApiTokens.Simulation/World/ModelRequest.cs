using System.Net;

namespace ApiTokens.Simulation.World;

/// <summary>What a request asks a service for.</summary>
internal enum RequestKind
{
    Unknown,
    List,
    Get,
    Create,
    Rename,
    SetEnabled,
    Update,
    Remove,
    RemoveAll,
    Regenerate,
    Me,
    Login,
    Refresh,
}

/// <summary>A request in terms that all services share.</summary>
internal sealed record ModelRequest(RequestKind Kind)
{
    public string? Id { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    public bool Enabled { get; init; }

    public int Page { get; init; }

    public int PageSize { get; init; } = int.MaxValue;

    /// <summary>The secret in the header of the request.</summary>
    public string Credential { get; init; } = string.Empty;

    public bool IsWrite => Kind is not (RequestKind.List or RequestKind.Get or RequestKind.Me or RequestKind.Login or RequestKind.Refresh);
}

/// <summary>A response of a service or of a proxy before it.</summary>
internal sealed record ModelResponse(HttpStatusCode Status, string Body = "", string MediaType = "application/json")
{
    /// <summary>The value of Retry-After; null for none.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>The wait that Retry-After asks for, from the receipt of the response.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>The time on the timeline that Retry-After asks to wait for, if it is a date.</summary>
    public TimeSpan? WaitUntil { get; init; }

    /// <summary>Whether the body ends before its end.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>Whether the service itself produced the response.</summary>
    public bool IsGenuine { get; init; } = true;
}
