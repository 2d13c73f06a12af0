using System.Net;

namespace ApiTokens.Sandbox;

/// <summary>Reads the addresses to listen on, and takes none that another machine could reach unless that is asked for.</summary>
internal static class LoopbackAddress
{
    public static List<IPEndPoint> Parse(string urls, bool allowRemote = false)
    {
        List<IPEndPoint> endpoints = [.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(url => ParseOne(url, allowRemote))];
        return endpoints.Count > 0 ? endpoints : throw new ArgumentException("An address to listen on is needed.");
    }

    private static IPEndPoint ParseOne(string url, bool allowRemote)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Scheme != Uri.UriSchemeHttp || uri.PathAndQuery != "/")
        {
            throw new ArgumentException($"'{url}' is not an address such as http://127.0.0.1:0.");
        }

        if (!uri.IsLoopback && !allowRemote)
        {
            throw new ArgumentException($"'{url}' is not a loopback address; the sandbox listens on no other without --allow-remote.");
        }

        IPAddress address = IPAddress.TryParse(uri.DnsSafeHost, out IPAddress? literal) ? literal
            : uri.IsLoopback ? IPAddress.Loopback
            : throw new ArgumentException($"'{url}' names a machine; the sandbox takes addresses, such as http://192.0.2.1:8080.");
        return new IPEndPoint(address, uri.Port);
    }
}
