namespace ApiTokens.Http;

/// <summary>Where and how requests of one connection go: the address, and what its service has of its own.</summary>
internal sealed record ServiceEndpoint
{
    /// <summary>The service's name, for messages.</summary>
    public string Service { get; init; } = string.Empty;

    public Uri BaseUri { get; init; } = null!;

    /// <summary>Headers of every request, such as <c>Accept-Version</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The answer's header with a correlation id, if the service has one.</summary>
    public string? CorrelationHeader { get; init; }

    /// <summary>Finds the service's own words in the body of an error.</summary>
    public Func<System.Text.Json.JsonElement, string?> ReadError { get; init; } = _ => null;

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The most requests a second, where the user or the service's documentation sets it.</summary>
    public double? RequestsPerSecond { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
