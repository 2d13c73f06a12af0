namespace ApiTokens.Sandbox.Http;

/// <summary>The credential in the Authorization header of a request.</summary>
internal readonly record struct Credential(string Scheme, string Value)
{
    /// <summary>Reads the header; returns null if there is none.</summary>
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

    /// <summary>Returns the value of a <c>Bearer</c> header; null if the header is missing or has another scheme.</summary>
    public static string? Bearer(HttpRequest request) => Of(request) is { } credential && credential.Is("Bearer") ? credential.Value : null;

    /// <summary>Compares the scheme, ignoring case as HTTP requires.</summary>
    public bool Is(string scheme) => Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase);
}
