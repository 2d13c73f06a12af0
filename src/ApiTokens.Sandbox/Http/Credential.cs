namespace ApiTokens.Sandbox.Http;

/// <summary>What the Authorization header of a request presents.</summary>
internal readonly record struct Credential(string Scheme, string Value)
{
    /// <summary>Reads the header; null when there is none. The scheme is compared without regard to case, as HTTP wants it.</summary>
    public static Credential? Of(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return null;
        }

        int space = header.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? new Credential(header, "") : new Credential(header[..space], header[(space + 1)..].Trim());
    }

    /// <summary>The value of a <c>Bearer</c> header; null when the header is missing or of another scheme.</summary>
    public static string? Bearer(HttpRequest request) => Of(request) is { } credential && credential.Is("Bearer") ? credential.Value : null;

    public bool Is(string scheme) => Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase);
}
