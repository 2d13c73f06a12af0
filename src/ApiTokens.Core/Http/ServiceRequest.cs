using System.Text;

namespace ApiTokens.Http;

/// <summary>One request to a service: its path in segments, so that no id or name can leave its place in the path.</summary>
internal sealed class ServiceRequest(HttpMethod method, params string[] segments)
{
    private readonly StringBuilder _query = new();

    public HttpMethod Method { get; } = method;

    /// <summary>
    /// Whether it can be sent again after any failure: reads, enable, disable, rename, remove. A create, a regeneration or a
    /// login is sent again only if it provably had no effect.
    /// </summary>
    public bool IsIdempotent { get; init; } = true;

    /// <summary>The JSON body, if there is one.</summary>
    public byte[]? Body { get; init; }

    /// <summary>Whether the connection's credential goes along; a login sends its own in the body.</summary>
    public bool Anonymous { get; init; }

    /// <summary>What authenticates it in the place of the connection's credential: a secret that is to be proved.</summary>
    public ServiceCredential? Credential { get; init; }

    /// <summary>What it does, for messages: <c>create the token 'ci'</c>.</summary>
    public string Purpose { get; init; } = string.Empty;

    /// <summary>The most that its answer may have, in bytes.</summary>
    public long ResponseLimit { get; init; } = 64L * 1024 * 1024;

    public bool IsWrite => Method != HttpMethod.Get && !Anonymous;

    public ServiceRequest WithQuery(string name, string? value)
    {
        if (value is not null)
        {
            _query.Append(_query.Length == 0 ? '?' : '&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        }

        return this;
    }

    public Uri UriBelow(Uri baseUri)
    {
        var path = new StringBuilder(baseUri.AbsoluteUri.TrimEnd('/'));
        foreach (string segment in segments)
        {
            path.Append('/').Append(Escape(segment));
        }

        return new Uri(path.Append(_query).ToString());
    }

    // Dots survive escaping and would climb the path.
    private static string Escape(string segment) =>
        segment.Length > 0 && segment.Trim('.').Length > 0
            ? Uri.EscapeDataString(segment)
            : throw ApiTokenException.InvalidParameter("Id", $"'{segment}' cannot be part of an address.", "Give the id or name that the service uses.");
}
