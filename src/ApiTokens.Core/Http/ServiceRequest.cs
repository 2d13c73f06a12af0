using System.Net.Http.Headers;
using System.Text;

namespace ApiTokens.Http;

/// <summary>A request to a service. The path consists of segments, so that an id or a name cannot change the rest of the path.</summary>
internal sealed class ServiceRequest(HttpMethod method, params string[] segments)
{
    private static readonly MediaTypeWithQualityHeaderValue Json = new("application/json");
    private static readonly ProductInfoHeaderValue Product =
        new("ApiTokens", typeof(ServiceRequest).Assembly.GetName().Version.ToString(3));

    private readonly StringBuilder _query = new();

    public HttpMethod Method { get; } = method;

    /// <summary>
    /// Whether the request can be retried after any failure: read, enable, disable, rename, remove. A create, a regeneration or a
    /// login is retried only if it provably had no effect: no connection was made, or the response is 429.
    /// </summary>
    public bool IsIdempotent { get; init; } = true;

    /// <summary>The JSON body, if any.</summary>
    public byte[]? Body { get; init; }

    /// <summary>Whether the request is sent without the connection's credential. A login has its credential in the body.</summary>
    public bool Anonymous { get; init; }

    /// <summary>The credential to test, which replaces the connection's credential; null to use the connection's.</summary>
    public ServiceCredential? Credential { get; init; }

    /// <summary>The purpose of the request for messages, such as <c>create the token 'ci'</c>.</summary>
    public string Purpose { get; init; } = string.Empty;

    /// <summary>The token that the request is about, which a 404 says does not exist; null if it is about none.</summary>
    public string? TokenId { get; init; }

    /// <summary>Whether the request checks a new connection, so that a 404 means a wrong address.</summary>
    public bool ChecksConnection { get; init; }

    /// <summary>The maximum size of the response, in bytes.</summary>
    public long ResponseLimit { get; init; } = 64L * 1024 * 1024;

    public bool IsWrite => Method != HttpMethod.Get && !Anonymous;

    public ServiceRequest WithQuery(string name, string? value)
    {
        if (value is not null)
        {
            _query.Append(_query.Length == 0 ? '?' : '&')
                .Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
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

        return Check(path.ToString(), new Uri(path.ToString() + _query));
    }

    /// <summary>
    /// Returns an address if it still has the path that it was built from. In Windows PowerShell, .NET Framework may decode an escaped
    /// slash, and the address is then that of something else.
    /// </summary>
    internal static Uri Check(string path, Uri built) =>
        CountSlashes(built.GetLeftPart(UriPartial.Path)) == CountSlashes(path)
            ? built
            : throw ApiTokenException.InvalidParameter(
                "Id",
                "an id or a name with a slash cannot be part of an address on this platform.",
                "Use PowerShell 7, or specify the token by its id.");

    /// <summary>Creates the HTTP request, without a credential.</summary>
    public HttpRequestMessage ToMessage(ServiceEndpoint endpoint)
    {
        var message = new HttpRequestMessage(Method, UriBelow(endpoint.BaseUri));
        message.Headers.Accept.Add(Json);

        // .NET Framework otherwise asks before it sends a body, which costs a round trip and which some proxies do not answer.
        message.Headers.ExpectContinue = false;
        message.Headers.UserAgent.Add(Product);
        foreach (KeyValuePair<string, string> header in endpoint.Headers)
        {
            message.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        if (Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return message;
    }

    private static int CountSlashes(string text)
    {
        int count = 0;
        foreach (char c in text)
        {
            count += c == '/' ? 1 : 0;
        }

        return count;
    }

    // Escaping does not change dots, which would move up in the path.
    private static string Escape(string segment) =>
        segment.Length > 0 && segment.Trim('.').Length > 0
            ? Uri.EscapeDataString(segment)
            : throw ApiTokenException.InvalidParameter(
                "Id",
                $"'{ForeignText.Argument(segment)}' cannot be part of an address.",
                "Specify the id or the name that the service uses.");
}
