namespace ApiTokens.Http;

/// <summary>The address of a connection, and the HTTP conventions of its service.</summary>
internal sealed record ServiceEndpoint
{
    /// <summary>The name of the service, for messages.</summary>
    public string Service { get; init; } = string.Empty;

    public Uri BaseUri { get; init; } = null!;

    /// <summary>Headers that are added to every request, such as <c>Accept-Version</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The response header with the correlation id, if the service has one.</summary>
    public string? CorrelationHeader { get; init; }

    /// <summary>Reads the service's message from the body of an error response.</summary>
    public Func<System.Text.Json.JsonElement, string?> ReadError { get; init; } = _ => null;

    /// <summary>Determines whether the body of an error has the complete form that the service documents.</summary>
    public Func<System.Text.Json.JsonElement, bool> IsError { get; init; } = _ => false;

    /// <summary>
    /// Determines from the status and the message of a rejected request whether the account has reached its token limit.
    /// </summary>
    public Func<int, string, bool> IsTokenLimit { get; init; } = (_, _) => false;

    /// <summary>Who may do what, for the recommended action after a 403.</summary>
    public string PermissionRule { get; init; } = "Check the permissions of the credential.";

    /// <summary>The timeout of one attempt.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The maximum number of requests per second that the user or the service specifies; null for no known limit.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Sends the requests, with the proxy of the connection.</summary>
    public HttpStack Http { get; init; } = HttpStack.Default;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
