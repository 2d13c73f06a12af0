using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>Validates the proxy of a connection.</summary>
internal static class ConnectionProxy
{
    /// <summary>Returns the HTTP stack with the proxy of a request.</summary>
    /// <exception cref="ApiTokenException">The proxy is invalid. The error does not quote a password.</exception>
    public static HttpStack StackFor(ConnectionRequest request)
    {
        Check(request);
        return request switch
        {
            { NoProxy: true } => HttpStack.Direct,
            { Proxy: { } address } => new HttpStack(new ProxySettings(address, request.ProxyUserName, request.ProxyPassword)),
            _ => HttpStack.Default,
        };
    }

    private static void Check(ConnectionRequest request)
    {
        if (request.NoProxy && request.Proxy is not null)
        {
            throw ApiTokenException.InvalidParameter(
                "NoProxy", "it cannot be combined with a proxy.", $"Specify either {Field.Proxy} or {Field.NoProxy}.");
        }

        if (request.Proxy is { } address)
        {
            CheckAddress(address);
        }
        else if (request.ProxyUserName is not null || request.ProxyPassword is not null)
        {
            throw ApiTokenException.InvalidParameter(
                "ProxyCredential", "it requires a proxy.", $"Specify {Field.Proxy}, or omit {Field.ProxyCredential}.");
        }

        if (request.ProxyUserName is null != request.ProxyPassword is null)
        {
            throw ApiTokenException.InvalidParameter(
                "ProxyCredential", "it is incomplete.", "Specify a user name and a password for the proxy.");
        }
    }

    // A text with @ may contain a password, also if it is not a valid address. It is not quoted.
    private static void CheckAddress(Uri address)
    {
        if (address.OriginalString.Contains("@"))
        {
            throw ApiTokenException.InvalidParameter(
                "Proxy",
                "the address contains a user name or a password.",
                $"Specify only the address, such as http://proxy.example.com:8080, and {Field.ProxyCredential}.");
        }

        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw ApiTokenException.InvalidParameter(
                "Proxy",
                $"'{ForeignText.Argument(address.OriginalString)}' is not an http or https address.",
                "Specify an address such as http://proxy.example.com:8080.");
        }
    }
}
