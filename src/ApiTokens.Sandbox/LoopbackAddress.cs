using System.Net;

namespace ApiTokens.Sandbox;

/// <summary>Parses the addresses to listen on. Addresses that other machines can reach must be explicitly allowed.</summary>
internal static class LoopbackAddress
{
    public static List<IPEndPoint> Parse(string urls, bool allowRemote = false, bool https = false)
    {
        string[] parts = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        List<IPEndPoint> endpoints = [.. parts.Select(url => ParseOne(url, allowRemote, https))];
        return endpoints.Count > 0 ? endpoints : throw new ArgumentException("An address to listen on is required.");
    }

    private static IPEndPoint ParseOne(string url, bool allowRemote, bool https)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri.PathAndQuery != "/")
        {
            throw new ArgumentException($"'{url}' is not a valid address such as http://127.0.0.1:0.");
        }

        if (uri.Scheme == Uri.UriSchemeHttps && !https)
        {
            throw new ArgumentException($"'{url}' requires --https.");
        }

        if (!uri.IsLoopback && !allowRemote)
        {
            throw new ArgumentException($"'{url}' is not a loopback address. Other addresses require --allow-remote.");
        }

        IPAddress address = IPAddress.TryParse(uri.DnsSafeHost, out IPAddress? literal) ? literal
            : uri.IsLoopback ? IPAddress.Loopback
            : throw new ArgumentException($"'{url}' has a host name. Specify an IP address such as http://192.0.2.1:8080.");
        return new IPEndPoint(address, uri.Port);
    }
}
